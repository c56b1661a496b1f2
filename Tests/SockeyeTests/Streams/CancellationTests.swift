import SockeyeSystem
import Synchronization
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Cancellation` {
    @Test(arguments: Family.allCases)
    func `wakes a receive at once, and loses no bytes (swift-nio #3472)`(family: Family) async throws {
        try await withEnds(family) { client, server in
            let outcome = Collected<SocketError?>()
            let reader = Task { outcome.add(await socketError { _ = try await server.receive(upTo: 1) }) }
            await server.untilWaiting(.read)
            reader.cancel()
            // Not `await reader.value`: a reader that nothing wakes would keep this test for ever, too.
            await until("the reader has ended") { outcome.all.count == 1 }
            let error = try #require(outcome.all.first ?? nil)
            #expect(error.code == .cancelled)
            #expect(error.operation == .receive)
            try await client.send("kept")
            #expect(try await server.receiveText(count: 4) == "kept")
        }
    }

    @Test(arguments: Family.allCases)
    func `wakes a send at once`(family: Family) async throws {
        try await withEnds(family) { client, _ in
            let writer = Task { await socketError { try await client.send(Pattern.bytes(20_000_000)) } }
            await client.untilWaiting(.write)
            writer.cancel()
            #expect(await writer.value?.code == .cancelled)
        }
    }

    @Test(arguments: Family.allCases)
    func `wakes an accept at once, and the next client is taken`(family: Family) async throws {
        try await withListener(family) { listener in
            let acceptor = Task { await socketError { _ = try await listener.accept() } }
            await until("accept waits") { listener.registration.snapshot.isWaiting(.read) }
            acceptor.cancel()
            #expect(await acceptor.value?.code == .cancelled)
            let peer = try RawPeer(connectedTo: listener.localAddress)
            let connection = try await listener.accept()
            try await connection.send("x")
            #expect(try await peer.receive() == [120])
            await connection.close()
        }
    }

    @Test(arguments: Family.tcp)
    func `wakes a connect that nobody answers`(family: Family) async throws {
        // A queue of one that is full: the kernel drops what comes, and the client waits.
        var options = ListenerOptions()
        options.backlog = 0
        try await withListener(family, options: options) { listener in
            let filler = try RawPeer(connectedTo: listener.localAddress)
            let baseline = Registration.live.load(ordering: .relaxed)
            let task = Task {
                await socketError { await (try Connection.connect(to: listener.localAddress.endpoint)).close() }
            }
            await until("the client waits") { Registration.live.load(ordering: .relaxed) != baseline }
            task.cancel()
            let error = await task.value
            #expect(error == nil || error?.code == .cancelled)
            filler.close()
        }
    }

    @Test(arguments: Family.allCases)
    func `of a cancelled task, nothing begins`(family: Family) async throws {
        try await withEnds(family) { client, server in
            try await client.send("x")
            let codes = await Task {
                unsafe withUnsafeCurrentTask { unsafe $0?.cancel() }
                return [
                    await socketError { _ = try await server.receive(upTo: 1) }?.code,
                    await socketError { try await server.send("y") }?.code,
                    await socketError {
                        _ = try await Connection.connect(to: server.localAddress.endpoint)
                    }?.code,
                ]
            }.value
            #expect(codes == [.cancelled, .cancelled, .cancelled])
            #expect(try await server.receive(upTo: 1) == [120])
        }
    }

    /// The kernel's readiness, the cancellation and the step into sleep in every order that comes up in 20,000 rounds.
    @Test(arguments: Family.allCases)
    func `races with readiness, many thousand times, and either wins`(family: Family) async throws {
        try await withEnds(family) { client, server in
            var received = 0
            var cancelled = 0
            for round in 0..<7_000 {
                let reader = Task { try await server.receive(upTo: 1) }
                if round % 3 == 0 { await Task.yield() }
                let sender = Task { try await client.send([UInt8(truncatingIfNeeded: round)]) }
                if round % 5 == 0 { await Task.yield() }
                reader.cancel()
                var byte: [UInt8]?
                do {
                    byte = try await reader.value
                    received += 1
                } catch {
                    #expect((error as? SocketError)?.code == .cancelled)
                    cancelled += 1
                    byte = try await server.receive(upTo: 1)
                }
                try await sender.value
                guard byte == [UInt8(truncatingIfNeeded: round)] else {
                    Issue.record("round \(round): \(String(describing: byte))")
                    return
                }
            }
            #expect(received + cancelled == 7_000)
        }
    }

    @Test(arguments: Family.allCases)
    func `reaches a handler wherever it waits`(family: Family) async throws {
        let inside = Tally()
        let codes = Collected<SocketError.Code?>()
        try await withListener(family) { listener in
            let server = Task {
                await socketError {
                    try await listener.serve { connection in
                        inside.add()
                        let error = await socketError { _ = try await connection.receive(upTo: 1) }
                        let again = await socketError { try await connection.send("x") }
                        codes.add(error?.code)
                        codes.add(again?.code)
                    }
                }
            }
            let peers = try (0..<5).map { _ in try RawPeer(connectedTo: listener.localAddress) }
            await inside.reach(5)
            server.cancel()
            #expect(await server.value?.code == .cancelled)
            for peer in peers { _ = try? await peer.receiveAll() }
        }
        #expect(codes.all == .init(repeating: .cancelled, count: 10))
    }

    @Test func `leaves nothing behind, whatever it ends`() async {
        await #expect(processExitsWith: .success) {
            for family in Family.allCases {
                try await leavesNothing {
                    try await withEnds(family) { client, server in
                        let tasks = [
                            Task { _ = try? await client.receive(upTo: 1) },
                            Task { _ = try? await client.send(Pattern.bytes(10_000_000)) },
                        ]
                        await client.untilWaiting(.read)
                        await client.untilWaiting(.write)
                        for task in tasks { task.cancel() }
                        for task in tasks { await task.value }
                    }
                }
                try await leavesNothing(times: 200) {
                    try await withListener(family) { listener in
                        let connecting = Task { try await Connection.connect(to: listener.localAddress.endpoint) }
                        if Bool.random() { await Task.yield() }
                        connecting.cancel()
                        if let connection = try? await connecting.value { connection.abort() }
                    }
                }
            }
        }
    }
}
