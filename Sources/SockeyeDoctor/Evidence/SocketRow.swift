package import SockeyeSystem

/// One socket of this computer, as `/proc/net/tcp` and its like list it; the format is described in the kernel's
/// Documentation/networking/proc_net_tcp.rst.
package struct SocketRow: Sendable, Hashable {
    /// The states of include/net/tcp_states.h that matter here; a datagram socket that is bound has the number of `.closed`.
    package enum State: UInt8, Sendable {
        case established = 1, synSent, synReceived, finWait1, finWait2, timeWait, closed, closeWait, lastAck, listen,
            closing

        /// As `ss` and the RFC write it.
        package var name: String {
            switch self {
            case .established: "ESTABLISHED"
            case .synSent: "SYN_SENT"
            case .synReceived: "SYN_RECV"
            case .finWait1: "FIN_WAIT1"
            case .finWait2: "FIN_WAIT2"
            case .timeWait: "TIME_WAIT"
            case .closed: "CLOSE"
            case .closeWait: "CLOSE_WAIT"
            case .lastAck: "LAST_ACK"
            case .listen: "LISTEN"
            case .closing: "CLOSING"
            }
        }
    }

    package let local: SocketAddress
    package let remote: SocketAddress
    package let state: State
    /// Of a listener: clients that are connected and not yet accepted. Otherwise: received bytes that nobody has read.
    package let waiting: Int
    /// What is left of its timer, where the kernel runs one: for `.timeWait` until the address is free.
    package let secondsLeft: Double
    /// `0` for a socket that no process has: one not yet accepted, or in TIME_WAIT.
    package let inode: String

    package init(
        local: SocketAddress,
        remote: SocketAddress = .ipv4(.any, port: 0),
        state: State,
        waiting: Int = 0,
        secondsLeft: Double = 0,
        inode: String = "0"
    ) {
        self.local = local
        self.remote = remote
        self.state = state
        self.waiting = waiting
        self.secondsLeft = secondsLeft
        self.inode = inode
    }

    /// nil for the heading, and for whatever else is no socket.
    package init?(_ line: Substring) {
        let fields = line.split(separator: " ")
        guard fields.count > 9, let local = Self.address(fields[1]), let remote = Self.address(fields[2]),
            let number = UInt8(fields[3], radix: 16), let state = State(rawValue: number)
        else { return nil }
        self.local = local
        self.remote = remote
        self.state = state
        waiting = fields[4].split(separator: ":").last.flatMap { Int($0, radix: 16) } ?? 0
        let ticks = fields[5].split(separator: ":").last.flatMap { Int($0, radix: 16) } ?? 0
        secondsLeft = Double(ticks) / Self.ticksPerSecond
        inode = String(fields[9])
    }

    /// `USER_HZ`, which Linux shows all times in, whatever its own clock does.
    private static let ticksPerSecond = 100.0

    package static func rows(of table: String) -> [SocketRow] {
        table.split(separator: "\n").compactMap { SocketRow($0) }
    }

    /// The first row with these ports. Other rows are not read further than that.
    package static func row(in table: String, localPort: UInt16, remotePort: UInt16) -> SocketRow? {
        for line in table.split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 3)
            guard fields.count > 3, port(fields[1]) == localPort, port(fields[2]) == remotePort else { continue }
            if let row = SocketRow(line) { return row }
        }
        return nil
    }

    private static func port(_ field: Substring) -> UInt16? {
        field.split(separator: ":").last.flatMap { UInt16($0, radix: 16) }
    }

    /// Whether a client of this address would come to this listener: an IPv6 one for every address takes IPv4 too, as
    /// long as it was not told otherwise, which the table does not show.
    package func takes(_ address: SocketAddress) -> Bool {
        let (mine, other) = (local.plain(port: 0), address.plain(port: 0))
        guard local.port == address.port else { return false }
        if local.isAny { return mine.family == other.family || mine.family == .ipv6 }
        return mine.isSameHost(as: other)
    }

    /// Whether an address is of the other family than the listener's own; an IPv4 one written as IPv6 is IPv4.
    package func isOfOtherFamily(than address: SocketAddress) -> Bool {
        local.plain(port: 0).family != address.plain(port: 0).family
    }

    /// `0100007F:0539`; the address is a number as the machine keeps it, so its bytes are turned on most machines.
    private static func address(_ field: Substring) -> SocketAddress? {
        let parts = field.split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1], radix: 16) else { return nil }
        let words = stride(from: 0, to: parts[0].count, by: 8).compactMap { start -> UInt32? in
            UInt32(parts[0].dropFirst(start).prefix(8), radix: 16).map(UInt32.init(bigEndian:))
        }
        switch words.count {
        case 1: return .ipv4(IPv4Address(rawValue: words[0]), port: port)
        case 4:
            let high = UInt64(words[0]) << 32 | UInt64(words[1])
            let low = UInt64(words[2]) << 32 | UInt64(words[3])
            return .ipv6(IPv6Address(highBits: high, lowBits: low), port: port)
        default: return nil
        }
    }
}
