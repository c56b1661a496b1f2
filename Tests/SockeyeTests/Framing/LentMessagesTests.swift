import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

/// All messages that one call lends, as copies.
private func nextLent(_ messages: Connection.Messages) async throws -> [[UInt8]]? {
    guard let lent = try await messages.nextLent() else { return nil }
    var copies: [[UInt8]] = []
    lent.forEach { message in copies.append(message.withUnsafeBytes { unsafe Array($0) }) }
    return copies
}

private func allLent(_ messages: Connection.Messages) async throws -> [[UInt8]] {
    var all: [[UInt8]] = []
    while let some = try await nextLent(messages) {
        #expect(!some.isEmpty)
        all += some
    }
    return all
}

private struct Stop: Error {}

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Lent messages` {
    @Test(arguments: Link.allCases)
    func `are all messages that have arrived, and the rest stays`(link: Link) async throws {
        try await link.withEnds { one, other in
            try await one.send("a\nbb\r\n\nccc")
            let messages = other.messages(.lines)
            #expect(try await nextLent(messages) == [Array("a".utf8), Array("bb".utf8), []])
            async let rest = nextLent(messages)
            try await one.send("d\n")
            #expect(try await rest == [Array("cccd".utf8)])
            try await one.finishSending()
            #expect(try await nextLent(messages) == nil)
        }
    }

    @Test(arguments: FramingRow.all)
    func `are the messages of every framing, with its errors`(row: FramingRow) async throws {
        try await Link.pair.withEnds { one, other in
            try await one.send(row.bytes)
            try await one.finishSending()
            let messages = other.messages(row.framing)
            var received: [[UInt8]] = []
            var end = FramingRow.End.clean
            do {
                while let some = try await nextLent(messages) { received += some }
            } catch let error as SocketError {
                end = .fails(error.code, error.detail ?? "")
            }
            #expect(received == row.messages)
            #expect(end == row.end)
        }
    }

    @Test(arguments: Link.allCases)
    func `come whole over many receives`(link: Link) async throws {
        let sent = (0..<3_000).map { Pattern.bytes($0 % 211) }
        try await link.withEnds { one, other in
            async let sending: Void = {
                try await one.messages(.lengthPrefixed(UInt16.self)).send(contentsOf: sent)
                try await one.finishSending()
            }()
            let received = try await allLent(other.messages(.lengthPrefixed(UInt16.self)))
            #expect(received == sent)
            try await sending
        }
    }

    @Test func `a message larger than a receive is lent whole`() async throws {
        let large = Pattern.bytes(1_000_000)
        try await Link.ipv4.withEnds { one, other in
            async let sending: Void = one.messages(.varint(maximumLength: 1_000_000)).send(contentsOf: [large, [1]])
            let messages = other.messages(.varint(maximumLength: 1_000_000))
            var received: [[UInt8]] = []
            while received.count < 2 { received += try #require(await nextLent(messages)) }
            #expect(received == [large, [1]])
            try await sending
        }
    }

    @Test func `messages behind the one at which the body threw stay`() async throws {
        try await Link.pair.withEnds { one, other in
            try await one.send("a\nb\nc\n")
            var seen = 0
            if let lent = try await other.messages(.lines).nextLent() {
                #expect(throws: Stop.self) {
                    try lent.forEach { _ in
                        seen += 1
                        if seen == 2 { throw Stop() }
                    }
                }
            }
            #expect(try await other.lines.next() == "c")
        }
    }

    @Test func `every other receive is busy while they exist`() async throws {
        try await Link.pair.withEnds { one, other in
            try await one.send("a\nb\n")
            if let lent = try await other.messages(.lines).nextLent() {
                #expect(await socketError { _ = try await other.receive(upTo: 1) }?.code == .busy)
                #expect(await socketError { _ = try await other.receiveLent() }?.code == .busy)
                #expect(await socketError { _ = try await other.receive(exactly: 1) }?.code == .busy)
                #expect(await socketError { _ = try await other.lines.next() }?.code == .busy)
                #expect(await socketError { _ = try await other.messages(.lines).next() }?.code == .busy)
                #expect(await socketError { _ = try await other.messages(.lines).nextLent() == nil }?.code == .busy)
                #expect(await socketError { _ = try other.release() }?.code == .busy)
                try await other.send("not busy")
                lent.forEach { _ in }
            }
            try await one.send("c\n")
            #expect(try await other.lines.next() == "c")
        }
    }

    @Test(arguments: Link.allCases)
    func `cost no memory when all are taken`(link: Link) async throws {
        try await link.withEnds { one, other in
            try await one.send("a\nb\n")
            _ = try await nextLent(other.messages(.lines))
            #expect(unsafe other.readBuffer.capacity == 0)
            try await one.send("a\nbcd")
            _ = try await nextLent(other.messages(.lines))
            await until("all has arrived") { unsafe other.readBuffer.count == 3 || (other.unreadBytes ?? 0) > 0 }
            #expect(unsafe other.readBuffer.capacity < 1024)
        }
    }
}

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Messages that have been received already` {
    @Test func `a cancelled task gets none of them, and they stay`() async throws {
        try await Link.pair.withEnds { one, other in
            try await one.send("a\nb\n")
            #expect(try await other.lines.next() == "a")
            let cancelled = Task {
                withUnsafeCurrentTask { unsafe $0?.cancel() }
                return await socketError { _ = try await other.lines.next() }
            }
            #expect(await cancelled.value?.code == .cancelled)
            #expect(try await other.lines.next() == "b")
        }
    }

    @Test func `a closed connection returns none of them`() async throws {
        try await Link.pair.withEnds { one, other in
            try await one.send("a\nb\n")
            #expect(try await other.lines.next() == "a")
            await other.close()
            #expect(await socketError { _ = try await other.lines.next() }?.code == .closed)
        }
    }

    @Test func `a handler that takes thousands of them lets other tasks of its loop run`() async throws {
        let turns = Collected<Int>()
        let listener = try await Listener.bind(to: "127.0.0.1:0")
        async let serving: Void = listener.serve { connection in
            // All of it comes with the first receive, so nothing but its share of the loop makes the handler suspend.
            await until("the lines have arrived") { connection.unreadBytes == 40_000 }
            try await withThrowingTaskGroup { group in
                group.addTask {
                    while !Task.isCancelled {
                        turns.add(1)
                        await Task.yield()
                    }
                }
                for _ in 0..<20_000 {
                    let line = try await connection.lines.next()
                    #expect(line == "x")
                }
                group.cancelAll()
            }
            try await connection.send("done")
        }
        try await withConnection(to: .address(listener.localAddress)) { connection in
            try await connection.send(String(repeating: "x\n", count: 20_000))
            #expect(try await connection.receive(exactly: 4) == Array("done".utf8))
        }
        #expect(turns.all.count > 10)
        await listener.shutdown(drain: .seconds(5))
        try await serving
    }

    @Test(arguments: Link.allCases)
    func `two tasks that read at the same time get each message once, or busy`(link: Link) async throws {
        let count = 20_000
        try await link.withEnds { one, other in
            async let sending: Void = {
                for first in stride(from: 0, to: count, by: 1_000) {
                    try await one.send((first..<first + 1_000).map { "\($0)\n" }.joined())
                }
                try await one.finishSending()
            }()
            let received = try await withThrowingTaskGroup(of: [Int].self) { group in
                for _ in 0..<2 {
                    group.addTask {
                        var mine: [Int] = []
                        while true {
                            do {
                                guard let line = try await other.lines.next() else { return mine }
                                mine.append(try #require(Int(line)))
                            } catch let error as SocketError where error.code == .busy {
                                await Task.yield()
                            }
                        }
                    }
                }
                return try await group.reduce(into: []) { $0 += $1 }
            }
            #expect(received.sorted() == Array(0..<count))
            try await sending
        }
    }
}
