import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `One connection, several tasks` {
    @Test(arguments: Family.allCases)
    func `a second receive and a second send are busy, and the first go on`(family: Family) async throws {
        try await withEnds(family) { client, server in
            let bytes = Pattern.bytes(20_000_000)
            let reader = Task { try await client.receive(upTo: 16) }
            let writer = Task { try await client.send(bytes) }
            await client.untilWaiting(.read)
            await client.untilWaiting(.write)
            let receive = await socketError { _ = try await client.receive(upTo: 16) }
            #expect(receive?.code == .busy)
            #expect(receive?.operation == .receive)
            #expect(await socketError { try await client.send("x") }?.code == .busy)
            #expect(await socketError { try await client.finishSending() }?.code == .busy)
            try await server.send("hi")
            #expect(try await reader.value == Array("hi".utf8))
            let received = try await server.receive(count: bytes.count)
            try await writer.value
            #expect(Pattern.matches(received, at: 0))
        }
    }

    @Test func `a second accept is busy`() async throws {
        try await withListener(.ipv4) { listener in
            let first = Task { await socketError { _ = try await listener.accept() } }
            await until("the first waits") { listener.registration.snapshot.isWaiting(.read) }
            #expect(await socketError { _ = try await listener.accept() }?.code == .busy)
            #expect(await socketError { try await listener.serve(echo) }?.code == .busy)
            listener.close()
            #expect(await first.value?.code == .closed)
        }
    }

    @MainActor private func converseOnTheMainActor(_ client: Connection) async throws -> String {
        try await client.send("main")
        let text = try await client.receiveText(count: 4)
        MainActor.assertIsolated()
        return text
    }

    private actor Talker {
        func converse(_ client: Connection) async throws -> String {
            try await client.send("actr")
            let text = try await client.receiveText(count: 4)
            assertIsolated()
            return text
        }
    }

    @Test(arguments: Family.allCases)
    func `the main actor, an actor, a task and a detached task may all use it`(family: Family) async throws {
        try await withServer(family, echo) { listener in
            try await withConnection(to: listener.localAddress.endpoint) { connection in
                for _ in 0..<20 {
                    let main = try await converseOnTheMainActor(connection)
                    #expect(main == "main")
                    #expect(try await Talker().converse(connection) == "actr")
                    let task = Task {
                        try await connection.send("task")
                        return try await connection.receiveText(count: 4)
                    }
                    #expect(try await task.value == "task")
                    let detached = Task.detached {
                        try await connection.send("away")
                        return try await connection.receiveText(count: 4)
                    }
                    #expect(try await detached.value == "away")
                }
            }
        }
    }

    @Test(arguments: Family.allCases)
    func `close wakes whoever waits, and says that it was closed here`(family: Family) async throws {
        try await withEnds(family) { client, _ in
            let reader = Task { await socketError { _ = try await client.receive(upTo: 1) } }
            let writer = Task { await socketError { try await client.send(Pattern.bytes(20_000_000)) } }
            await client.untilWaiting(.read)
            await client.untilWaiting(.write)
            client.abort()
            #expect(await reader.value?.code == .closed)
            #expect(await writer.value?.code == .closed)
            #expect(await socketError { _ = try await client.receive(upTo: 1) }?.code == .closed)
            #expect(await socketError { try await client.send("x") }?.code == .closed)
            #expect(await socketError { try await client.finishSending() }?.code == .closed)
            await client.close()
            client.abort()
        }
    }

    @Test(arguments: Family.allCases)
    func `a gentle close wakes a reader too, and the peer gets the end`(family: Family) async throws {
        try await withRawClient(family) { server, peer in
            let reader = Task { await socketError { _ = try await server.receive(upTo: 1) } }
            await server.untilWaiting(.read)
            let closing = Task { await server.close() }
            #expect(await reader.value?.code == .closed)
            let rest = try await peer.receive()
            #expect(rest.isEmpty)
            peer.close()
            await closing.value
        }
    }

    @Test(arguments: Family.tcp)
    func `abort gives the peer a reset`(family: Family) async throws {
        try await withEnds(family) { client, server in
            try await client.send("lost or not")
            client.abort()
            var error: SocketError?
            while error == nil { error = await socketError { _ = try await server.receive(upTo: 1024) } }
            #expect(error?.code == .reset)
            #expect(error?.errno == .connectionReset)
        }
    }

    @Test func `a dropped connection is closed by itself`() async throws {
        try await withListener(.ipv4) { listener in
            let peer = try RawPeer(connectedTo: listener.localAddress)
            do {
                let connection = try await listener.accept()
                try await connection.send("bye")
            }
            #expect(try await peer.receiveAll() == Array("bye".utf8))
        }
    }

    @Test func `a connection keeps the loops alive that it was made on`() async throws {
        func onLoopsOfItsOwn(_ address: SocketAddress) async throws -> Connection {
            var options = ConnectionOptions()
            options.loops = try EventLoopGroup(count: 1)
            return try await Connection.connect(to: address.endpoint, options: options)
        }
        try await withServer(.ipv4, echo) { listener in
            let connection = try await onLoopsOfItsOwn(listener.localAddress)
            try await connection.send("echo")
            let text = try await within { try await connection.receiveText(count: 4) }
            #expect(text == "echo")
            connection.abort()
        }
    }
}
