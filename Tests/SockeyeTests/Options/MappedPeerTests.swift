import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

/// What leaves a socket of both families for a peer of IPv4, as that peer sees it: an IPv6 socket has these settings twice.
@Suite(.inTurn, .timeLimit(.minutes(10))) struct `An IPv4 peer of a socket of both families` {
    private func tuned<Options: SocketTuning>(_ options: Options) -> Options {
        var options = options
        options.typeOfService = 0x28
        options.timeToLive = 9
        return options
    }

    /// Sends a datagram to the port in its argument, and prints the type of service and the time to live of two answers.
    private static let datagrams = """
        import socket, struct, sys
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.settimeout(60)
        s.bind(("127.0.0.1", 0))
        s.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
        s.setsockopt(socket.IPPROTO_IP, 12, 1)
        s.sendto(b"?", ("127.0.0.1", int(sys.argv[1])))
        for _ in range(2):
            _, extra, _, _ = s.recvmsg(10, 200)
            values = {kind: int.from_bytes(data, sys.byteorder) for _, kind, data in extra}
            print(values[1], values[2])
        """

    @Test func `gets datagrams with the type of service and the time to live that were set`() async throws {
        let socket = try await DatagramSocket.bind(to: "*:0", options: tuned(DatagramOptions()))
        defer { socket.close() }
        let peer = try Python(Self.datagrams, ["\(socket.localAddress.port ?? 0)"])
        let question: Datagram = try await within { try await socket.receive() }
        #expect(question.from.family == .ipv6)
        try await socket.send("x", to: question.from)
        #expect(try await peer.line() == "40 9")
        try socket.setOption(.typeOfService, to: 0x48)
        try socket.setOption(.timeToLive, to: 17)
        try await socket.send("y", to: question.from)
        #expect(try await peer.end().text == "72 17\n")
    }

    /// Listens, prints its port, and for a client the type of service and the time to live of its handshake.
    private static let stream = """
        import socket, struct, sys
        s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        s.settimeout(60)
        s.bind(("127.0.0.1", 0))
        s.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
        s.setsockopt(socket.IPPROTO_IP, 12, 1)
        s.listen(1)
        print(s.getsockname()[1])
        client, _ = s.accept()
        data, values = client.getsockopt(socket.IPPROTO_IP, 9, 200), {}
        while len(data) >= 16:
            length, _, kind = struct.unpack("@Nii", data[:16])
            values[kind] = int.from_bytes(data[16:length], sys.byteorder)
            data = data[(length + 7) // 8 * 8:]
        print(values[1], values[2])
        """

    @Test func `gets a connection with the type of service and the time to live that were set`() async throws {
        let peer = try Python(Self.stream, [])
        let port = try await peer.line()
        let endpoint = try Endpoint(parsing: "[::ffff:127.0.0.1]:\(port)")
        try await withConnection(to: endpoint, options: tuned(ConnectionOptions())) { connection in
            #expect(connection.remoteAddress.family == .ipv6)
            let seen = try await peer.end().text
            #expect(seen == "40 9\n")
        }
    }

    @Test func `has them inherited from the listener, in both settings`() async throws {
        let listener = try await Listener.bind(to: "*:0", options: tuned(ListenerOptions()))
        defer { listener.close() }
        let port = try #require(listener.localAddress.port)
        let peer = try RawPeer(connectedTo: .ipv4(.loopback, port: port))
        let accepted = try await listener.accept()
        defer { accepted.abort() }
        #expect(try accepted.option(.typeOfService) == 0x28)
        #expect(try accepted.option(.timeToLive) == 9)
        // IPPROTO_IP, IP_TOS and IP_TTL: what goes out to this peer.
        #expect(try accepted.option(.raw(level: 0, number: 1)) == 0x28)
        #expect(try accepted.option(.raw(level: 0, number: 2)) == 9)
        peer.close()
    }

    /// Each option that an IPv6 socket has once for each family, by the numbers of Linux: level, number.
    private static let halves: [(name: String, ipv4: (Int32, Int32), ipv6: (Int32, Int32), value: Int)] = [
        ("type of service", (0, 1), (41, 67), 0x28), ("time to live", (0, 2), (41, 16), 9),
        ("multicast time to live", (0, 33), (41, 18), 5), ("multicast loop", (0, 34), (41, 19), 0),
        ("errors", (0, 11), (41, 25), 1),
    ]

    private func halves(of socket: DatagramSocket) throws -> [String] {
        try Self.halves.flatMap { row in
            try [row.ipv4, row.ipv6].map { level, number in
                "\(row.name): \(try socket.option(.raw(level: level, number: number)))"
            }
        }
    }

    @Test func `has each option of a datagram socket as an IPv6 peer has it, also on an adopted socket`() async throws {
        var options = tuned(DatagramOptions())
        options.multicast.timeToLive = 5
        options.multicast.loop = .off
        options.errors = .on
        let wanted = Self.halves.flatMap { row in Array(repeating: "\(row.name): \(row.value)", count: 2) }
        let bound = try await DatagramSocket.bind(to: "*:0", options: options)
        defer { bound.close() }
        #expect(try halves(of: bound) == wanted)
        let plain = try Socket(.ipv6, .datagram)
        try plain.bind(to: "[::]:0")
        let adopted = try DatagramSocket.adopt(plain.release(), options: options)
        defer { adopted.close() }
        #expect(try halves(of: adopted) == wanted)
    }

    @Test func `is kept away when somebody says so by the option's own name`() async throws {
        var options = DatagramOptions()
        options[.ipv6Only] = true
        let socket = try await DatagramSocket.bind(to: "*:0", options: options)
        defer { socket.close() }
        #expect(try socket.option(.ipv6Only))
        let error = await socketError { try await socket.send("x", to: "127.0.0.1:9") }
        #expect(error?.code == .invalidAddress)
        var listening = ListenerOptions()
        listening[.ipv6Only] = true
        let listener = try await Listener.bind(to: "*:0", options: listening)
        defer { listener.close() }
        #expect(try Syscalls.option(listener.registration.descriptor, .ipv6Only) == 1)
    }
}
