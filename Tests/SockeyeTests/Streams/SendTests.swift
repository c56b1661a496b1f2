import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Sending` {
    @Test(arguments: Family.allCases)
    func `bytes, text and borrowed memory all arrive`(family: Family) async throws {
        try await withEnds(family) { client, server in
            try await client.send([1, 2, 3])
            try await client.send("Grüße")
            let bytes: [UInt8] = [7, 8, 9]
            try await client.send(unsafe bytes.span.bytes)
            try await client.send([])
            try await client.send("")
            let expected = [1, 2, 3] + Array("Grüße".utf8) + [7, 8, 9]
            #expect(try await server.receive(count: expected.count) == expected)
            try await client.finishSending()
            #expect(try await server.receive(upTo: 1) == nil)
        }
    }

    /// 50 MB in one send: thousands of partial writes, and a reader that takes small pieces.
    @Test(arguments: Family.allCases)
    func `50 MB arrive whole at a slow reader`(family: Family) async throws {
        let total = 50_000_000
        try await withEnds(family) { client, server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await client.send(Pattern.bytes(total))
                    try await client.finishSending()
                }
                // The reader begins when the writer is stuck.
                await client.untilWaiting(.write)
                var count = 0
                while let data = try await server.receive(upTo: 30_011) {
                    guard Pattern.matches(data, at: count) else {
                        Issue.record("wrong bytes at \(count)")
                        break
                    }
                    count += data.count
                }
                #expect(count == total)
                try await group.waitForAll()
            }
        }
    }

    @Test(arguments: Family.allCases)
    func `both ends send and receive at once, each with two tasks`(family: Family) async throws {
        let total = 10_000_000
        try await withEnds(family) { client, server in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for end in [client, server] {
                    group.addTask {
                        try await end.send(Pattern.bytes(total))
                        try await end.finishSending()
                    }
                    group.addTask {
                        let all = try await end.receiveAll()
                        #expect(all.count == total && Pattern.matches(all, at: 0))
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test(arguments: Family.allCases)
    func `a peer that reads nothing suspends its writer until it reads`(family: Family) async throws {
        try await withRawClient(family) { server, peer in
            let bytes = Pattern.bytes(20_000_000)
            let writer = Task {
                try await server.send(bytes)
                try await server.finishSending()
            }
            await server.untilWaiting(.write)
            let all = try await peer.receiveAll()
            try await writer.value
            #expect(all.count == bytes.count && Pattern.matches(all, at: 0))
        }
    }

    @Test(arguments: Family.allCases)
    func `half-close on both sides loses nothing`(family: Family) async throws {
        try await withEnds(family) { client, server in
            try await client.send("question")
            try await client.finishSending()
            #expect(try await server.receiveAll() == Array("question".utf8))
            try await server.send("answer")
            try await server.finishSending()
            #expect(try await client.receiveAll() == Array("answer".utf8))
            // The end stays the end.
            #expect(try await client.receive(upTo: 1) == nil)
            #expect(try await server.receive(upTo: 1) == nil)
        }
    }

    @Test(arguments: Family.allCases)
    func `finishing twice is fine`(family: Family) async throws {
        try await withEnds(family) { client, server in
            try await client.finishSending()
            try await client.finishSending()
            try await server.finishSending()
            let error = await socketError { try await server.finishSending() }
            // Both sides have finished: TCP has no connection any more, and says ENOTCONN.
            #expect(error == nil)
        }
    }

    @Test(arguments: Family.allCases)
    func `after finishing, sending is not connected, as documented`(family: Family) async throws {
        try await withEnds(family) { client, _ in
            try await client.finishSending()
            let error = await socketError { try await client.send("x") }
            // The kernel says EPIPE, as it does of a peer that has gone.
            #expect(error?.code == .notConnected)
        }
    }

    @Test(arguments: Family.allCases)
    func `sending to a peer that has gone is a reset, in the end`(family: Family) async throws {
        try await withRawClient(family) { server, peer in
            peer.reset()
            var error: SocketError?
            while error == nil { error = await socketError { try await server.send("x") } }
            #expect(error?.code == .reset)
            #expect(error?.operation == .send)
        }
    }

    @Test(arguments: Family.allCases)
    func `a writer that is stuck learns that its peer has gone`(family: Family) async throws {
        try await withRawClient(family) { server, peer in
            let writer = Task { await socketError { try await server.send(Pattern.bytes(20_000_000)) } }
            await server.untilWaiting(.write)
            peer.reset()
            #expect(await writer.value?.code == .reset)
        }
    }
}
