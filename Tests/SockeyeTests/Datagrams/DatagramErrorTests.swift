import Foundation
import SockeyeSystem
import TestSupport
import Testing

@testable import Sockeye

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Errors of datagram sockets` {
    @Test(arguments: Family.tcp)
    func `nobody at the other end is told in words, once, and the socket goes on`(family: Family) async throws {
        let address = try await SocketAddress.deserted(family)
        try await withDatagramSocket(to: address.endpoint) { client in
            try await client.send("anybody?")
            let error = try #require(await socketError { _ = try await client.receiveText() })
            #expect(error.code == .refused)
            #expect(error.remoteAddress == address)
            #expect(
                error.description.hasPrefix("receive \(address): connection refused (ECONNREFUSED): port unreachable")
            )
            // The one that comes later gets through.
            try await withDatagramSocket(boundTo: address.endpoint) { server in
                try await client.send("now?")
                let (bytes, from) = try await server.receive()
                try await server.send(bytes, to: from)
                #expect(try await client.receiveText() == "now?")
            }
        }
    }

    /// A receive that sleeps when the answer of the other computer comes.
    @Test(arguments: Family.tcp)
    func `nobody at the other end wakes a receive, again and again`(family: Family) async throws {
        let address = try await SocketAddress.deserted(family)
        try await withDatagramSocket(to: address.endpoint) { client in
            for _ in 0..<20 {
                let reader = Task { await socketError { _ = try await client.receiveText() } }
                await client.untilWaiting(.read)
                try await client.send("anybody?")
                #expect(await reader.value?.code == .refused)
            }
        }
    }

    @Test(arguments: Family.tcp)
    func `a socket without a peer is told too, and whom it was for, if it asks`(family: Family) async throws {
        let address = try await SocketAddress.deserted(family)
        var options = DatagramOptions()
        options.errors = .on
        try await withBound(family, options: options) { socket in
            try await withBound(family) { friend in
                try await socket.send("anybody?", to: address)
                let error = try #require(await socketError { _ = try await socket.receiveText() })
                #expect(error.code == .refused)
                #expect(error.remoteAddress == address)
                try await socket.send("friend", to: friend.localAddress)
                #expect(try await friend.receiveText() == "friend")
                try await friend.send("back", to: socket.localAddress)
                #expect(try await socket.receiveText() == "back")
            }
        }
        try await withTwoBound(family) { socket, friend in
            try await socket.send("anybody?", to: address)
            try await friend.send("not disturbed", to: socket.localAddress)
            #expect(try await socket.receiveText() == "not disturbed")
        }
    }

    struct Wrong: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let code: SocketError.Code
        let words: String
        let attempt: @Sendable () async throws -> Void

        init(
            _ what: String,
            _ code: SocketError.Code,
            _ words: String,
            _ attempt: @escaping @Sendable () async throws -> Void
        ) {
            testDescription = what
            self.code = code
            self.words = words
            self.attempt = attempt
        }
    }

    private static func with(_ change: (inout DatagramOptions) -> Void) -> DatagramOptions {
        var options = DatagramOptions()
        change(&options)
        return options
    }

    static let wrongs = [
        Wrong("a destination of another family", .invalidAddress, "sends to IPv4 addresses, and [::1]:9 is none") {
            try await withBound(.ipv4) { try await $0.send("x", to: .ipv6(.loopback, port: 9)) }
        },
        Wrong("an IPv4 destination of an IPv6 socket", .invalidAddress, "sends to IPv6 addresses") {
            try await withBound(.ipv6) { try await $0.send("x", to: .ipv4(.loopback, port: 9)) }
        },
        Wrong("a Unix destination of a UDP socket", .invalidAddress, "sends to IPv4 addresses") {
            try await withBound(.ipv4) { try await $0.send("x", to: .unix(path: "/tmp/x")) }
        },
        Wrong("a name without an address of the family", .invalidAddress, "sends to IPv6 addresses, and 127.0.0.1:9 is")
        {
            try await withBound(.ipv6) { try await $0.send("x", to: "127.0.0.1:9") }
        },
        Wrong(
            "too large a datagram over IPv4",
            .messageTooLong,
            "70000 bytes: a UDP datagram over IPv4 holds at most 65507"
        ) {
            try await withBound(.ipv4) { try await $0.send(Pattern.bytes(70_000), to: $0.localAddress) }
        },
        Wrong("too large a datagram over IPv6", .messageTooLong, "holds at most 65527") {
            try await withBound(.ipv6) { try await $0.send(Pattern.bytes(70_000), to: $0.localAddress) }
        },
        Wrong("too large a Unix datagram", .messageTooLong, "has to fit into the send buffer") {
            try await withBound(.unix) { try await $0.send(Pattern.bytes(5_000_000), to: $0.localAddress) }
        },
        Wrong("broadcast without permission", .permissionDenied, "DatagramOptions.broadcast") {
            try await withBound(.ipv4, options: with { _ in }) { socket in
                try await socket.send("x", to: .ipv4(IPv4Address(127, 255, 255, 255), port: 9))
            }
        },
        Wrong("no peer", .notConnected, "this socket has no peer") {
            try await withBound(.ipv4) { try await $0.send("x") }
        },
        Wrong("no peer of a batch", .notConnected, "this socket has no peer") {
            try await withBound(.ipv4) { socket in
                let batch = try DatagramBatch()
                try batch.append([1])
                try await socket.send(batch)
            }
        },
        Wrong("port 0", .invalidArgument, "port 0 cannot be sent to") {
            try await withBound(.ipv4) { try await $0.send("x", to: "127.0.0.1:0") }
        },
        Wrong("an interface that does not exist, joined", .invalidAddress, #"no network interface named "nowhere7""#) {
            try await withBound(.ipv4) { try $0.join("239.1.2.3", on: "nowhere7") }
        },
        Wrong("an interface that does not exist, by number", .invalidAddress, "no network interface number 99999") {
            try await withBound(.ipv6) { try $0.join("ff02::7", on: .index(99999)) }
        },
        Wrong(
            "an interface that does not exist, to send by",
            .invalidAddress,
            #"no network interface named "nowhere7""#
        ) {
            try await withBound(.ipv4, options: with { $0.multicast.interface = "nowhere7" }) { _ in }
        },
        Wrong(
            "an interface that does not exist, in an address",
            .invalidAddress,
            #"no network interface named "nowhere7""#
        ) {
            try await withBound(.ipv6) { try await $0.send("x", to: "[fe80::1%nowhere7]:9") }
        },
        Wrong("a group that is none", .invalidAddress, #""10.1.2.3" is no group"#) {
            try await withBound(.ipv4) { try $0.join("10.1.2.3") }
        },
        Wrong("a group that is no address", .invalidAddress, #""everybody" is no group"#) {
            try await withBound(.ipv4) { try $0.join("everybody") }
        },
        Wrong("a group of another family", .unsupported, "an IPv4 socket has no part in the group ff02::7") {
            try await withBound(.ipv4) { try $0.join("ff02::7", on: .index(1)) }
        },
        Wrong("a group of a Unix socket", .unsupported, "a Unix socket has no part") {
            try await withBound(.unix) { try $0.join("239.1.2.3") }
        },
        Wrong("a group that is left twice", .addressNotAvailable, "this socket is not in the group 239.1.2.3") {
            try await withBound(.ipv4) { try $0.leave("239.1.2.3", on: .index(1)) }
        },
        Wrong("a time to live beyond all", .invalidArgument, "a time to live of 256 routers: from 0 to 255") {
            try await withBound(.ipv4, options: with { $0.multicast.timeToLive = 256 }) { _ in }
        },
        Wrong("a buffer of nothing", .invalidArgument, "SO_RCVBUF = 0 bytes") {
            try await withBound(.ipv4, options: with { $0.receiveBufferBytes = 0 }) { _ in }
        },
        Wrong("room for nothing", .invalidArgument, "room for 0 bytes") {
            try await withBound(.ipv4) { _ = try await $0.receive(upTo: 0) as Datagram }
        },
        Wrong("datagrams of nothing", .invalidArgument, "datagrams of 0 bytes") {
            try await withBound(.ipv4) { try await $0.send([1], inDatagramsOf: 0, to: $0.localAddress) }
        },
        Wrong("an address of another computer to bind to", .addressNotAvailable, "") {
            _ = try await DatagramSocket.bind(to: "203.0.113.77:0")
        },
        Wrong(
            "an address of another computer to send from",
            .unreachable,
            "203.0.113.77 is no address of this computer"
        ) {
            try await withBound(.ipv4) {
                try await $0.send("x", to: $0.localAddress, from: .ipv4(IPv4Address(203, 0, 113, 77), port: 0))
            }
        },
        Wrong(
            "a source of another family",
            .invalidAddress,
            "the source is an IPv6 address, and the peer 127.0.0.1:9 is not"
        ) {
            _ = try await DatagramSocket.connect(to: "127.0.0.1:9", options: with { $0.source = "[::1]:0" })
        },
        Wrong("a source of another family, of one datagram", .invalidAddress, "the source [::1]:0 is no IPv4 address") {
            try await withBound(.ipv4) {
                try await $0.send("x", to: $0.localAddress, from: .ipv6(.loopback, port: 0))
            }
        },
        Wrong("a source of another family, of many", .invalidAddress, "the source 127.0.0.1:0 is no IPv6 address") {
            try await withBound(.ipv6) {
                try await $0.send([1], inDatagramsOf: 1, to: $0.localAddress, from: .ipv4(.loopback, port: 0))
            }
        },
        Wrong("a source of another family, in a batch", .invalidAddress, "of another family than the destination") {
            try DatagramBatch().append([1], to: .ipv4(.loopback, port: 9), from: .ipv6(.loopback, port: 0))
        },
        Wrong("a source of a Unix datagram", .invalidAddress, "has its socket's own name") {
            try await withBound(.unix) { try await $0.send("x", to: $0.localAddress, from: $0.localAddress) }
        },
        Wrong("an address that is taken", .addressInUse, "") {
            try await withBound(.ipv4) { _ = try await DatagramSocket.bind(to: $0.localAddress.endpoint) }
        },
        Wrong("a Unix path where nothing is", .nameNotFound, "") {
            _ = try await DatagramSocket.connect(to: .unix(ScratchFolder.path()))
        },
        Wrong("a Unix path of a stream socket", .invalidAddress, "the socket there is no datagram socket") {
            try await withListener(.unix) { _ = try await DatagramSocket.connect(to: $0.localAddress.endpoint) }
        },
        Wrong("a Unix path of a stream socket, sent to", .invalidAddress, "the socket there is no datagram socket") {
            try await withListener(.unix) { listener in
                try await withBound(.unix) { try await $0.send("x", to: listener.localAddress) }
            }
        },
        Wrong("a Unix path whose program has ended", .refused, "the program that made the socket has ended") {
            let address = try await SocketAddress.deserted(.unix)
            defer { address.removeFile() }
            try await withBound(.unix) { try await $0.send("x", to: address) }
        },
        Wrong("a text that is no address", .invalidAddress, "") {
            try await withBound(.ipv4) { try await $0.send("x", to: "no address at all") }
        },
        Wrong("a folder as a path", .addressInUse, "it is a folder") {
            _ = try await DatagramSocket.bind(to: .unix("/tmp"))
        },
    ]

    @Test(arguments: wrongs)
    func `say which and why`(wrong: Wrong) async throws {
        let error = try #require(await socketError { try await wrong.attempt() })
        #expect(error.code == wrong.code, "\(error)")
        #expect(wrong.words.isEmpty || error.description.contains(wrong.words), "\(error)")
    }

    @Test func `a group that is joined twice says so`() async throws {
        try await withBound(.ipv4) { socket in
            try socket.join("239.1.2.3", on: .index(1))
            let error = await socketError { try socket.join("239.1.2.3", on: .index(1)) }
            #expect(error?.code == .invalidArgument)
            #expect(error?.description.contains("is in the group 239.1.2.3 on the interface number 1 already") == true)
            try socket.leave("239.1.2.3", on: .index(1))
            try socket.join("239.1.2.3", on: .index(1))
        }
    }
}
