import Foundation
import SockeyeSystem
import TestSupport
import Testing

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Stream sockets` {
    @Test(arguments: Family.allCases)
    func `carry a conversation as Python's do`(family: Family) throws {
        let ends = try Ends(family)
        try ends.client.sendAll("hello")
        #expect(try ends.server.receive(upTo: 1024) == Array("hello".utf8))
        #expect(try ends.server.send(Array("Got it!".utf8)) == 7)
        #expect(try ends.client.receive(upTo: 3) == Array("Got".utf8))
        #expect(try ends.client.receive(upTo: Int.max) == Array(" it!".utf8))
        try ends.client.shutdown(.sending)
        #expect(try ends.server.receive(upTo: 1) == nil)
        #expect(try ends.server.receive(upTo: 1) == nil)
        try ends.server.sendAll("after the end")
        #expect(try ends.client.receive(upTo: 1024) == Array("after the end".utf8))
    }

    @Test(arguments: Family.allCases)
    func `know both addresses`(family: Family) throws {
        let listener = try family.listening()
        let address = try listener.localAddress
        let client = try family.socket()
        #expect(socketError { _ = try client.remoteAddress }?.code == .notConnected)
        try client.connect(to: address)
        let server = try listener.accept()
        #expect(try server.localAddress == address)
        #expect(try client.remoteAddress == address)
        #expect(try server.remoteAddress == client.localAddress)
        if family == .unix {
            #expect(try server.remoteAddress == .unixUnnamed)
        } else {
            #expect(try client.localAddress.port != 0)
        }
    }

    @Test(arguments: Family.allCases)
    func `wait in accept until a client comes`(family: Family) throws {
        let listener = try family.listening()
        let address = try listener.localAddress
        let descriptor = listener.descriptor
        let acceptor = PeerThread { try Syscalls.accept(descriptor, nonblocking: false).descriptor }
        let client = try family.socket()
        try client.connect(to: address)
        let server = Socket(adopting: try acceptor.value())
        try server.sendAll("x")
        #expect(try client.receive(upTo: 1) == [120])
    }

    @Test(arguments: Family.allCases)
    func `send all of it, however little fits at once`(family: Family) throws {
        let ends = try Ends(family)
        try ends.client.setOption(.sendBufferBytes, to: 4_096)
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
        let descriptor = ends.server.descriptor
        let reader = PeerThread {
            let socket = Socket(adopting: descriptor)
            var all: [UInt8] = []
            while all.count < bytes.count, let piece = try socket.receive(upTo: 10_007) { all += piece }
            _ = socket.release()
            return all
        }
        try ends.client.sendAll(bytes)
        #expect(try reader.value() == bytes)
    }

    @Test(arguments: Family.allCases)
    func `send nothing at all without an error`(family: Family) throws {
        let ends = try Ends(family)
        try ends.client.sendAll([])
        try ends.client.sendAll("")
        #expect(try ends.client.send([]) == 0)
        try ends.client.sendAll("x")
        #expect(try ends.server.receive(upTo: 8) == [120])
    }

    @Test(arguments: Family.allCases, [0, -1])
    func `room for nothing is an error and no end`(family: Family, maximum: Int) throws {
        let ends = try Ends(family)
        #expect(socketError { _ = try ends.client.receive(upTo: maximum) }?.code == .invalidArgument)
    }

    @Test(arguments: Family.allCases)
    func `tell a peer that is gone from one that has finished`(family: Family) throws {
        let ends = try Ends(family)
        let server = ends.server.descriptor
        try ends.client.sendAll("never read")
        try Syscalls.resetOnClose(server)
        let other = try family.socket()
        // The number stays taken by another socket, so that `ends` closes that one.
        try closeAndReuse(server, by: other)
        #expect(socketError { _ = try ends.client.receive(upTo: 1) }?.code == .reset)
        let error = try #require(socketError { try ends.client.sendAll("x") })
        #expect(error.code == .reset)
        #expect(error.errno == .brokenPipe)
    }

    /// `dup2`: the file behind `descriptor` is closed, and the number is another socket's.
    private func closeAndReuse(_ descriptor: Int32, by other: borrowing Socket) throws {
        #expect(dup2(other.descriptor, descriptor) == descriptor)
    }

    @Test(arguments: Family.tcp)
    func `options read back as they were set`(family: Family) throws {
        let socket = try family.socket()
        for option in [SocketOption<Bool>.reuseAddress, .noDelay] {
            #expect(try socket.option(option) == false)
            try socket.setOption(option, to: true)
            #expect(try socket.option(option) == true)
            try socket.setOption(option, to: false)
            #expect(try socket.option(option) == false)
        }
        if family == .ipv6 {
            try socket.setOption(.ipv6Only, to: true)
            #expect(try socket.option(.ipv6Only))
        }
        try socket.setOption(.receiveBufferBytes, to: 10_000)
        // The kernel doubles it.
        #expect(try socket.option(.receiveBufferBytes) == 20_000)
        try socket.setOption(.sendBufferBytes, to: Int(Int32.max) / 2)
        #expect(try socket.option(.sendBufferBytes) > 10_000)
    }

    @Test func `an option that a family lacks is unsupported and named`() throws {
        let socket = try Socket(.unix)
        let error = try #require(socketError { try socket.setOption(.noDelay, to: true) })
        #expect(error.code == .unsupported)
        #expect(error.operation == .option)
        #expect(error.description.contains("TCP_NODELAY"))
    }

    @Test func `an IPv6 listener on every interface takes IPv4 clients unless told not to`() throws {
        let both = try Socket(.ipv6)
        try both.setOption(.ipv6Only, to: false)
        try both.bind(to: "[::]:0")
        try both.listen()
        let port = try #require(try both.localAddress.port)
        let client = try Socket(.ipv4)
        try client.connect(to: .ipv4(.loopback, port: port))
        let server = try both.accept()
        #expect(try server.remoteAddress.description == client.localAddress.description)
    }
}
