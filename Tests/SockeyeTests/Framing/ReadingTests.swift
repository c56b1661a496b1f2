import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Reading what is meant` {
    @Test(arguments: Link.allCases)
    func `so many bytes are so many, however they were sent`(link: Link) async throws {
        try await link.withEnds { one, other in
            try await one.send("ab")
            async let whole = other.receive(exactly: 5)
            try await one.send("c")
            try await one.send("defgh")
            #expect(try await whole == Array("abcde".utf8))
            #expect(try await other.receive(exactly: 0) == [])
            #expect(try await other.receive(exactly: 3) == Array("fgh".utf8))
            #expect(try await other.receive(exactly: 0) == [])
        }
    }

    @Test(arguments: Link.allCases)
    func `more than one receive takes is put together`(link: Link) async throws {
        try await link.withEnds { one, other in
            let bytes = Pattern.bytes(1_000_000)
            async let sending: Void = one.send(bytes + [1, 2, 3])
            #expect(try await other.receive(exactly: bytes.count) == bytes)
            #expect(try await other.receive(exactly: 3) == [1, 2, 3])
            try await sending
        }
    }

    @Test(arguments: Link.allCases, [0, 1, 3])
    func `the end in mid-read says how many bytes of how many had come, and they stay`(link: Link, count: Int)
        async throws
    {
        let events = Events()
        try await link.withEnds(observer: events) { one, other in
            try await one.send(Array("abc".utf8.prefix(count)))
            try await one.finishSending()
            for _ in 0..<2 {
                let error = await socketError { _ = try await other.receive(exactly: 4) }
                #expect(error?.code == .endOfStream)
                #expect(error?.operation == .receive)
                #expect(error?.detail == "\(count) of 4 bytes had come")
                #expect(error?.remoteAddress == other.remoteAddress)
            }
            #expect(events.errors.count == 2)
            if count > 0 { #expect(try await other.receive(upTo: 9) == Array("abc".utf8.prefix(count))) }
            #expect(try await other.receive(upTo: 9) == nil)
        }
    }

    @Test(arguments: Link.allCases)
    func `a read goes up to a delimiter, and has it too`(link: Link) async throws {
        try await link.withEnds { one, other in
            try await one.send("GET / HTTP/1.1\r\nHost: x\r\n\r")
            async let head = other.receive(until: "\r\n\r\n", upTo: 100)
            try await one.send("\nbody")
            try await one.finishSending()
            #expect(try await head.map { String(decoding: $0, as: UTF8.self) } == "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await other.receive(until: [111], upTo: 2) == Array("bo".utf8))
            let error = await socketError { _ = try await other.receive(until: ";", upTo: 3) }
            #expect(error?.code == .endOfStream)
            #expect(error?.detail == #"2 bytes had come, without ";" at the end"#)
            #expect(try await other.receive(upTo: 9) == Array("dy".utf8))
            #expect(try await other.receive(until: ";", upTo: 3) == nil)
        }
    }

    @Test(arguments: [("abcd;", 5, true), ("abcd;", 4, false), ("abcde", 5, false), ("abcdefgh;", 5, false)])
    func `a delimiter counts when it ends within the limit`(sent: String, maximum: Int, isFound: Bool) async throws {
        try await Link.pair.withEnds { one, other in
            try await one.send(sent)
            let error = await socketError {
                let received = try await other.receive(until: ";", upTo: maximum)
                #expect(received == Array(sent.utf8))
            }
            #expect((error == nil) == isFound)
            guard let error else { return }
            #expect(error.code == .limitExceeded)
            #expect(error.detail == #"no ";" within \#(maximum) bytes"#)
            #expect(try await other.receiveText(count: sent.utf8.count) == sent)
        }
    }

    @Test func `what makes no sense is an error, and no bytes are lost`() async throws {
        try await Link.pair.withEnds { one, other in
            try await one.send("x;")
            let wrong: [() async throws -> Void] = [
                { _ = try await other.receive(exactly: -1) },
                { _ = try await other.receive(until: "", upTo: 9) },
                { _ = try await other.receive(until: "--", upTo: 1) },
                { _ = try await other.receive(until: ";", upTo: -1) },
                { _ = try await other.messages(.fixed(0)).next() },
            ]
            for call in wrong { #expect(await socketError(call)?.code == .invalidArgument) }
            #expect(try await other.receive(until: ";", upTo: 9) == Array("x;".utf8))
        }
    }

    @Test(arguments: Link.allCases)
    func `a read that is cancelled loses nothing`(link: Link) async throws {
        try await link.withEnds { one, other in
            let reads: [@Sendable () async throws -> Void] = [
                { _ = try await other.receive(exactly: 10) },
                { _ = try await other.receive(until: "\n", upTo: 10) },
                { _ = try await other.messages(.fixed(10)).next() },
                { _ = try await other.lines.next() },
            ]
            for (index, read) in reads.enumerated() {
                try await one.send("\(index)")
                let reader = Task { await socketError(read) }
                await until("what was sent is taken in") { other.byteCountHeld == index + 1 && other.isWaiting(.read) }
                reader.cancel()
                #expect(await reader.value?.code == .cancelled)
            }
            try await one.send("456789")
            #expect(try await other.receive(exactly: 10) == Array("0123456789".utf8))
        }
    }

    @Test(arguments: Link.allCases)
    func `a time limit on a read loses nothing either`(link: Link) async throws {
        try await link.withEnds { one, other in
            try await one.send("abc")
            let error = await socketError {
                try await withTimeout(.milliseconds(20)) { _ = try await other.receive(exactly: 4) }
            }
            #expect(error?.code == .timedOut)
            try await one.send("d")
            #expect(try await other.receive(exactly: 4) == Array("abcd".utf8))
        }
    }

    @Test(arguments: Link.allCases)
    func `a second reader is told that there is one, for the whole of a read`(link: Link) async throws {
        try await link.withEnds { one, other in
            let reader = Task { try await other.receive(exactly: 3) }
            for byte in Array("ab".utf8) {
                try await one.send([byte])
                await other.untilWaiting(.read)
                // Not left to the calls below: without the claim they would take the first reader's place, and it would
                // wait for ever.
                try #require(
                    other.registration.snapshot.isBusy(.read),
                    "the claim was given up in the middle of a read"
                )
                #expect(await socketError { _ = try await other.receive(upTo: 1) }?.code == .busy)
                #expect(await socketError { _ = try await other.receive(exactly: 1) }?.code == .busy)
                #expect(await socketError { _ = try await other.lines.next() }?.code == .busy)
            }
            try await one.send("c")
            #expect(try await reader.value == Array("abc".utf8))
            try await one.send("d")
            #expect(try await other.receive(upTo: 9) == [100])
        }
    }

    @Test(arguments: Link.allCases)
    func `closing wakes a read`(link: Link) async throws {
        try await link.withEnds { one, other in
            try await one.send("ab")
            let reader = Task { await socketError { _ = try await other.receive(exactly: 3) } }
            await until("it waits for more") { other.byteCountHeld == 2 && other.isWaiting(.read) }
            other.abort()
            #expect(await reader.value?.code == .closed)
            #expect(await socketError { _ = try await other.receive(upTo: 1) }?.code == .closed)
        }
    }

    @Test(arguments: Family.tcp)
    func `a reset in mid-message is an error`(family: Family) async throws {
        try await withRawClient(family) { server, peer in
            try peer.sendNow([0, 5, 1, 2])
            let messages = server.messages(.lengthPrefixed(UInt16.self))
            let reader = Task { await socketError { _ = try await messages.next() } }
            await until("it waits for more") { server.byteCountHeld == 4 && server.isWaiting(.read) }
            peer.reset()
            #expect(await reader.value?.code == .reset)
        }
    }

    @Test(arguments: Link.allCases)
    func `what came beyond a read is there for every kind of receive`(link: Link) async throws {
        try await link.withEnds { one, other in
            try await one.send("line\r\n\0\u{2}hirest of it: grün")
            #expect(try await other.lines.next() == "line")
            #expect(try await other.messages(.lengthPrefixed(UInt16.self)).next() == Array("hi".utf8))
            #expect(other.byteCountHeld == 17)
            #expect(try await other.receive(upTo: 2) == Array("re".utf8))
            #expect(try await other.receiveLent(upTo: 3)?.array == Array("st ".utf8))
            #expect(try await receive(3, into: [120], from: other) == Array("xof ".utf8))
            #expect(try await other.receive(exactly: 4) == Array("it: ".utf8))
            #expect(try await other.text.next() == "grün")
            #expect(other.byteCountHeld == nil)
            try await one.send("next")
            #expect(try await other.receive(upTo: 9) == Array("next".utf8))
        }
    }

    /// Receives into memory of the caller that has room for `count` bytes more.
    private func receive(_ count: Int, into start: [UInt8], from connection: Connection) async throws -> [UInt8] {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: start.count + count, alignment: 1)
        defer { unsafe memory.deallocate() }
        var span = unsafe OutputRawSpan(buffer: memory, initializedCount: 0)
        for byte in start { span.append(byte) }
        let received = try await connection.receive(into: &span)
        return unsafe Array(memory[..<(start.count + received)])
    }

    @Test func `a connection that waits holds no memory`() async throws {
        try await Link.pair.withEnds { one, other in
            try await one.send("a\nb\n")
            #expect(try await other.lines.next() == "a")
            #expect(other.byteCountHeld == 2)
            #expect(try await other.lines.next() == "b")
            #expect(other.byteCountHeld == nil)
        }
    }
}

extension Connection {
    /// How many bytes a read has left; nil when there is no memory for any.
    var byteCountHeld: Int? { unsafe readBuffer.isEmpty ? nil : readBuffer.count }
}
