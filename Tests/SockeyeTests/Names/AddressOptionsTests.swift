import Foundation
import SockeyeSystem
import SockeyeTesting
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Options about addresses` {
    private func source(_ address: SocketAddress) -> ConnectionOptions {
        var options = ConnectionOptions()
        options.sourceAddress = address
        return options
    }

    @Test func `a connection comes from its source address, with a port of the kernel's`() async throws {
        let source = SocketAddress.ipv4(IPv4Address(127, 0, 0, 9), port: 0)
        try await withEnds(.ipv4, client: self.source(source)) { client, server in
            #expect(server.remoteAddress == client.localAddress)
            #expect("\(server.remoteAddress)".hasPrefix("127.0.0.9:"))
            #expect(server.remoteAddress.port != 0)
        }
    }

    @Test(arguments: Family.tcp)
    func `a connection comes from its source port, also when it has just been used`(family: Family) async throws {
        try await withListener(family) { listener in
            let free = try Socket(family.addressFamily)
            try free.bind(to: family.freshEndpoint())
            let source = try free.localAddress
            free.close()
            for _ in 0..<2 {
                async let connected = Connection.connect(to: listener.localAddress, options: self.source(source))
                let accepted = try await listener.accept()
                #expect(accepted.remoteAddress == source)
                try await connected.abort()
                accepted.abort()
            }
        }
    }

    @Test func `a source address chooses the family, and one of the other is told`() async throws {
        try await withListener(.ipv6) { listener in
            let port = try #require(listener.localAddress.port)
            let options = source(.ipv6(.loopback, port: 0))
            let connection = try await Connection.connect(to: .host("localhost", port: port), options: options)
            #expect(connection.remoteAddress == listener.localAddress)
            connection.abort()
        }
        let options = source(.ipv6(.loopback, port: 0))
        let error = await socketError { _ = try await Connection.connect(to: "127.0.0.1:1", options: options) }
        #expect(error?.code == .invalidAddress)
        #expect(error?.detail == "\"127.0.0.1:1\" has no IPv6 address to reach from [::1]:0")
    }

    @Test func `a source address of another computer is told`() async throws {
        let options = source(.ipv4(IPv4Address(192, 0, 2, 77), port: 0))
        let error = await socketError { _ = try await Connection.connect(to: "127.0.0.1:1", options: options) }
        #expect(error?.code == .addressNotAvailable)
        #expect(
            error?.description
                == "connect 127.0.0.1:1: address is not of this computer (EADDRNOTAVAIL): from 192.0.2.77"
        )
    }

    @Test(arguments: Family.tcp)
    func `a family is chosen`(family: Family) async throws {
        try await withListener(family) { listener in
            let port = try #require(listener.localAddress.port)
            var options = ConnectionOptions()
            options.family = family == .ipv4 ? .ipv4Only : .ipv6Only
            let connection = try await Connection.connect(to: .loopback(port: port), options: options)
            #expect(connection.remoteAddress == listener.localAddress)
            connection.abort()
            options.family = family == .ipv4 ? .ipv6Only : .ipv4Only
            let error = await socketError { [options] in
                _ = try await Connection.connect(to: listener.localAddress, options: options)
            }
            #expect(error?.code == .invalidAddress)
        }
    }

    // MARK: Listeners

    private func listening(
        to endpoint: Endpoint,
        _ family: FamilyPreference,
        _ body: (Listener, UInt16) async throws -> Void
    ) async throws {
        var options = ListenerOptions()
        options.family = family
        let listener = try await Listener.bind(to: endpoint, options: options)
        defer { listener.close() }
        try await body(listener, try #require(listener.localAddress.port))
    }

    private func accepts(_ listener: Listener, from address: SocketAddress) async -> SocketAddress? {
        async let connected = try? Connection.connect(to: address)
        guard let connection = await connected else { return nil }
        defer { connection.abort() }
        guard let accepted = try? await listener.accept() else { return nil }
        defer { accepted.abort() }
        return accepted.remoteAddress
    }

    @Test(arguments: ["*:0", "[::]:0"] as [Endpoint])
    func `every interface takes both families with one listener`(endpoint: Endpoint) async throws {
        try await listening(to: endpoint, .any) { listener, port in
            #expect("\(listener.localAddress)" == "[::]:\(port)")
            let ipv4 = try #require(await accepts(listener, from: .ipv4(.loopback, port: port)))
            #expect(ipv4.family == .ipv6)
            #expect("\(ipv4)".hasPrefix("127.0.0.1:"))
            let ipv6 = try #require(await accepts(listener, from: .ipv6(.loopback, port: port)))
            #expect("\(ipv6)".hasPrefix("[::1]:"))
        }
    }

    @Test(arguments: ["*:0", "[::]:0"] as [Endpoint])
    func `every interface of IPv6 only takes no IPv4`(endpoint: Endpoint) async throws {
        try await listening(to: endpoint, .ipv6Only) { listener, port in
            #expect(try Syscalls.option(listener.registration.descriptor, .ipv6Only) == 1)
            #expect(await accepts(listener, from: .ipv6(.loopback, port: port)) != nil)
            // The port is free for IPv4, and so nobody listens there.
            let free = try Socket(.ipv4)
            guard (try? free.bind(to: .ipv4(.loopback, port: port))) != nil else { return }
            let error = await socketError { _ = try await Connection.connect(to: .ipv4(.loopback, port: port)) }
            #expect(error?.code == .refused)
            free.close()
        }
    }

    @Test func `every interface of IPv4 only`() async throws {
        try await listening(to: "*:0", .ipv4Only) { listener, port in
            #expect("\(listener.localAddress)" == "0.0.0.0:\(port)")
            #expect(await accepts(listener, from: .ipv4(.loopback, port: port))?.family == .ipv4)
        }
        var options = ListenerOptions()
        options.family = .ipv4Only
        let error = await socketError { [options] in _ = try await Listener.bind(to: "[::1]:0", options: options) }
        #expect(error?.code == .invalidAddress)
        #expect(error?.detail == "\"[::1]:0\" has no IPv4 address")
    }

    // MARK: Addresses as they are

    @Test(arguments: Family.allCases)
    func `an address that a socket has told needs no wrapping`(family: Family) async throws {
        try await withServer(family, echo) { listener in
            let answer = try await withConnection(to: listener.localAddress) { connection in
                try await connection.send("x")
                return try await connection.receiveText(count: 1)
            }
            #expect(answer == "x")
        }
        let error = await socketError { _ = try await Connection.connect(to: SocketAddress.unixUnnamed) }
        #expect(error?.code == .invalidAddress)
    }

    @Test func `a path as the source of a Unix connection is refused, and no file is made`() async throws {
        try await withListener(.unix) { listener in
            let path = ScratchFolder.path()
            let options = source(try .unix(path: path))
            let error = await socketError {
                _ = try await Connection.connect(to: listener.localAddress, options: options)
            }
            #expect(error?.code == .unsupported)
            #expect(error?.localAddress == options.sourceAddress)
            #expect(!FileManager.default.fileExists(atPath: path))
            let name = try SocketAddress.unix(abstract: Array("\(path)".utf8))
            async let connected = Connection.connect(to: listener.localAddress, options: source(name))
            let accepted = try await listener.accept()
            #expect(accepted.remoteAddress == name)
            try await connected.abort()
            accepted.abort()
        }
    }

    // MARK: Names to bind to

    @Test func `a listener asks the resolver that it was given`() async throws {
        var options = ListenerOptions()
        options.resolver = .fixed(["here.example": [.ipv6(.loopback, port: 0), .ipv4(.loopback, port: 0)]])
        let listener = try await Listener.bind(to: "here.example:0", options: options)
        #expect("\(listener.localAddress)".hasPrefix("127.0.0.1:"))
        listener.close()
    }

    /// A name whose first address is another computer's, and whose second one is taken.
    private func taken(_ kind: SocketKind) throws -> (RawPeer, Resolver, UInt16) {
        let holder = try Socket(.ipv4, kind)
        try holder.bind(to: "127.0.0.1:0")
        if kind == .stream { try holder.listen() }
        let away = SocketAddress.ipv4(IPv4Address(203, 0, 113, 77), port: 0)
        let port = try #require(try holder.localAddress.port)
        return (RawPeer(adopting: holder.release()), .fixed(["here.example": [away, .ipv4(.loopback, port: 0)]]), port)
    }

    private func check(_ error: SocketError?, _ port: UInt16) {
        #expect(error?.code == .addressInUse)
        #expect(error?.localAddress == .ipv4(.loopback, port: port))
        #expect(error?.attempts.map(\.code) == [.addressNotAvailable, .addressInUse])
    }

    @Test func `of several addresses that cannot be bound, the error is the one that says why`() async throws {
        let (holder, resolver, port) = try taken(.stream)
        var options = ListenerOptions()
        options.resolver = resolver
        check(
            await socketError { [options] in
                _ = try await Listener.bind(to: .host("here.example", port: port), options: options)
            },
            port
        )
        holder.close()
        let (datagrams, names, other) = try taken(.datagram)
        var choice = DatagramOptions()
        choice.resolver = names
        check(
            await socketError { [choice] in
                _ = try await DatagramSocket.bind(to: .host("here.example", port: other), options: choice)
            },
            other
        )
        datagrams.close()
    }

    @Test func `without IPv6, every interface is every one of IPv4, and a taken port is told as such`() async throws {
        let holder = try Socket(.ipv4)
        try holder.bind(to: "0.0.0.0:0")
        try holder.listen()
        let port = try #require(try holder.localAddress.port)
        let error = await socketError {
            try await withFaults(.failure(of: .create, with: .addressFamilyNotSupported, atCall: 1)) {
                _ = try await Listener.bind(to: .any(port: port))
            }
        }
        #expect(error?.code == .addressInUse)
        #expect(error?.localAddress == .ipv4(.any, port: port))
        holder.close()
    }
}
