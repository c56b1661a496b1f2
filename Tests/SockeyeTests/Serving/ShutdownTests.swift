import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Shutdown` {
    @Test(arguments: Family.allCases)
    func `who is in conversation may finish it`(family: Family) async throws {
        let begun = Tally()
        try await withListener(family) { listener in
            let server = Task {
                try await listener.serve { connection in
                    begun.add()
                    try await echo(connection)
                }
            }
            let peer = try RawPeer(connectedTo: listener.localAddress)
            await begun.reach(1)
            async let summary = listener.shutdown(drain: .seconds(30))
            await until("nobody new is taken") { (try? RawPeer(connectedTo: listener.localAddress)) == nil }
            try peer.sendNow("last words")
            #expect(try await peer.receive() == Array("last words".utf8))
            peer.close()
            let outcome = await summary
            // Who looked whether somebody new is taken, just before nobody was, has finished too.
            #expect(outcome.finished >= 1)
            #expect(outcome.cancelled == 0)
            try await server.value
        }
    }

    @Test(arguments: Family.allCases)
    func `who does not finish in time is cancelled and sees the end`(family: Family) async throws {
        let begun = Tally()
        try await withListener(family) { listener in
            let server = Task {
                try await listener.serve { connection in
                    begun.add()
                    try await echo(connection)
                }
            }
            let peers = try (0..<3).map { _ in try RawPeer(connectedTo: listener.localAddress) }
            await begun.reach(3)
            // Longer than a loaded machine takes to see that nobody new is taken, and waited for in full.
            async let summary = listener.shutdown(drain: .seconds(15))
            await until("nobody new is taken") { (try? RawPeer(connectedTo: listener.localAddress)) == nil }
            peers[0].close()
            let outcome = await summary
            // Who looked whether somebody new is taken, just before nobody was, has finished too.
            #expect(outcome.finished >= 1)
            #expect(outcome.cancelled == 2)
            for peer in peers.dropFirst() {
                #expect(try await peer.receiveAll() == [])
                peer.close()
            }
            try await server.value
        }
    }

    @Test func `a server at its limit can be shut down`() async throws {
        var serving = ServeOptions()
        serving.maximumConnections = 1
        let options = serving
        let begun = Tally()
        try await withListener(.ipv4) { listener in
            let server = Task {
                try await listener.serve(options: options) { connection in
                    begun.add()
                    try await echo(connection)
                }
            }
            let peer = try RawPeer(connectedTo: listener.localAddress)
            await begun.reach(1)
            #expect(await listener.shutdown(drain: .zero) == ShutdownSummary(finished: 0, cancelled: 1))
            try await server.value
            peer.close()
        }
    }

    @Test func `a listener that serves nobody shuts down at once`() async throws {
        try await withListener(.ipv4) { listener in
            #expect(await listener.shutdown(drain: .seconds(30)) == ShutdownSummary(finished: 0, cancelled: 0))
            #expect(await socketError { _ = try await listener.accept() }?.code == .closed)
        }
    }

    @Test(arguments: Family.allCases)
    func `before anybody serves, a service that begins later ends at once and without an error`(
        family: Family
    ) async throws {
        try await withListener(family) { listener in
            #expect(await listener.shutdown(drain: .seconds(1)) == ShutdownSummary(finished: 0, cancelled: 0))
            for _ in 0..<2 { try await listener.serve(echo) }
        }
    }

    @Test(arguments: Family.allCases)
    func `is not a close: a listener that is closed already does not serve, and says so`(family: Family) async throws {
        try await withListener(family) { listener in
            listener.close()
            let error = await socketError { try await listener.serve(echo) }
            #expect(error?.code == .closed)
            #expect(error?.localAddress == listener.localAddress)
            // And whoever shuts it down then waits for nobody.
            #expect(await listener.shutdown(drain: .seconds(30)).finished == 0)
        }
    }

    @Test(arguments: Family.allCases)
    func `still knows whom to wait for after a second service was refused`(family: Family) async throws {
        let begun = Tally()
        try await withListener(family) { listener in
            let server = Task {
                try await listener.serve { connection in
                    begun.add()
                    try await echo(connection)
                }
            }
            let peer = try RawPeer(connectedTo: listener.localAddress)
            await begun.reach(1)
            #expect(await socketError { try await listener.serve(echo) }?.code == .busy)
            let summary = await listener.shutdown(drain: .zero)
            #expect(summary.cancelled == 1)
            peer.close()
            try await server.value
        }
    }

    @Test(arguments: Family.allCases)
    func `by a handler tells what is known when it is cut off itself`(family: Family) async throws {
        let summaries = Collected<ShutdownSummary>()
        try await withListener(family) { listener in
            let server = Task {
                try await listener.serve { connection in
                    guard try await connection.receive(upTo: 1) == Array("x".utf8) else { return }
                    summaries.add(await listener.shutdown(drain: .milliseconds(1)))
                }
            }
            let peer = try RawPeer(connectedTo: listener.localAddress)
            try peer.sendNow("x")
            try await server.value
            peer.close()
        }
        #expect(summaries.all == [ShutdownSummary(finished: 0, cancelled: 1)])
    }
}
