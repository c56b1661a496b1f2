import Sockeye
import SockeyeSystem
import SockeyeTesting
import TestSupport
import Testing

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Faults in a scope` {
    @Test func `hold for the sockets that are made in it, by whatever task of it`() async throws {
        let listener = try await Listener.bind(to: "127.0.0.1:0")
        defer { listener.close() }
        let endpoint = Endpoint.address(listener.localAddress)
        try await withFaults(.failure(of: .connect, with: .networkUnreachable, atCall: 2)) {
            let first = try await Connection.connect(to: endpoint)
            first.abort()
            // In a child task, and with what another task does outside of the scope beside it.
            async let inside = socketError { _ = try await Connection.connect(to: endpoint) }
            let outside = Task.detached { try await Connection.connect(to: endpoint).abort() }
            #expect(await inside?.code == .unreachable)
            try await outside.value
            let third = try await Connection.connect(to: endpoint)
            third.abort()
        }
    }

    @Test(arguments: [
        (Fault.Call.create, SocketError.Operation.connect), (.connect, .connect), (.option, .option),
    ])
    func `make every call of a client fail`(call: Fault.Call, operation: SocketError.Operation) async throws {
        let listener = try await Listener.bind(to: "127.0.0.1:0")
        defer { listener.close() }
        let error = await socketError {
            try await withFaults(.failure(of: call, with: .outOfMemory)) {
                try await Connection.connect(to: .address(listener.localAddress)).abort()
            }
        }
        #expect(error?.errno == .outOfMemory)
        #expect(error?.operation == operation)
    }

    @Test(arguments: [
        (Fault.Call.create, SocketError.Operation.create), (.option, .option), (.bind, .bind), (.listen, .listen),
    ])
    func `make every call of a server fail`(call: Fault.Call, operation: SocketError.Operation) async {
        let error = await socketError {
            try await withFaults(.failure(of: call, with: .noBufferSpace)) {
                try await Listener.bind(to: "127.0.0.1:0").close()
            }
        }
        #expect(error?.errno == .noBufferSpace)
        #expect(error?.operation == operation)
        #expect(error?.code == .exhausted)
    }

    @Test func `outlive it with the sockets, and touch none that was there before`() async throws {
        let (before, far) = try Connection.pair()
        let made = try await withFaults(.failure(of: .send, with: .timedOut, fromCall: 1)) {
            try await before.send("fine")
            return try Connection.pair()
        }
        #expect(try await far.receive(upTo: 9) == Array("fine".utf8))
        #expect(await socketError { try await made.0.send("x") }?.code == .timedOut)
        for connection in [before, far, made.0, made.1] { connection.abort() }
    }

    @Test func `a server and its client in one scope each count by themselves`() async throws {
        try await withFaults(.failure(of: .receive, with: .hostUnreachable, atCall: 2)) {
            let listener = try await Listener.bind(to: "127.0.0.1:0")
            async let serving: Void = listener.serve { connection in
                while let data = try await connection.receive(upTo: 9) { try await connection.send(data) }
            }
            let client = try await Connection.connect(to: .address(listener.localAddress))
            try await client.send("x")
            #expect(try await client.receive(upTo: 9) == Array("x".utf8))
            #expect(await socketError { _ = try await client.receive(upTo: 9) }?.code == .unreachable)
            client.abort()
            listener.close()
            try await serving
        }
    }

    @Test func `hold for blocking sockets too`() throws {
        let server = try Socket(.ipv4, .stream)
        try server.bind(to: "127.0.0.1:0")
        try server.listen()
        let address = try server.localAddress
        try withFaults(
            .shortReceives(of: 2),
            .shortSends(of: 3),
            .lateReceives(by: .milliseconds(5)),
            .failure(of: .send, with: .interrupted, atCall: 2)
        ) {
            let client = try Socket(.ipv4, .stream)
            try client.connect(to: address)
            let end = try server.accept()
            #expect(try client.send(Array("hello".utf8)) == 3)
            #expect(try client.send(Array("lo".utf8)) == 2)
            #expect(try end.receive(upTo: 10) == Array("he".utf8))
            try end.sendAll("a longer text")
            let start = ContinuousClock.now
            #expect(try client.receive(upTo: 10) == Array("a ".utf8))
            #expect(ContinuousClock.now - start >= .milliseconds(5))
        }
    }
}
