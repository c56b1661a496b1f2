import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Connecting` {
    private func freePort(_ family: Family) throws -> SocketAddress {
        let socket = try Socket(family.addressFamily)
        try socket.bind(to: family.freshEndpoint())
        return try socket.localAddress
    }

    @Test(arguments: Family.allCases)
    func `to a port where nobody listens is refused, with the address`(family: Family) async throws {
        let address = try freePort(family)
        let error = try #require(await socketError { _ = try await Connection.connect(to: address.endpoint) })
        #expect(error.code == .refused)
        #expect(error.remoteAddress == address)
        let why = family == .unix ? ": the file is there, and no server is behind it" : ""
        #expect(error.description == "connect \(address): connection refused (ECONNREFUSED)\(why)")
    }

    @Test func `a path that is not there is not found`() async throws {
        let error = try #require(await socketError { _ = try await Connection.connect(to: "unix:/nowhere/at/all") })
        let words = "no such file or directory (ENOENT): there is no folder \"/nowhere/at\""
        #expect(error.description == "connect unix:/nowhere/at/all: \(words)")
    }

    @Test(arguments: Family.tcp)
    func `localhost finds a server that is bound to either family`(family: Family) async throws {
        let known = try Endpoint.host("localhost", port: 1).addresses(for: .connect, family: nil)
        guard known.contains(where: { $0.family == family.addressFamily }) else { return }
        try await withServer(family, echo) { listener in
            let port = try #require(listener.localAddress.port)
            try await withConnection(to: .host("localhost", port: port)) { connection in
                #expect(connection.remoteAddress == listener.localAddress)
            }
        }
    }

    @Test(arguments: Family.tcp)
    func `a bare port finds a server on this computer in either family`(family: Family) async throws {
        try await withServer(family, echo) { listener in
            let port = try #require(listener.localAddress.port)
            // Bound and not listening, so that no other test has a server on this port in the other family.
            let other: SocketAddress = family == .ipv4 ? .ipv6(.loopback, port: port) : .ipv4(.loopback, port: port)
            let placeholder = try Socket(other.family)
            guard (try? placeholder.bind(to: other)) != nil else { return }
            try await withConnection(to: .loopback(port: port)) { connection in
                #expect(connection.remoteAddress == listener.localAddress)
            }
            placeholder.close()
        }
    }

    @Test func `when every address fails, the error names them all`() async throws {
        let port = try #require(try freePort(.ipv4).port)
        let error = try #require(await socketError { _ = try await Connection.connect(to: .loopback(port: port)) })
        #expect(error.code == .refused)
        #expect(error.description.contains("127.0.0.1:\(port)"))
        #expect(error.description.contains("also tried [::1]:\(port)"))
    }

    @Test func `wrong text, a wrong interface and an unknown name say so`() async throws {
        let rows: [(Endpoint, SocketError.Code, String)] = [
            ("127.0.0.1:70000", .invalidAddress, "70000"),
            ("[fe80::1%nonet9]:80", .invalidAddress, "nonet9"),
            ("nobody-knows-this.invalid:80", .nameNotFound, "nobody-knows-this.invalid"),
        ]
        for (endpoint, code, text) in rows {
            let error = try #require(await socketError { _ = try await Connection.connect(to: endpoint) })
            #expect(error.code == code)
            #expect(error.description.contains(text))
            let bound = try #require(await socketError { _ = try await Listener.bind(to: endpoint) })
            #expect(bound.code == code)
        }
    }

    @Test(arguments: Family.allCases)
    func `both ends know both addresses`(family: Family) async throws {
        try await withEnds(family) { client, server in
            #expect(client.remoteAddress == server.localAddress)
            #expect(server.remoteAddress == client.localAddress)
            if family != .unix { #expect(client.localAddress.port != 0) }
        }
    }

    @Test func `a pair of ends talks`() async throws {
        let (one, other) = try Connection.pair()
        try await one.send("ping")
        #expect(try await other.receiveText(count: 4) == "ping")
        try await other.send("pong")
        #expect(try await one.receiveText(count: 4) == "pong")
        #expect(one.localAddress == .unixUnnamed && one.remoteAddress == .unixUnnamed)
        await one.close()
        #expect(try await other.receive(upTo: 1) == nil)
        await other.close()
    }

    @Test(arguments: [ConnectionOptions.NoDelay.on, .off])
    func `small pieces go at once unless told otherwise`(noDelay: ConnectionOptions.NoDelay) async throws {
        var client = ConnectionOptions()
        client.noDelay = noDelay
        var server = ListenerOptions()
        server.noDelay = noDelay
        for family in Family.tcp {
            try await withEnds(family, client: client, server: server) { client, server in
                for end in [client, server] {
                    let isOn = try Syscalls.option(end.registration.descriptor, .noDelay) != 0
                    #expect(isOn == (noDelay == .on))
                }
            }
        }
    }

    @Test func `failures leave nothing behind (FlyingFox #227)`() async {
        await #expect(processExitsWith: .success) {
            try await leavesNothing {
                let endpoints: [Endpoint] = [
                    "127.0.0.1:1", "[::1]:1", "1", "unix:/nowhere/at/all", "[fe80::1%nonet9]:80", "127.0.0.1:70000",
                ]
                for endpoint in endpoints {
                    let error = await socketError { _ = try await Connection.connect(to: endpoint) }
                    #expect(error != nil)
                }
                for endpoint: Endpoint in ["192.0.2.1:0", "[2001:db8::1]:0", "unix:/nowhere/at/all"] {
                    let error = await socketError { _ = try await Listener.bind(to: endpoint) }
                    #expect(error != nil)
                }
            }
            try await leavesNothing {
                let (one, other) = try Connection.pair()
                await one.close()
                other.abort()
            }
        }
    }
}
