import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Datagram sockets from elsewhere` {
    @Test(arguments: Family.allCases)
    func `a bound one is adopted, given away, and adopted again`(family: Family) async throws {
        let raw = try Socket(family.addressFamily, .datagram)
        try raw.bind(to: family.freshEndpoint())
        let address = try raw.localAddress
        defer { address.removeFile() }
        let socket = try DatagramSocket.adopt(raw.release())
        #expect(socket.localAddress == address)
        #expect(socket.remoteAddress == nil)
        try await withBound(family) { peer in
            try await peer.send("one", to: address)
            #expect(try await socket.receiveText() == "one")
            let number = try socket.release()
            #expect(await socketError { _ = try await socket.receiveText() }?.code == .closed)
            #expect(await socketError { _ = try socket.release() }?.code == .closed)
            socket.close()
            // It is open for whoever has it.
            try await peer.send("two", to: address)
            let again = try DatagramSocket.adopt(OpenDescriptor(number))
            #expect(try await again.receiveText() == "two")
            try await again.send("three", to: peer.localAddress)
            #expect(try await peer.receiveText() == "three")
            again.close()
        }
    }

    @Test(arguments: Family.allCases)
    func `a connected one knows its peer`(family: Family) async throws {
        try await withBound(family) { server in
            let raw = try Socket(family.addressFamily, .datagram)
            if family == .unix { try raw.bind(to: family.freshEndpoint()) }
            try raw.connect(to: server.localAddress)
            let client = try DatagramSocket.adopt(raw.release())
            #expect(client.remoteAddress == server.localAddress)
            try await client.send("hi")
            let datagram: Datagram = try await server.receive()
            #expect(datagram.from == client.localAddress)
            try await server.send("there", to: datagram.from)
            #expect(try await client.receiveText() == "there")
            client.close()
            client.localAddress.removeFile()
        }
    }

    @Test func `options are set on it, and what it had is found out`() async throws {
        var options = DatagramOptions()
        options.localAddress = .on
        options.timeToLive = 7
        let raw = try Socket(.ipv6, .datagram)
        try raw.setOption(.ipv6Only, to: true)
        try raw.bind(to: "[::]:0")
        // UDP_GRO, by whoever had it before.
        try raw.setOption(.raw(level: 17, number: 104), to: 1)
        let socket = try DatagramSocket.adopt(raw.release(), options: options)
        defer { socket.close() }
        #expect(try socket.option(.timeToLive) == 7)
        let to = SocketAddress.ipv4(.loopback, port: 9)
        #expect(await socketError { try await socket.send("x", to: to) }?.code == .invalidAddress)
        let port = try #require(socket.localAddress.port)
        try await withDatagramSocket(to: .address(.ipv6(.loopback, port: port))) { client in
            try await client.send(Pattern.bytes(2_500), inDatagramsOf: 1000)
            for count in [1000, 1000, 500] {
                let datagram: Datagram = try await socket.receive()
                #expect(datagram.bytes.count == count)
                #expect(datagram.localAddress == .ipv6(.loopback, port: port))
            }
        }
    }

    @Test func `what is no datagram socket is refused, and stays open`() async throws {
        let stream = try Socket(.ipv4)
        let packets = try Socket.pair(.sequencedPacket)
        let wrong: [(Int32, String)] = [
            (stream.descriptor, "is an IPv4 stream socket, not a datagram one"),
            (packets.one.descriptor, "is a Unix sequenced-packet socket, not a datagram one"),
            (0x7FFF, "is not open"),
        ]
        for (number, words) in wrong {
            let error = await socketError { _ = try DatagramSocket.adopt(number) }
            #expect(error?.detail == "descriptor \(number) \(words)")
            #expect(error?.operation == .adopt)
        }
        let file = try Syscalls.openFile("/dev/null")
        let error = await socketError { _ = try DatagramSocket.adopt(file) }
        #expect(error?.detail == "descriptor \(file) is no socket")
        Syscalls.close(file)
        try stream.bind(to: "127.0.0.1:0")
        _ = try packets.one.send(Array("x".utf8))
        #expect(try packets.other.receive(upTo: 10) == Array("x".utf8))
    }

    @Test func `one in use, or with datagrams left, is not given away`() async throws {
        var options = DatagramOptions()
        options.coalescing = .on
        try await withConnectedClient(.ipv4, server: options) { client, server in
            try await client.send(Pattern.bytes(2_000), inDatagramsOf: 1000)
            _ = try await server.receive() as Datagram
            let left = await socketError { _ = try server.release() }
            // Loopback hands both over in one piece, where the kernel coalesces.
            if left != nil { #expect(left?.code == .busy) }
            _ = try await server.receive() as Datagram
            let receiving = Task { try await server.receiveText() }
            await server.untilWaiting(.read)
            #expect(await socketError { _ = try server.release() }?.code == .busy)
            try await client.send("c")
            #expect(try await receiving.value == "c")
            Syscalls.close(try server.release())
        }
    }

    @Test func `a pair talks both ways, knows who is there, and waits for room`() async throws {
        let (one, other) = try DatagramSocket.pair()
        defer {
            one.close()
            other.close()
        }
        try await one.send("")
        try await one.send("hi")
        #expect(try await other.receiveText() == "")
        let datagram: Datagram = try await other.receive()
        #expect(datagram.bytes == Array("hi".utf8))
        #expect(datagram.from == .unixUnnamed)
        try await other.send("there")
        #expect(try await one.receiveText() == "there")
        #expect(try one.peerCredentials.processID == ThisProcess.id)
        let sending = Task { for number in 0..<1000 { try await one.send("\(number)") } }
        await one.untilWaiting(.write)
        for number in 0..<1000 { #expect(try await other.receiveText() == "\(number)") }
        try await sending.value
        let tasks = Task { await socketError { while true { try await one.send("x") } } }
        await one.untilWaiting(.write)
        other.close()
        let code = await tasks.value?.code
        #expect(code == .refused || code == .reset || code == .notConnected, "\(String(describing: code))")
    }

    @Test func `options of the live socket are typed, and wrong ones are said`() async throws {
        try await withBound(.ipv4) { socket in
            try socket.setOption(.typeOfService, to: 0x10)
            #expect(try socket.option(.typeOfService) == 0x10)
            let error = await socketError { try socket.setOption(.timeToLive, to: 300) }
            #expect(error?.code == .invalidArgument)
            #expect(error?.detail?.contains("IP_TTL = 300") == true, "\(String(describing: error))")
            #expect(await socketError { try socket.setOption(.noDelay, to: true) }?.code == .unsupported)
            #expect(await socketError { _ = try socket.peerCredentials }?.code == .unsupported)
            socket.close()
            #expect(await socketError { _ = try socket.option(.timeToLive) }?.code == .closed)
        }
    }

    @Test func `adopting, releasing, pairing and refusing leave nothing open`() async {
        await #expect(processExitsWith: .success) {
            try await leavesNothing {
                let raw = try Socket(.ipv4, .datagram)
                let number = try DatagramSocket.adopt(raw.release()).release()
                var wrong = DatagramOptions()
                wrong.timeToLive = 300
                _ = await socketError { _ = try DatagramSocket.adopt(OpenDescriptor(number), options: wrong) }
                _ = await socketError { _ = try DatagramSocket.pair(options: wrong) }
                _ = try DatagramSocket.pair()
                let stream = OpenDescriptor(try Socket(.ipv4).release())
                _ = await socketError { _ = try DatagramSocket.adopt(stream) }
                #expect(stream.descriptor == nil)
            }
        }
    }
}
