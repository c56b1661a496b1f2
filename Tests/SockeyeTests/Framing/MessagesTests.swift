import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Messages over a connection` {
    private static let framings: [Framing] = [
        .lines, .delimited(by: "\r\n"), .lengthPrefixed(UInt16.self),
        .lengthPrefixed(UInt32.self, byteOrder: .littleEndian),
        .lengthPrefixed(UInt8.self, counting: .lengthAndMessage), .varint, .fixed(3),
    ]

    @Test(arguments: Link.allCases, framings)
    func `messages come as they were sent, one by one or several at once`(link: Link, framing: Framing) async throws {
        try await link.withEnds { one, other in
            let sender = one.messages(framing)
            try await sender.send("one")
            try await sender.send([116, 119, 111])
            try await sender.send(contentsOf: ["tri", "for"])
            try await sender.send(contentsOf: [[102, 105, 118]])
            try await sender.send(contentsOf: [String]())
            try await one.finishSending()
            var received: [String] = []
            for try await message in other.messages(framing) {
                received.append(String(decoding: message, as: UTF8.self))
            }
            #expect(received == ["one", "two", "tri", "for", "fiv"])
            #expect(try await other.messages(framing).next() == nil)
        }
    }

    @Test(arguments: Link.allCases, FramingRow.all)
    func `the table holds over a socket`(link: Link, row: FramingRow) async throws {
        try await link.withEnds { one, other in
            try await one.send(row.bytes)
            try await one.finishSending()
            var received: [[UInt8]] = []
            var end = FramingRow.End.clean
            do {
                for try await message in other.messages(row.framing) { received.append(message) }
            } catch {
                end = .fails(of: error)
            }
            #expect(received == row.messages)
            #expect(end == row.end)
        }
    }

    @Test(arguments: FramingRow.all.filter { $0.bytes.count < 20 })
    func `the table holds when each byte comes alone`(row: FramingRow) async throws {
        try await Link.pair.withEnds { one, other in
            let reader = Task { () -> (messages: [[UInt8]], end: FramingRow.End) in
                var received: [[UInt8]] = []
                do {
                    for try await message in other.messages(row.framing) { received.append(message) }
                    return (received, .clean)
                } catch {
                    return (received, .fails(of: error))
                }
            }
            for byte in row.bytes {
                try await one.send([byte])
                await until("the byte is taken") { other.isWaiting(.read) || !other.isReading }
            }
            try await one.finishSending()
            let outcome = await reader.value
            #expect(outcome.messages == row.messages)
            #expect(outcome.end == row.end)
        }
    }

    @Test(arguments: Link.allCases)
    func `a message leaves in one system call, and so do several small ones`(link: Link) async throws {
        let events = Events()
        try await link.withEnds(observer: events) { one, other in
            let messages = one.messages(.lengthPrefixed(UInt32.self))
            try await messages.send("header and body together")
            #expect(events.count(.send) == 1)
            try await messages.send(contentsOf: (0..<100).map { "message \($0)" })
            #expect(events.count(.send) == 2)
            let received = other.messages(.lengthPrefixed(UInt32.self))
            _ = try await received.next()
            for index in 0..<100 {
                #expect(try await received.next() == Array("message \(index)".utf8))
            }
            #expect(events.count(.receive) <= 2)
        }
    }

    @Test func `nothing is sent unless all can be`() async throws {
        try await Link.pair.withEnds { one, other in
            let messages = one.messages(.lines(maximumLength: 3))
            let error = await socketError { try await messages.send(contentsOf: ["a", "b\nc"]) }
            #expect(error?.code == .invalidArgument)
            #expect(await socketError { try await messages.send("abcd") }?.code == .limitExceeded)
            try await messages.send("ok")
            try await one.finishSending()
            #expect(try await other.receiveAll() == Array("ok\n".utf8))
        }
    }

    @Test(arguments: Link.allCases)
    func `what was no message can still be looked at`(link: Link) async throws {
        try await link.withEnds { one, other in
            try await one.send("GET / HTTP/1.1")
            for _ in 0..<2 {
                let error = await socketError { _ = try await other.messages(.lengthPrefixed(UInt32.self)).next() }
                #expect(error?.code == .limitExceeded)
                #expect(error?.remoteAddress == other.remoteAddress)
                #expect(error?.detail?.contains(#"the text "GET ", not a length"#) == true)
            }
            #expect(try await other.receive(exactly: 14) == Array("GET / HTTP/1.1".utf8))
        }
    }

    @Test(arguments: Link.allCases)
    func `a message that is read by and by costs what has come of it`(link: Link) async throws {
        try await link.withEnds { one, other in
            try await one.send([0x7F, 0xFF, 0xFF, 0xFF, 1, 2, 3])
            let messages = other.messages(.lengthPrefixed(UInt32.self, maximumLength: .max))
            let reader = Task { await socketError { _ = try await messages.next() } }
            await until("it waits for more") { other.byteCountHeld == 7 && other.isWaiting(.read) }
            reader.cancel()
            #expect(await reader.value?.code == .cancelled)
            #expect(other.byteCountHeld == 7)
            #expect((unsafe other.readBuffer.capacity) < 1024)
        }
    }

    @Test(arguments: Link.allCases)
    func `large messages go both ways at once`(link: Link) async throws {
        try await link.withEnds { one, other in
            let framing = Framing.lengthPrefixed(UInt32.self, maximumLength: 1_000_000)
            let message = Pattern.bytes(700_000)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for end in [one, other] {
                    group.addTask { for _ in 0..<5 { try await end.messages(framing).send(message) } }
                    group.addTask {
                        for _ in 0..<5 {
                            let received = try await end.messages(framing).next()
                            #expect(received == message)
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test(arguments: Family.allCases)
    func `a handler of a server reads and answers messages`(family: Family) async throws {
        try await withServer(family) { connection in
            let messages = connection.messages(.varint)
            for try await message in messages { try await messages.send(message.reversed()) }
        } while: { listener in
            try await withConnection(to: listener.localAddress.endpoint) { connection in
                let messages = connection.messages(.varint)
                for count in 0..<200 {
                    let message = Pattern.bytes(count)
                    try await messages.send(message)
                    #expect(try await messages.next() == message.reversed())
                }
            }
        }
    }

    @Test(arguments: Family.allCases)
    func `messages that are there already do not keep the others of a loop from running`(family: Family) async throws {
        try await withEnds(family) { one, other in
            try await one.messages(.lines).send(contentsOf: [String](repeating: "", count: 10_000))
            let loop = other.registration.loop
            let others = Tally()
            let seen = await Task(executorPreference: loop) {
                let messages = other.messages(.lines)
                _ = try? await messages.next()
                Task(executorPreference: loop) { others.add() }
                for _ in 1..<10_000 where others.count == 0 { _ = try? await messages.next() }
                return others.count
            }.value
            #expect(seen == 1)
        }
    }
}

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Lines and text over a connection` {
    @Test(arguments: Link.allCases)
    func `lines come without their ends, and the last one need not have one`(link: Link) async throws {
        try await link.withEnds { one, other in
            try await one.send("a\r\n\nzwölf\nlast")
            try await one.finishSending()
            var lines: [String] = []
            for try await line in other.lines { lines.append(line) }
            #expect(lines == ["a", "", "zwölf", "last"])
            #expect(try await other.lines.next() == nil)
        }
    }

    @Test(arguments: Link.allCases)
    func `a line tells what ended it`(link: Link) async throws {
        try await link.withEnds { one, other in
            try await one.send("a\r\nb\nc")
            try await one.finishSending()
            let lines = other.lines
            var endings: [Framing.LineEnding] = []
            while let line = try await lines.nextLine() { endings.append(line.ending) }
            #expect(endings == [.crlf, .lf, .missing])
        }
    }

    @Test(arguments: Link.allCases)
    func `a line has a limit`(link: Link) async throws {
        try await link.withEnds { one, other in
            try await one.send("abc\r\nabcd\n")
            let lines = other.lines(maximumLength: 3)
            #expect(try await lines.next() == "abc")
            let error = await socketError { _ = try await lines.next() }
            #expect(error?.code == .limitExceeded)
            #expect(error?.detail == "a line is longer than 3 bytes")
            #expect(try await other.lines.next() == "abcd")
        }
    }

    @Test(arguments: Link.allCases)
    func `text is not split within a character`(link: Link) async throws {
        try await link.withEnds { one, other in
            let text = "aé€🐟"
            let reader = Task {
                var pieces: [String] = []
                for try await piece in other.text { pieces.append(piece) }
                return pieces
            }
            for byte in text.utf8 {
                await other.untilWaiting(.read)
                try await one.send([byte])
                await until("the byte is taken") { other.isWaiting(.read) }
            }
            await other.untilWaiting(.read)
            try await one.send([0xE2, 0x82])
            try await one.finishSending()
            let pieces = try await reader.value
            #expect(pieces.joined() == text + "\u{FFFD}")
            #expect(pieces.allSatisfy { !$0.isEmpty })
            #expect(!pieces.dropLast().contains { $0.unicodeScalars.contains("\u{FFFD}") })
        }
    }
}

extension Connection {
    /// Whether a task is in a receive, of whatever kind.
    var isReading: Bool { registration.snapshot.isBusy(.read) }
}
