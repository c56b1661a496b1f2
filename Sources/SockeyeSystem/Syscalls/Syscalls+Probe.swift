internal import CSockeye

/// A message that the network sent back about a packet of ours: from the error queue of the socket, where it stays without
/// any privileges. ICMP is RFC 792 and 1812, ICMPv6 is RFC 4443.
package struct NetworkMessage: Sendable, Hashable {
    package enum Origin: UInt8, Sendable {
        /// This computer itself: no message was sent.
        case local = 1
        case icmp = 2
        case icmpv6 = 3
    }

    package let errno: Errno
    package let origin: Origin
    package let type: UInt8
    package let code: UInt8
    /// The largest packet that the next link takes, where the message is about that; 0 otherwise.
    package let largestPacketBytes: Int
    /// Who sent it, with port 0.
    package let sender: SocketAddress?

    package init(
        errno: Errno,
        origin: Origin,
        type: UInt8,
        code: UInt8,
        largestPacketBytes: Int = 0,
        sender: SocketAddress?
    ) {
        self.errno = errno
        self.origin = origin
        self.type = type
        self.code = code
        self.largestPacketBytes = largestPacketBytes
        self.sender = sender
    }
}

/// The system calls of a diagnosis.
extension Syscalls {
    /// Keeps the network's messages about this socket's packets. In C: `setsockopt` with `IP_RECVERR`, `IPV6_RECVERR`.
    package static func keepNetworkMessages(_ descriptor: Int32, _ family: AddressFamily) throws(Errno) {
        _ = try retrying(.setOption, descriptor) { sockeye_keep_errors(descriptor, family == .ipv6 ? 1 : 0) }
    }

    /// The messages that have come, the oldest first. In C: `recvmsg` with `MSG_ERRQUEUE`.
    package static func takeNetworkMessages(_ descriptor: Int32) -> [NetworkMessage] {
        var messages: [NetworkMessage] = []
        // 16: more than any probe can cause, and no endless loop whatever the kernel does.
        for _ in 0..<16 {
            var raw = sockeye_queued_error()
            guard unsafe sockeye_take_error(descriptor, &raw) == 1 else { break }
            guard let origin = NetworkMessage.Origin(rawValue: raw.origin) else { continue }
            let length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let sender = RawSocketAddress.address(of: raw.offender, length: length)
            messages.append(
                NetworkMessage(
                    errno: Errno(rawValue: Int32(bitPattern: raw.error)),
                    origin: origin,
                    type: raw.type,
                    code: raw.code,
                    largestPacketBytes: Int(raw.info),
                    sender: sender == .unixUnnamed ? nil : sender
                )
            )
        }
        return messages
    }

    /// How many routers packets may pass from now on. In C: `setsockopt` with `IP_TTL`, `IPV6_UNICAST_HOPS`.
    package static func setHops(_ descriptor: Int32, _ family: AddressFamily, _ hops: Int32) throws(Errno) {
        _ = try retrying(.setOption, descriptor) { sockeye_set_hops(descriptor, family == .ipv6 ? 1 : 0, hops) }
    }

    /// Sends datagrams whole or not at all. In C: `setsockopt` with `IP_MTU_DISCOVER`, `IPV6_MTU_DISCOVER`.
    package static func sendWhole(_ descriptor: Int32, _ family: AddressFamily) throws(Errno) {
        _ = try retrying(.setOption, descriptor) { sockeye_send_whole(descriptor, family == .ipv6 ? 1 : 0) }
    }

    /// Blocks until there is something to read, an error included; false when the time is up. In C: `poll`.
    package static func waitReadable(_ descriptor: Int32, milliseconds: Int32) -> Bool {
        waiting(milliseconds) { sockeye_wait_readable(descriptor, $0) }
    }

    /// Blocks until something can be written, or a connect is over; false when the time is up. In C: `poll`.
    package static func waitWritable(_ descriptor: Int32, milliseconds: Int32) -> Bool {
        waiting(milliseconds) { sockeye_wait_writable(descriptor, $0) }
    }

    /// A signal ends `poll` early, and nothing has come then: it waits on for what is left of its time.
    private static func waiting(_ milliseconds: Int32, _ wait: (Int32) -> Int32) -> Bool {
        let end = monotonicNanoseconds() + UInt64(max(milliseconds, 0)) * 1_000_000
        var left = max(milliseconds, 0)
        while true {
            let count = wait(left)
            // Any other error counts as something that came: the next call on the descriptor tells which it is.
            if count >= 0 || Errno.last != .interrupted { return count != 0 }
            let now = monotonicNanoseconds()
            left = now >= end ? 0 : Int32(clamping: (end - now) / 1_000_000 + 1)
        }
    }

    /// What TCP has measured on a connection: a round trip, and how many segments were sent again. In C: `TCP_INFO`.
    package static func tcpFigures(_ descriptor: Int32) -> (roundTrip: Duration, sentAgain: Int)? {
        var roundTrip: UInt32 = 0
        var sentAgain: UInt32 = 0
        guard unsafe sockeye_tcp_figures(descriptor, &roundTrip, &sentAgain) == 0 else { return nil }
        return (.microseconds(Int64(roundTrip)), Int(sentAgain))
    }
}
