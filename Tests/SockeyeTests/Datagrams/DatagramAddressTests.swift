import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Addresses that datagrams come to` {
    private var asking: DatagramOptions {
        var options = DatagramOptions()
        options.localAddress = .on
        return options
    }

    /// 127.0.0.0/8 is all this computer's: a server on several addresses without a second network card.
    @Test(arguments: ["127.0.0.1", "127.0.0.2", "127.77.77.77"])
    func `are told, and answered from`(text: String) async throws {
        let ip = try #require(IPv4Address(text))
        for endpoint: Endpoint in ["0.0.0.0:0", "*:0"] {
            let server = try await DatagramSocket.bind(to: endpoint, options: asking)
            defer { server.close() }
            let port = try #require(server.localAddress.port)
            // A connected client hears nobody but whom it is connected to: an answer from another address is lost.
            try await withDatagramSocket(to: .address(.ipv4(ip, port: port))) { client in
                try await client.send("where?")
                let datagram: Datagram = try await server.receive()
                let local = try #require(datagram.localAddress)
                #expect(local.description == "\(ip):\(port)")
                #expect(datagram.header.interfaceIndex == 1)
                try await server.send("there", to: datagram.from, from: local)
                #expect(try await client.receiveText() == "there")

                try await client.send("and in a batch?")
                let batch = try DatagramBatch()
                try await server.receive(into: batch)
                #expect(batch.header(at: 0).localAddress == local)
                #expect(batch[0].localAddress == local)
                try await server.send(batch)
                #expect(try await client.receiveText() == "and in a batch?")

                try batch.append(Array("appended".utf8), to: datagram.from, from: local)
                try await server.send(batch)
                #expect(try await client.receiveText() == "appended")
            }
        }
    }

    @Test func `are told over IPv6`() async throws {
        let server = try await DatagramSocket.bind(to: "[::]:0", options: asking)
        defer { server.close() }
        let port = try #require(server.localAddress.port)
        try await withDatagramSocket(to: .address(.ipv6(.loopback, port: port))) { client in
            try await client.send("where?")
            let datagram: Datagram = try await server.receive()
            #expect(datagram.localAddress == .ipv6(.loopback, port: port))
            try await server.send("there", to: datagram.from, from: datagram.localAddress)
            #expect(try await client.receiveText() == "there")
        }
    }

    @Test func `are told of coalesced ones too`() async throws {
        var options = asking
        options.coalescing = .on
        let server = try await DatagramSocket.bind(to: "0.0.0.0:0", options: options)
        defer { server.close() }
        let port = try #require(server.localAddress.port)
        try await withDatagramSocket(to: .address(.ipv4(IPv4Address(127, 0, 0, 3), port: port))) { client in
            try await client.send(Pattern.bytes(3000), inDatagramsOf: 1000)
            for _ in 0..<2 {
                let datagram: Datagram = try await server.receive()
                #expect(datagram.localAddress == .ipv4(IPv4Address(127, 0, 0, 3), port: port))
            }
            let batch = try DatagramBatch()
            try await server.receive(into: batch)
            #expect(batch.header(at: 0).localAddress == .ipv4(IPv4Address(127, 0, 0, 3), port: port))
            try await server.send(batch)
            #expect(try await client.receive().bytes == Pattern.bytes(1000, at: 2000))
        }
    }

    @Test func `are not told to those who do not ask`() async throws {
        try await withConnectedClient(.ipv4) { client, server in
            try await client.send("x")
            let batch = try DatagramBatch()
            try await server.receive(into: batch)
            #expect(batch[0].localAddress == nil)
            #expect(batch[0].header.interfaceIndex == nil)
        }
    }

    @Test func `broadcasts reach whoever is bound to every interface`() async throws {
        var options = DatagramOptions()
        options.broadcast = .on
        let server = try await DatagramSocket.bind(to: "0.0.0.0:0", options: asking)
        defer { server.close() }
        let everybody = SocketAddress.ipv4(
            IPv4Address(127, 255, 255, 255),
            port: try #require(server.localAddress.port)
        )
        try await withBound(.ipv4, options: options) { sender in
            try await sender.send("all", to: everybody)
            let datagram: Datagram = try await server.receive()
            #expect(datagram.bytes == Array("all".utf8))
            #expect(datagram.localAddress == everybody)
        }
        // And a batch of them is answered, from an address of one computer.
        for endpoint: Endpoint in ["0.0.0.0:0", "*:0"] {
            let server = try await DatagramSocket.bind(to: endpoint, options: asking)
            defer { server.close() }
            let port = try #require(server.localAddress.port)
            try await withBound(.ipv4, options: options) { sender in
                try await sender.send("all", to: .ipv4(IPv4Address(127, 255, 255, 255), port: port))
                let batch = try DatagramBatch()
                try await server.receive(into: batch)
                try await server.send(batch)
                #expect(try await sender.receiveText() == "all")
            }
        }
    }
}

@Suite(
    .inTurn,
    .timeLimit(.minutes(10)),
    .enabled(if: NetworkNamespace.isAllowed, "network namespaces need root and ip(8)")
)
struct `Multicast` {
    private static let network = [
        "link set lo up",
        "link add sockeye0 type veth peer name sockeye1",
        // Without addresses that it would have to make sure of first, for seconds.
        "link set sockeye0 addrgenmode none",
        "link set sockeye1 addrgenmode none",
        "link set sockeye1 up",
        "link set sockeye0 up",
        "addr add 10.88.0.1/24 dev sockeye0",
        "addr add fd88::1/64 dev sockeye0 nodad",
    ]

    private static let groups: [(Endpoint, MulticastGroup, String)] = [
        ("0.0.0.0:0", "239.1.2.3", "239.1.2.3"),
        ("*:0", "239.1.2.3", "239.1.2.3"),
        ("[::]:0", "ff15::7:7", "[ff15::7:7]"),
        ("*:0", "ff02::7:7", "[ff02::7:7%sockeye0]"),
    ]

    @Test(arguments: groups.indices)
    func `reaches its members, and after leaving nobody`(index: Int) async throws {
        let (bound, group, text) = Self.groups[index]
        try await NetworkNamespace.run(Self.network) {
            var options = DatagramOptions()
            options.localAddress = .on
            options.multicast.interface = "sockeye0"
            options.multicast.timeToLive = 3
            let member = try await DatagramSocket.bind(to: bound, options: options)
            let port = try #require(member.localAddress.port)
            let everybody = try Endpoint(parsing: "\(text):\(port)")
            defer { member.close() }
            try member.join(group, on: "sockeye0")
            try await member.send("to all", to: everybody)
            let datagram: Datagram = try await member.receive()
            #expect(datagram.bytes == Array("to all".utf8))
            #expect(datagram.localAddress?.isMulticast == true)
            // The answer to what came to a group comes from this computer's own address.
            let batch = try DatagramBatch()
            try await member.send("again", to: everybody)
            try await member.receive(into: batch)
            try await member.send(batch)
            #expect(try await member.receiveText() == "again")

            try member.leave(group, on: "sockeye0")
            try await member.send("to nobody", to: everybody)
            try await member.send("to itself", to: datagram.from)
            #expect(try await member.receiveText() == "to itself")
        }
    }

    @Test(arguments: groups.indices)
    func `is not heard on this computer when the loop is off`(index: Int) async throws {
        let (bound, group, text) = Self.groups[index]
        try await NetworkNamespace.run(Self.network) {
            var options = DatagramOptions()
            options.multicast.interface = "sockeye0"
            options.multicast.loop = .off
            let member = try await DatagramSocket.bind(to: bound, options: options)
            defer { member.close() }
            let port = try #require(member.localAddress.port)
            try member.join(group, on: "sockeye0")
            try await member.send("to others", to: try Endpoint(parsing: "\(text):\(port)"))
            let own: Endpoint = .loopback(port: port)
            if bound.family == .ipv4 {
                try await member.send("to itself", to: own)
            } else {
                try await member.send("to itself", to: .ipv6(.loopback, port: port))
            }
            #expect(try await member.receiveText() == "to itself")
        }
    }

    @Test func `a datagram that is too large for its way, and may not be cut up, says so`() async throws {
        try await NetworkNamespace.run(Self.network) {
            let socket = try await DatagramSocket.bind(to: "10.88.0.1:0")
            defer { socket.close() }
            // IP_MTU_DISCOVER: the packets that carry it must not be fragmented.
            try socket.setOption(.raw(level: 0, number: 10), to: 2)
            let to = SocketAddress.ipv4(IPv4Address(10, 88, 0, 2), port: 9)
            let error = await socketError { try await socket.send(Pattern.bytes(9000), to: to) }
            #expect(error?.code == .messageTooLong)
            #expect(error?.detail?.hasPrefix("9000 bytes: more than the way to it carries in one piece") == true)
        }
    }

    @Test func `without a route says that an interface has to be named`() async throws {
        try await NetworkNamespace.run(["link set lo up"]) {
            try await withBound(.ipv4) { socket in
                let error = await socketError { try socket.join("239.1.2.3") }
                #expect(error?.code == .unreachable)
                #expect(error?.detail?.contains("name one") == true)
            }
        }
    }
}

extension Endpoint {
    fileprivate var family: AddressFamily? {
        guard case .address(let address) = kind else { return nil }
        return address.family
    }
}
