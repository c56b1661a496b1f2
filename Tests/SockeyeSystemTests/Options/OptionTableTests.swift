import SockeyeSystem
import TestSupport
import Testing

/// Every option on every kind of socket: either it takes effect, which reading it shows, or an error says why not. What the kernel
/// takes and then does nothing about is the second kind.
@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Every option on every kind of socket` {
    enum Kind: String, CaseIterable, Sendable {
        case stream, listening, accepted, datagram, packets

        func make(_ family: Family) throws -> Socket? {
            switch self {
            case .stream: return try family.socket()
            case .listening: return try family.listening()
            case .accepted:
                let listener = try family.listening()
                let client = try family.socket()
                try client.connect(to: listener.localAddress)
                return try listener.accept()
            case .datagram: return try family.socket(.datagram)
            case .packets: return family == .unix ? try family.socket(.sequencedPacket) : nil
            }
        }
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        /// Where it takes effect.
        let works: @Sendable (Family, Kind) -> Bool
        /// What the error says elsewhere; the first that fits a part of the text is enough.
        let words: [String]
        /// Returns whether what was read is what was set.
        let setAndRead: @Sendable (borrowing Socket) throws -> Bool

        var testDescription: String { name }

        init<Value: Equatable & Sendable>(
            _ name: String,
            _ option: SocketOption<Value>,
            _ value: Value,
            reads: Value? = nil,
            where works: @escaping @Sendable (Family, Kind) -> Bool,
            _ words: String...
        ) {
            self.name = name
            self.works = works
            self.words = words
            setAndRead = { socket in
                // The kernel may take TCP_QUICKACK back at a moment of its own, which comes between the two once in thousands.
                for _ in 1...3 {
                    try socket.setOption(option, to: value)
                    if try socket.option(option) == reads ?? value { return true }
                }
                return false
            }
        }
    }

    private static let onTCP: @Sendable (Family, Kind) -> Bool = { $0 != .unix && $1 != .datagram }
    private static let onIP: @Sendable (Family, Kind) -> Bool = { family, _ in family != .unix }
    private static let everywhere: @Sendable (Family, Kind) -> Bool = { _, _ in true }
    /// The two ways in which an error says that a socket is no TCP socket.
    private static let noTCP = ["only TCP sockets have it", "this is a Unix socket, and only TCP has the option"]
    private static let noIP = "this is a Unix socket, and only IPv4 and IPv6 have the option"
    private static let tooLate = "the kernel does not take this now"

    static let rows = [
        Row("SO_REUSEADDR", .reuseAddress, true, where: onIP, noIP),
        Row("SO_REUSEPORT", .reusePort, true, where: onIP, noIP),
        Row("TCP_NODELAY", .noDelay, true, where: onTCP, noTCP[0], noTCP[1]),
        Row("SO_KEEPALIVE", .keepAlive, true, where: onTCP, noTCP[0], noTCP[1]),
        Row("TCP_KEEPIDLE", .keepAliveIdle, .seconds(30), where: onTCP, noTCP[0], noTCP[1]),
        Row("TCP_KEEPINTVL", .keepAliveInterval, .seconds(5), where: onTCP, noTCP[0], noTCP[1]),
        Row("TCP_KEEPCNT", .keepAliveCount, 3, where: onTCP, noTCP[0], noTCP[1]),
        Row("TCP_USER_TIMEOUT", .userTimeout, .milliseconds(1500), where: onTCP, noTCP[0], noTCP[1]),
        Row("SO_LINGER", .linger, .reset, where: onTCP, noTCP[0], noTCP[1]),
        Row("SO_LINGER", .linger, .inBackground, where: onTCP, noTCP[0], noTCP[1]),
        Row("SO_LINGER", .linger, .wait(.seconds(3)), where: onTCP, noTCP[0], noTCP[1]),
        Row("TCP_QUICKACK", .quickAck, false, where: onTCP, noTCP[0], noTCP[1]),
        Row("SO_SNDBUF", .sendBufferBytes, 32_768, reads: 65_536, where: everywhere),
        Row("SO_RCVBUF", .receiveBufferBytes, 32_768, reads: 65_536, where: onIP, "stays in the sender's buffer"),
        Row("IP_TOS", .typeOfService, 0x28, where: onIP, noIP),
        Row("IP_TOS", .typeOfService, 0x29, where: { $0 != .unix && $1 == .datagram }, noIP, "a multiple of 4"),
        Row("IP_TTL", .timeToLive, 5, where: onIP, noIP),
        Row("SO_BINDTODEVICE", .device, "lo", where: onIP, noIP),
        Row(
            "IPV6_V6ONLY",
            .ipv6Only,
            true,
            where: { $0 == .ipv6 && ($1 == .stream || $1 == .datagram) },
            "only IPv6 has the option",
            tooLate
        ),
        Row(
            "TCP_FASTOPEN",
            .fastOpenQueue,
            16,
            where: { $0 != .unix && ($1 == .stream || $1 == .listening) },
            noTCP[0],
            noTCP[1],
            tooLate
        ),
        Row(
            "TCP_FASTOPEN_CONNECT",
            .fastOpenConnect,
            true,
            where: { $0 != .unix && $1 == .stream },
            noTCP[0],
            noTCP[1],
            tooLate
        ),
    ]

    @Test(arguments: rows, Family.allCases)
    func `takes effect, or an error says why not`(row: Row, family: Family) throws {
        for kind in Kind.allCases {
            guard let socket = try kind.make(family) else { continue }
            let place = "\(row.name) on \(family) \(kind.rawValue)"
            if row.works(family, kind) {
                #expect(try row.setAndRead(socket), "\(place)")
                continue
            }
            let error = socketError { _ = try row.setAndRead(socket) }
            let text = "\(place): \(error?.description ?? "no error")"
            #expect(error?.code == .unsupported || error?.code == .invalidArgument, "\(text)")
            #expect(error?.detail?.hasPrefix("\(row.name) = ") == true, "\(text)")
            #expect(row.words.contains { error?.detail?.contains($0) == true }, "\(text)")
        }
    }

    @Test(arguments: Family.tcp)
    func `what a datagram socket has no use for cannot be read from it either`(family: Family) throws {
        let socket = try family.socket(.datagram)
        for error in [
            socketError { _ = try socket.option(.linger) }, socketError { _ = try socket.option(.keepAlive) },
        ] {
            #expect(error?.code == .unsupported)
            #expect(error?.operation == .optionValue)
            #expect(error?.detail?.hasSuffix(": only TCP sockets have it") == true)
        }
    }
}
