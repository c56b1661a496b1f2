import Foundation
import SockeyeSystem
import TestSupport
import Testing

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Socket options` {
    /// An option, a value, and what the kernel then says.
    struct Case: Sendable, CustomStringConvertible {
        let description: String
        let families: [Family]
        let check: @Sendable (borrowing Socket) throws -> Void

        init<Value: Equatable>(
            _ description: String,
            _ option: SocketOption<Value>,
            _ value: Value,
            reads: Value? = nil,
            _ families: [Family] = Family.tcp
        ) {
            self.description = description
            self.families = families
            check = { socket in
                try socket.setOption(option, to: value)
                #expect(try socket.option(option) == reads ?? value)
            }
        }
    }

    static let cases = [
        Case("reuse address", .reuseAddress, true),
        Case("reuse port", .reusePort, true),
        Case("no delay", .noDelay, true),
        Case("keep-alive", .keepAlive, true),
        Case("keep-alive idle", .keepAliveIdle, .seconds(30)),
        Case("keep-alive interval", .keepAliveInterval, .seconds(5)),
        Case("keep-alive count", .keepAliveCount, 3),
        Case("user timeout", .userTimeout, .milliseconds(1500)),
        Case("linger reset", .linger, .reset),
        Case("linger wait", .linger, .wait(.seconds(3))),
        Case("linger in background", .linger, .inBackground),
        Case("send buffer, which is doubled", .sendBufferBytes, 32_768, reads: 65_536, Family.allCases),
        Case("receive buffer, which is doubled", .receiveBufferBytes, 32_768, reads: 65_536),
        Case("v6 only", .ipv6Only, true, [.ipv6]),
        Case("device", .device, "lo"),
        Case("type of service", .typeOfService, 0x28),
        Case("time to live", .timeToLive, 5),
        Case("fast open queue", .fastOpenQueue, 16),
        Case("fast open connect", .fastOpenConnect, true),
        Case("raw number", .raw(level: 6, number: 1), 1),
        Case("raw bytes", .raw(level: 1, number: 13), [1, 0, 0, 0, 2, 0, 0, 0]),
    ]

    @Test(arguments: cases)
    func `what is set is read back`(option: Case) throws {
        for family in option.families { try option.check(family.socket()) }
    }

    /// A value that no kernel takes, and what the error says.
    struct Wrong: Sendable, CustomStringConvertible {
        let description: String
        let code: SocketError.Code
        let family: Family
        let set: @Sendable (borrowing Socket) throws(SocketError) -> Void

        init<Value>(
            _ option: SocketOption<Value>,
            _ value: Value,
            _ words: String,
            _ family: Family = .ipv4,
            _ code: SocketError.Code = .invalidArgument
        ) {
            description = words
            self.code = code
            self.family = family
            set = { socket throws(SocketError) in try socket.setOption(option, to: value) }
        }
    }

    static let wrong = [
        Wrong(.keepAliveIdle, .zero, "TCP_KEEPIDLE = 0 s: from 1 s to 32767 s"),
        Wrong(.keepAliveIdle, .milliseconds(1500), "TCP_KEEPIDLE = 1500 ms: in whole seconds"),
        Wrong(.keepAliveInterval, .seconds(-1), "TCP_KEEPINTVL = -1 s: from 1 s to 32767 s"),
        Wrong(.keepAliveInterval, .seconds(Int64.max), "TCP_KEEPINTVL = 9223372036854775807 s: from 1 s"),
        Wrong(.keepAliveCount, 128, "TCP_KEEPCNT = 128: from 1 to 127"),
        Wrong(.userTimeout, .microseconds(1), "TCP_USER_TIMEOUT = 1e-06 seconds: in whole milliseconds"),
        Wrong(.userTimeout, .seconds(-1), "TCP_USER_TIMEOUT = -1 s: from 0 s to 2147483647 ms"),
        Wrong(.linger, .wait(.zero), "SO_LINGER = wait 0 s: from 1 s to 65535 s"),
        Wrong(.linger, .wait(.milliseconds(1)), "SO_LINGER = wait 1 ms: in whole seconds"),
        Wrong(.sendBufferBytes, 0, "SO_SNDBUF = 0 bytes: from 1 bytes to 1073741823 bytes"),
        Wrong(.receiveBufferBytes, .max, "SO_RCVBUF = 9223372036854775807 bytes: from 1 bytes"),
        Wrong(.typeOfService, 256, "IP_TOS = 256: from 0 to 255"),
        Wrong(.timeToLive, 0, "IP_TTL = 0: from 1 to 255"),
        Wrong(.timeToLive, -1, "IP_TTL = -1: from 1 to 255", .ipv6),
        Wrong(.fastOpenQueue, -1, "TCP_FASTOPEN = -1: from 0 to 65535"),
        Wrong(
            .device,
            "nosuchdevice0",
            "SO_BINDTODEVICE = \"nosuchdevice0\": this computer has no network interface of that name",
            .ipv4,
            .invalidAddress
        ),
        Wrong(.device, "a-name-that-is-too-long", "a name of an interface has at most 15 bytes"),
        Wrong(.device, "a\0b", "a name of an interface holds no NUL"),
        Wrong(
            .noDelay,
            true,
            "TCP_NODELAY = on: this is a Unix socket, and only TCP has the option",
            .unix,
            .unsupported
        ),
        Wrong(
            .keepAlive,
            true,
            "SO_KEEPALIVE = on: this is a Unix socket, and only TCP has the option",
            .unix,
            .unsupported
        ),
        Wrong(
            .timeToLive,
            5,
            "IP_TTL = 5: this is a Unix socket, and only IPv4 and IPv6 have the option",
            .unix,
            .unsupported
        ),
        Wrong(
            .ipv6Only,
            true,
            "IPV6_V6ONLY = on: this is an IPv4 socket, and only IPv6 has the option",
            .ipv4,
            .unsupported
        ),
        Wrong(
            .raw(level: 6, number: 9999),
            1,
            "option 9999 of level 6 = 1: this socket does not have it",
            .ipv4,
            .unsupported
        ),
        Wrong(
            .raw(level: 1, number: 2, name: "SO_X"),
            .max,
            "SO_X = 9223372036854775807: from -2147483648 to 2147483647"
        ),
    ]

    @Test(arguments: wrong)
    func `a wrong value is refused with the option, the value and why`(case wrong: Wrong) throws {
        let socket = try wrong.family.socket()
        let error = socketError { try wrong.set(socket) }
        #expect(error?.code == wrong.code)
        #expect(error?.operation == .option)
        #expect(error?.description.contains(wrong.description) == true, "\(error?.description ?? "no error")")
    }

    @Test func `an option of TCP on a UDP socket says that only TCP has it`() throws {
        let error = socketError { try Socket(.ipv4, .datagram).setOption(.noDelay, to: true) }
        #expect(error?.code == .unsupported)
        #expect(error?.detail?.contains("TCP_NODELAY = on: only TCP sockets have it") == true)
    }

    @Test func `an IPv6 socket has the type of service for its IPv4 peers too`() throws {
        let socket = try Socket(.ipv6)
        try socket.setOption(.typeOfService, to: 0x28)
        #expect(try socket.option(.raw(level: 0, number: 1)) == 0x28)
    }

    @Test(arguments: Family.tcp)
    func `keep-alive in one go is four options`(family: Family) throws {
        let socket = try family.socket()
        try socket.setKeepAlive(KeepAlive(idle: .seconds(7), interval: .seconds(2), count: 4))
        #expect(try socket.option(.keepAlive))
        #expect(try socket.option(.keepAliveIdle) == .seconds(7))
        #expect(try socket.option(.keepAliveInterval) == .seconds(2))
        #expect(try socket.option(.keepAliveCount) == 4)
        try socket.setKeepAlive(nil)
        #expect(try !socket.option(.keepAlive))
    }

    @Test(arguments: Family.tcp)
    func `statistics count what was sent, received and not read`(family: Family) throws {
        let ends = try Ends(family)
        try ends.client.sendAll("hello")
        #expect(try ends.server.receive(upTo: 2) != nil)
        let server = try ends.server.statistics
        #expect(server.state == .established)
        #expect(server.receivedBytes == 5)
        #expect(server.unreadBytes == 3)
        let client = try ends.client.statistics
        #expect(client.sentBytes == 5)
        #expect(client.bytesInFlight + client.unsentBytes <= 5)
        #expect(client.roundTripTime > .zero)
        #expect(client.congestionWindowSegments > 0)
        #expect(client.segmentBytes > 0)
        #expect(client.description.hasPrefix("established, round trip "))
        #expect(client.description.contains(" us ± ") || client.description.contains(" ms ± "))
    }

    @Test(arguments: Family.tcp)
    func `a listening socket has statistics too, without queues of bytes`(family: Family) throws {
        let statistics = try family.listening().statistics
        #expect(statistics.state == .listen)
        #expect(statistics.unreadBytes == 0)
        #expect(statistics.bytesInFlight == 0)
    }

    @Test func `a Unix socket has no statistics, and says so`() throws {
        let ends = try Ends(.unix)
        let error = socketError { _ = try ends.client.statistics }
        #expect(error?.code == .unsupported)
        #expect(error?.description.contains("TCP_INFO: only TCP sockets have it") == true)
    }
}
