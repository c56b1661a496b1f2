import Foundation
import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `A relay` {
    /// Client ⇄ near, far ⇄ server: the relay connects near and far.
    private func withRelay<Result>(
        _ left: Family,
        _ right: Family,
        _ body: (
            _ client: Connection,
            _ server: Connection,
            _ relaying: Task<RelayedBytes, any Error>,
            _ inner: (Connection, Connection)
        ) async throws -> Result
    ) async throws -> Result {
        try await withEnds(left) { client, near in
            try await withEnds(right) { far, server in
                let relaying = Task { try await relay(near, far) }
                defer { relaying.cancel() }
                return try await body(client, server, relaying, (near, far))
            }
        }
    }

    @Test(arguments: Family.allCases, Family.allCases)
    func `carries both ways, keeps a half-close, and counts`(left: Family, right: Family) async throws {
        try await withRelay(left, right) { client, server, relaying, _ in
            try await client.send("question")
            #expect(try await server.receiveText(count: 8) == "question")
            try await client.finishSending()
            #expect(try await server.receive(upTo: 1) == nil)
            // The other direction goes on after the first has ended.
            try await server.send("a late answer")
            try await server.finishSending()
            #expect(try await client.receiveAll() == Array("a late answer".utf8))
            #expect(try await relaying.value == RelayedBytes(forth: 8, back: 13))
        }
    }

    @Test(arguments: Family.allCases)
    func `carries much, both ways at once, without a byte changed`(family: Family) async throws {
        let count = 24 << 20
        try await withRelay(family, family) { client, server, relaying, _ in
            async let sentByClient: Void = sendAll(client, count, at: 0)
            async let sentByServer: Void = sendAll(server, count, at: 777)
            async let atServer = receivesPattern(server, at: 0)
            async let atClient = receivesPattern(client, at: 777)
            _ = try await (sentByClient, sentByServer)
            #expect(try await atServer == count)
            #expect(try await atClient == count)
            #expect(try await relaying.value == RelayedBytes(forth: count, back: count))
        }
    }

    private func sendAll(_ connection: Connection, _ count: Int, at offset: Int) async throws {
        try await connection.send(Pattern.bytes(count, at: offset))
        try await connection.finishSending()
    }

    private func receivesPattern(_ connection: Connection, at offset: Int) async throws -> Int {
        var count = 0
        while let bytes = try await connection.receive(upTo: 65_536) {
            #expect(Pattern.matches(bytes, at: offset + count))
            count += bytes.count
        }
        return count
    }

    @Test(arguments: Family.allCases)
    func `a peer that does not read holds up the other, without memory growing`(family: Family) async throws {
        try await withRelay(family, family) { client, server, relaying, inner in
            let sending = Task { try await client.send(Pattern.bytes(64 << 20)) }
            await inner.1.untilWaiting(.write)
            await client.untilWaiting(.write)
            let received = try await server.receive(count: 100)
            #expect(received == Pattern.bytes(100))
            sending.cancel()
            _ = await sending.result
        }
    }

    @Test(arguments: Family.allCases)
    func `what an earlier read has left goes first`(family: Family) async throws {
        try await withEnds(family) { client, near in
            try await withEnds(family) { far, server in
                try await client.send("CONNECT\nrest of it")
                #expect(try await near.receive(until: "\n", upTo: 100) == Array("CONNECT\n".utf8))
                let relaying = Task { try await relay(near, far) }
                try await client.send(" and more")
                try await client.finishSending()
                #expect(try await server.receiveAll() == Array("rest of it and more".utf8))
                try await server.finishSending()
                #expect(try await relaying.value == RelayedBytes(forth: 19, back: 0))
            }
        }
    }

    @Test(arguments: Family.allCases)
    func `an error of one side ends both, and says how far each came`(family: Family) async throws {
        try await withEnds(family) { client, near in
            try await withListener(family) { listener in
                let raw = try RawPeer(connectedTo: listener.localAddress)
                let far = try await listener.accept()
                let relaying = Task { try await relay(near, far) }
                try await client.send("hello")
                _ = try await raw.receive(upTo: 5)
                // Left unread, so that a Unix socket resets too.
                try await client.send("unread")
                try await until("it has come") { try Syscalls.unreadBytes(raw.descriptor) == 6 }
                raw.reset()
                let error = await socketError { _ = try await relaying.value }
                #expect(error?.code == .reset)
                #expect(error?.detail?.contains("11 bytes had gone from") == true, "\(error?.description ?? "")")
                #expect(error?.detail?.hasSuffix("and 0 back") == true)
                // The client is not left with half a conversation that looks whole.
                let end = await socketError { _ = try await client.receiveAll() }
                if family != .unix { #expect(end?.code == .reset) }
                #expect(await socketError { try await near.send("x") }?.code == .closed)
            }
        }
    }

    @Test(arguments: Family.allCases)
    func `a cancelled one ends at once`(family: Family) async throws {
        try await withRelay(family, family) { client, server, relaying, inner in
            try await client.send("x")
            #expect(try await server.receiveText(count: 1) == "x")
            await inner.0.untilWaiting(.read)
            await inner.1.untilWaiting(.read)
            relaying.cancel()
            let error = await socketError { _ = try await relaying.value }
            #expect(error?.code == .cancelled)
            #expect(error?.detail?.contains("1 bytes had gone from") == true)
            // Not closed: that is the caller's business.
            try await inner.0.send("bye")
            #expect(try await client.receiveText(count: 3) == "bye")
        }
    }

    @Test func `a connection with itself, or in use, is refused`() async throws {
        try await withEnds(.ipv4) { client, server in
            #expect(await socketError { _ = try await relay(client, client) }?.code == .invalidArgument)
            let receiving = Task { try await client.receive(upTo: 1) }
            await client.untilWaiting(.read)
            let error = await socketError { _ = try await relay(client, server) }
            #expect(error?.code == .busy)
            _ = await receiving.result
        }
    }

    @Test func `without descriptors for a pipe it copies`() async {
        await #expect(processExitsWith: .success) {
            try await withEnds(.ipv4) { client, near in
                try await withEnds(.ipv6) { far, server in
                    var limit = rlimit()
                    _ = unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                    limit.rlim_cur = rlim_t(Belongings.now.descriptors - 1)
                    _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
                    let relaying = Task { try await relay(near, far) }
                    async let sent: Void = {
                        try await client.send(Pattern.bytes(1 << 20))
                        try await client.finishSending()
                    }()
                    let received = try await server.receiveAll()
                    #expect(received == Pattern.bytes(1 << 20))
                    try await sent
                    try await server.finishSending()
                    #expect(try await relaying.value == RelayedBytes(forth: 1 << 20, back: 0))
                }
            }
        }
    }

    @Test func `nothing is left open`() async {
        await #expect(processExitsWith: .success) {
            try await leavesNothing {
                try await withEnds(.ipv4) { client, near in
                    try await withEnds(.unix) { far, server in
                        let relaying = Task { try await relay(near, far) }
                        try await client.send("x")
                        _ = try await server.receive(upTo: 1)
                        relaying.cancel()
                        _ = await relaying.result
                    }
                }
            }
        }
    }

    @Test func `Python talks through it to a server that answers after the end`() async throws {
        let script = """
            import socket, sys
            s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
            s.sendall(b"x" * 300000)
            s.shutdown(socket.SHUT_WR)
            n = 0
            while True:
                d = s.recv(65536)
                if not d: break
                n += len(d)
            print(n)
            """
        try await withServer(.unix) { connection in
            let all = try await connection.receiveAll()
            try await connection.send(all)
        } while: { server in
            try await withServer(.ipv4) { client in
                try await withConnection(to: server.localAddress.endpoint) { connection in
                    _ = try await relay(client, connection)
                }
            } while: { front in
                let (text, status) = try await Python(script, ["\(front.localAddress.port ?? 0)"]).end()
                #expect(text == "300000\n")
                #expect(status == 0)
            }
        }
    }
}
