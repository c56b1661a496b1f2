import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Serving` {
    private struct Oops: Error {}

    @Test(arguments: Family.allCases)
    func `200 clients converse at once`(family: Family) async throws {
        let connected = Tally()
        try await withServer(family) { connection in
            connected.add()
            try await echo(connection)
        } while: { listener in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<200 {
                    group.addTask {
                        try await withConnection(to: listener.localAddress.endpoint) { connection in
                            // Nobody says anything before all are there.
                            await connected.reach(200)
                            for round in 0..<5 {
                                let text = "client \(index), round \(round)"
                                try await connection.send(text)
                                let reply = try await connection.receiveText(count: text.utf8.count)
                                #expect(reply == text)
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
        #expect(connected.count == 200)
    }

    @Test(arguments: Family.allCases)
    func `a client's reset ends its own connection only (swift-on-server articles #29)`(family: Family) async throws {
        let ends = Collected<String>()
        let begun = Tally()
        var serving = ServeOptions()
        serving.onHandlerError = { error, _ in ends.add("reported \(error)") }
        try await withListener(family) { listener in
            // These are gone before they are accepted.
            for _ in 0..<10 { try RawPeer(connectedTo: listener.localAddress).reset() }
            let server = Task { [serving] in
                try await listener.serve(options: serving) { connection in
                    begun.add()
                    try await echo(connection)
                }
            }
            let bystander = try RawPeer(connectedTo: listener.localAddress)
            for round in 0..<20 {
                let victim = try RawPeer(connectedTo: listener.localAddress)
                try victim.sendNow("half a mess")
                if round % 2 == 0 { _ = try await victim.receive() }
                victim.reset()
                try bystander.sendNow("alive")
                let reply = try await bystander.receive()
                #expect(reply == Array("alive".utf8))
            }
            bystander.close()
            listener.close()
            try await server.value
        }
        #expect(ends.all == [])
    }

    @Test(arguments: Family.allCases)
    func `a handler is told that its peer has gone (swift-nio #2696)`(family: Family) async throws {
        let told = Collected<String>()
        let inside = Tally()
        try await withServer(family) { connection in
            let number = inside.add()
            do {
                // Half of them wait for input, half for room.
                if number % 2 == 0 { try await connection.send(Pattern.bytes(20_000_000)) }
                let end = try await connection.receive(upTo: 1)
                told.add(end == nil ? "end" : "bytes")
            } catch let error as SocketError {
                told.add("\(error.code)")
            }
        } while: { listener in
            for round in 1...8 {
                let peer = try RawPeer(connectedTo: listener.localAddress)
                await inside.reach(round)
                if round % 4 < 2 { peer.close() } else { peer.reset() }
            }
        }
        #expect(told.all.count == 8)
        #expect(Set(told.all).isSubset(of: ["end", "reset"]))
        #expect(told.all.contains("end") && told.all.contains("reset"))
    }

    @Test(arguments: Family.allCases)
    func `a handler's error is told once and stops nobody else`(family: Family) async throws {
        let told = Collected<SocketAddress>()
        var serving = ServeOptions()
        serving.onHandlerError = { error, connection in
            #expect(error is Oops)
            told.add(connection.remoteAddress)
        }
        try await withServer(family, serving: serving) { connection in
            let data = try await connection.receive(upTo: 100)
            if data == Array("throw".utf8) { throw Oops() }
            try await connection.send("fine")
        } while: { listener in
            for _ in 0..<5 {
                let thrower = try RawPeer(connectedTo: listener.localAddress)
                let other = try RawPeer(connectedTo: listener.localAddress)
                try thrower.sendNow("throw")
                let end = try await thrower.receiveAll()
                #expect(end.isEmpty)
                try other.sendNow("hello")
                let reply = try await other.receiveAll()
                #expect(reply == Array("fine".utf8))
                thrower.close()
                other.close()
            }
        }
        #expect(told.all.count == 5)
    }

    @Test func `what is daily life is not told, and what is not is`() async throws {
        typealias Make = @Sendable (Connection) -> any Error
        // Of its own connection, and of another one: to the backend of a proxy, say.
        let own: @Sendable (SocketError.Code) -> Make = { code in
            { SocketError(code, .receive, remoteAddress: $0.remoteAddress) }
        }
        let other: @Sendable (SocketError.Code) -> Make = { code in
            { _ in SocketError(code, .receive, remoteAddress: .ipv4(.loopback, port: 1)) }
        }
        let rows: [(Make, Bool)] = [
            (own(.reset), false), (own(.closed), false), (own(.cancelled), false), (own(.timedOut), false),
            (other(.reset), true), (other(.closed), true), (other(.cancelled), true), (other(.timedOut), true),
            (own(.busy), true), ({ _ in CancellationError() }, true), ({ _ in Oops() }, true),
        ]
        for (row, (error, isTold)) in rows.enumerated() {
            let told = Tally()
            var serving = ServeOptions()
            serving.onHandlerError = { _, _ in told.add() }
            try await withServer(.ipv4, serving: serving) { connection in
                throw error(connection)
            } while: { listener in
                let peer = try RawPeer(connectedTo: listener.localAddress)
                let end = try await peer.receiveAll()
                #expect(end.isEmpty)
                peer.close()
            }
            #expect(told.count == (isTold ? 1 : 0), "row \(row)")
        }
    }

    @Test(arguments: Family.allCases)
    func `close ends serve after the last handler, which may go on`(family: Family) async throws {
        let inside = Tally()
        let returned = Tally()
        let answered = Tally()
        try await withListener(family) { listener in
            let server = Task {
                try await listener.serve { connection in
                    inside.add()
                    try await echo(connection)
                    answered.add()
                }
                returned.add()
            }
            let peer = try RawPeer(connectedTo: listener.localAddress)
            await inside.reach()
            listener.close()
            for _ in 0..<10 {
                try peer.sendNow("still here")
                let reply = try await peer.receive()
                #expect(reply == Array("still here".utf8))
            }
            #expect(returned.count == 0)
            // Whoever accepts is woken on a thread of its own, and lets the address go then.
            while let early = try? RawPeer(connectedTo: listener.localAddress) {
                early.close()
                await Task.yield()
            }
            peer.close()
            try await server.value
            #expect(answered.count >= 1)
        }
        await #expect(throws: Never.self) { await returned.reach() }
    }

    /// Clients that wait in the queue, that are just accepted, that are read from and that are written to.
    @Test(arguments: Family.allCases)
    func `cancelling with clients in every state leaves none hanging (swift-nio #2637, #2813, #3481)`(family: Family)
        async throws
    {
        for round in 0..<10 {
            try await withListener(family) { listener in
                let begun = Tally()
                let server = Task {
                    await socketError {
                        try await listener.serve { connection in
                            begun.add()
                            if begun.count % 2 == 0 { try await connection.send(Pattern.bytes(10_000_000)) }
                            _ = try await connection.receiveAll()
                        }
                    }
                }
                var peers = try (0..<6).map { _ in try RawPeer(connectedTo: listener.localAddress) }
                if round % 2 == 0 { await begun.reach(6) } else { await begun.reach(1) }
                peers += try (0..<6).map { _ in try RawPeer(connectedTo: listener.localAddress) }
                server.cancel()
                let error = await server.value
                #expect(error?.code == .cancelled)
                // Those that were never accepted wait in the queue until the listener goes.
                listener.close()
                for peer in peers { _ = try? await peer.receiveAll() }
            }
        }
    }

    @Test func `cancelling leaves nothing behind`() async {
        await #expect(processExitsWith: .success) {
            for family in Family.allCases {
                try await leavesNothing {
                    try await withListener(family) { listener in
                        let server = Task { try await listener.serve(echo) }
                        let peers = try (0..<5).map { _ in try RawPeer(connectedTo: listener.localAddress) }
                        for _ in 0..<Int.random(in: 0..<20) { await Task.yield() }
                        server.cancel()
                        _ = await server.result
                        listener.close()
                        for peer in peers { _ = try? await peer.receiveAll() }
                    }
                }
            }
        }
    }
}
