import Foundation
import SockeyeSystem
import TestSupport
import Testing

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Errors of the kernel` {
    /// A port that was free a moment ago.
    private func closedPort(_ family: Family) throws -> SocketAddress {
        let socket = try family.bound(.stream)
        return try socket.localAddress
    }

    @Test(arguments: Family.tcp)
    func `nobody listens there`(family: Family) throws {
        let address = try closedPort(family)
        let error = try #require(socketError { try family.socket().connect(to: address) })
        #expect(error.code == .refused)
        #expect(error.description == "connect \(address): connection refused (ECONNREFUSED)")
    }

    @Test func `port 1 refuses with the text of the documentation`() throws {
        let error = try #require(socketError { try Socket(.ipv4).connect(to: "127.0.0.1:1") })
        #expect(error.description == "connect 127.0.0.1:1: connection refused (ECONNREFUSED)")
    }

    @Test func `a Unix socket that nobody listens on, or that is not there`() throws {
        let bound = try Family.unix.bound(.stream)
        #expect(socketError { try Socket(.unix).connect(to: bound.localAddress) }?.code == .refused)
        let error = try #require(socketError { try Socket(.unix).connect(to: "unix:/nowhere/at/all") })
        #expect(error.code == .nameNotFound)
        let words = "no such file or directory (ENOENT): there is no folder \"/nowhere/at\""
        #expect(error.description == "connect unix:/nowhere/at/all: \(words)")
    }

    @Test(arguments: [
        ("127.0.0.1:80", AddressFamily.ipv6), ("[::1]:80", .ipv4), ("unix:/x", .ipv4), ("127.0.0.1:80", .unix),
    ])
    func `an address of the wrong family`(endpoint: String, family: AddressFamily) throws {
        let socket = try Socket(family)
        for error in [
            socketError { try socket.connect(to: Endpoint(parsing: endpoint)) },
            socketError { try socket.bind(to: Endpoint(parsing: endpoint)) },
        ] {
            let error = try #require(error)
            #expect(error.code == .invalidAddress)
            #expect(error.description.contains("\"\(endpoint)\" has no \(family) address"))
        }
    }

    @Test(arguments: AddressFamily.allCases, [SocketKind.stream, .datagram])
    func `an address of the wrong family, as the kernel gives it`(family: AddressFamily, kind: SocketKind) throws {
        let socket = try Socket(family, kind)
        let addresses: [SocketAddress] = [
            .ipv4(.loopback, port: 9), .ipv6(.loopback, port: 9), try .unix(abstract: [65, 66]),
        ]
        for address in addresses where address.family != family {
            let words = [family, address.family].map { $0 == .unix ? "a Unix" : "an \($0)" }
            // An IPv6 socket has a way to send datagrams to IPv4.
            let reaches = family == .ipv6 && kind == .datagram && address.family == .ipv4
            for error in [
                socketError { try socket.bind(to: address) },
                reaches ? nil : socketError { try socket.connect(to: address) },
                reaches || kind == .stream ? nil : socketError { try socket.send([1], to: address) },
            ] {
                guard let error else { continue }
                #expect(error.code == .invalidAddress)
                #expect(error.detail == "this is \(words[0]) socket, and the address is \(words[1]) one")
                #expect(error.description.contains("\(address)"))
            }
            #expect(socketError { try socket.bind(to: address) } != nil)
        }
        let unnamed = socketError { try socket.connect(to: .unixUnnamed) }
        #expect(unnamed?.code == .invalidAddress)
    }

    @Test func `sequenced packets over a network`() throws {
        let error = socketError { _ = try Socket(.ipv4, .sequencedPacket) }
        #expect(error?.code == .unsupported)
        #expect(error?.detail == "only Unix sockets carry sequenced packets")
    }

    @Test(arguments: Family.tcp)
    func `an address that is not of this computer`(family: Family) throws {
        let endpoint: Endpoint = family == .ipv4 ? "192.0.2.1:0" : "[2001:db8::1]:0"
        let error = try #require(socketError { try family.socket().bind(to: endpoint) })
        #expect(error.code == .addressNotAvailable)
        #expect(error.errno == .addressNotAvailable)
    }

    @Test func `a name that nobody knows`() throws {
        let error = try #require(socketError { try Socket(.ipv4).connect(to: "nobody-knows-this.invalid:80") })
        #expect(error.code == .nameNotFound)
        #expect(error.operation == .resolve)
        #expect(error.description.contains("nobody-knows-this.invalid"))
    }

    @Test func `a name of this computer is found in either family`() throws {
        for family in Family.tcp {
            let listener = try family.bound(.stream)
            try listener.listen()
            let port = try #require(try listener.localAddress.port)
            guard family == .ipv4 || localhostHasIPv6() else { continue }
            try family.socket().connect(to: .host("localhost", port: port))
        }
    }

    private func localhostHasIPv6() -> Bool {
        (try? Endpoint.host("localhost", port: 1).addresses(for: .connect, family: .ipv6)) != nil
    }

    @Test func `an interface that does not exist`() throws {
        let error = try #require(socketError { try Socket(.ipv6).connect(to: "[fe80::1%nonet9]:80") })
        #expect(error.code == .invalidAddress)
        #expect(error.description.contains("no network interface named \"nonet9\""))
    }

    @Test func `a text that is no address is an error when it is used`() throws {
        let error = try #require(socketError { try Socket(.ipv4).connect(to: "127.0.0.1:70000") })
        #expect(error.code == .invalidAddress)
        #expect(error.description.contains("70000"))
    }

    @Test(arguments: Family.allCases)
    func `sending before connecting, and after finishing`(family: Family) throws {
        let fresh = try family.socket()
        let early = try #require(socketError { _ = try fresh.send([1]) })
        // TCP says that the pipe is broken where a Unix socket says that there is none.
        #expect(early.code == (family == .unix ? .notConnected : .reset))
        let ends = try Ends(family)
        try ends.client.shutdown(.sending)
        #expect(socketError { _ = try ends.client.send([1]) }?.errno == .brokenPipe)
        #expect(socketError { try fresh.shutdown(.both) }?.code == (family == .unix ? nil : .notConnected))
    }

    @Test func `no descriptor is left`() async {
        await #expect(processExitsWith: .success) {
            var limit = rlimit(rlim_cur: 64, rlim_max: 64)
            _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
            var held: [Int32] = []
            var error: SocketError?
            while error == nil, held.count < 100 {
                error = socketError { held.append(try Socket(.ipv4).release()) }
            }
            #expect(error?.code == .exhausted)
            #expect(error?.description == "socket: too many open files in this process (EMFILE)")
        }
    }
}
