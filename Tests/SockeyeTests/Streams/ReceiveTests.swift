import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Receiving` {
    @Test(arguments: Family.allCases)
    func `a conversation goes both ways and ends with nil, again and again (BlueSocket README)`(family: Family)
        async throws
    {
        try await withEnds(family) { client, server in
            try await client.send("hello")
            #expect(try await server.receiveText(count: 5) == "hello")
            try await server.send([0, 255, 10])
            #expect(try await client.receive(upTo: 1024) == [0, 255, 10])
            try await client.finishSending()
            for _ in 0..<3 { #expect(try await server.receive(upTo: 1) == nil) }
            try await server.send("still here")
            #expect(try await client.receiveText(count: 10) == "still here")
        }
    }

    @Test(arguments: Family.allCases)
    func `a receive takes no more than it was asked for, and the rest stays`(family: Family) async throws {
        try await withEnds(family) { client, server in
            try await client.send("abcdef")
            #expect(try await server.receive(count: 4) == Array("abcd".utf8))
            #expect(try await server.receive(upTo: Int.max) == Array("ef".utf8))
        }
    }

    @Test(arguments: Family.allCases, [0, -1, Int.min])
    func `room for nothing is an error and no end`(family: Family, maximum: Int) async throws {
        try await withEnds(family) { client, server in
            let error = await socketError { _ = try await server.receive(upTo: maximum) }
            #expect(error?.code == .invalidArgument)
            try await client.send("x")
            #expect(try await server.receive(upTo: 1) == [120])
        }
    }

    @Test(arguments: Family.allCases)
    func `bytes are appended to the memory of the caller`(family: Family) async throws {
        try await withEnds(family) { client, server in
            try await client.send("abc")
            var memory = [UInt8](repeating: 0, count: 8)
            let (count, total) = try await receive(from: server, into: &memory, after: [1, 2])
            #expect(count == 3)
            #expect(total == 5)
            #expect(memory == [1, 2, 97, 98, 99, 0, 0, 0])
            try await client.finishSending()
            let (end, same) = try await receive(from: server, into: &memory, after: [7])
            #expect(end == 0)
            #expect(same == 1)
        }
    }

    private func receive(
        from connection: Connection,
        into memory: inout [UInt8],
        after prefix: [UInt8]
    ) async throws -> (Int, Int) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: memory.count, alignment: 1)
        unsafe buffer.copyBytes(from: memory)
        defer { unsafe buffer.deallocate() }
        var span = unsafe OutputRawSpan(buffer: buffer, initializedCount: 0)
        for byte in prefix { span.append(byte) }
        let count = try await connection.receive(into: &span)
        let total = span.byteCount
        unsafe memory = Array(buffer)
        return (count, total)
    }

    @Test func `memory without room is an error`() async throws {
        try await withEnds(.ipv4) { _, server in
            var memory: [UInt8] = []
            let error = await socketError { _ = try await receive(from: server, into: &memory, after: []) }
            #expect(error?.code == .invalidArgument)
        }
    }
}
