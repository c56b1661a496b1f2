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

    @Test func `hold for datagrams too, which stay whole`() async throws {
        try await withFaults(
            .shortReceives(of: 2),
            .shortSends(of: 2),
            .failure(of: .send, with: .noBufferSpace, atCall: 2),
            .failure(of: .receive, with: .connectionRefused, atCall: 2)
        ) {
            let (one, other) = try DatagramSocket.pair()
            try await one.send("hello")
            #expect(try await other.receive().bytes == Array("hello".utf8))
            let full = await #expect(throws: SocketError.self) { try await one.send("lost") }
            #expect(full?.errno == .noBufferSpace)
            // Although nothing has come.
            let refused = await #expect(throws: SocketError.self) { _ = try await other.receive() as Datagram }
            #expect(refused?.code == .refused)
            let batch = try DatagramBatch()
            try batch.append(Array("again".utf8))
            try await one.send(batch)
            try await other.receive(into: batch)
            #expect(batch[0].bytes == Array("again".utf8))
            one.close()
            other.close()
        }
    }

    @Test func `hold for files that are sent, and for relays`() async throws {
        try await withFaults(.shortReceives(of: 3), .shortSends(of: 2)) {
            let (client, near) = try Connection.pair()
            let (far, server) = try Connection.pair()
            async let relayed = relay(near, far)
            try await client.sendFile("/etc/passwd", range: 0..<50)
            try await client.finishSending()
            var text: [UInt8] = []
            while let bytes = try await server.receive(upTo: 100) {
                #expect(bytes.count <= 3)
                text += bytes
            }
            try await server.finishSending()
            #expect(text.count == 50)
            #expect(try await relayed.forth == 50)
            for connection in [client, near, far, server] { connection.abort() }
        }
    }
}
