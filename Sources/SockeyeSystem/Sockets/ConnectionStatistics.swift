/// What the kernel knows about a TCP connection now. In C: `struct tcp_info`, and `ioctl` for the queues.
///
///     let now = try connection.statistics
///     print(now)      // established, round trip 23.1 ms ± 4.2 ms, 2 retransmits, 1448 bytes in flight, 0 unsent, 0 unread
///
/// A snapshot: the kernel does not stop while it is taken.
public struct ConnectionStatistics: Sendable, Hashable {
    /// Where the connection is in its life.
    public let state: State
    /// How long an acknowledgement takes, smoothed; zero before the first. `tcpi_rtt`.
    public let roundTripTime: Duration
    /// How much that varies. `tcpi_rttvar`.
    public let roundTripVariance: Duration
    /// The shortest that was seen; nil before the first. `tcpi_min_rtt`.
    public let minimumRoundTripTime: Duration?
    /// When the kernel will send again what is not acknowledged. `tcpi_rto`.
    public let retransmissionTimeout: Duration
    /// Segments that were sent again since the beginning. `tcpi_total_retrans`.
    public let retransmits: Int
    /// How often in a row the oldest unacknowledged segment has been sent again: the peer has gone silent. `tcpi_retransmits`.
    public let unansweredRetransmits: Int
    /// Segments that are taken for lost now. `tcpi_lost`.
    public let lostSegments: Int
    /// The largest segment that is sent, in bytes. `tcpi_snd_mss`.
    public let segmentBytes: Int
    /// How much may be under way, in segments of ``segmentBytes``. `tcpi_snd_cwnd`.
    public let congestionWindowSegments: Int
    /// Where the window begins to grow slowly, in segments; nil before the first loss. `tcpi_snd_ssthresh`.
    public let slowStartThresholdSegments: Int?
    /// How many bytes the peer has room for; 0 where the kernel is older than 5.4. `tcpi_snd_wnd`.
    public let peerWindowBytes: Int
    /// Bytes that are under way: sent, and not acknowledged. `SIOCOUTQ` less the unsent ones.
    public let bytesInFlight: Int
    /// Bytes that this side handed to the kernel and that have not been sent for the first time. `tcpi_notsent_bytes`.
    public let unsentBytes: Int
    /// Bytes that have come and that this program has not received. `FIONREAD`.
    public let unreadBytes: Int
    /// Bytes sent since the beginning, those sent again included. `tcpi_bytes_sent`.
    public let sentBytes: UInt64
    /// Bytes that the peer has acknowledged since the beginning; the connect itself counts as one. `tcpi_bytes_acked`.
    public let acknowledgedBytes: UInt64
    /// Bytes received since the beginning. `tcpi_bytes_received`.
    public let receivedBytes: UInt64
    /// Bytes sent again since the beginning. `tcpi_bytes_retrans`.
    public let retransmittedBytes: UInt64
    /// How fast the peer was last seen to take bytes. `tcpi_delivery_rate`.
    public let deliveryRateBytesPerSecond: UInt64

    /// `TCP_ESTABLISHED` and its like.
    public enum State: String, Sendable, Hashable, CaseIterable {
        case established
        case synSent = "connecting"
        case synReceived = "being accepted"
        /// This side has finished sending, and its end is not acknowledged.
        case finWait1 = "finishing"
        /// This side has finished sending.
        case finWait2 = "finished here"
        case timeWait = "fading away"
        case closed
        /// The peer has finished sending.
        case closeWait = "finished there"
        case lastAck = "last acknowledgement"
        case listen = "listening"
        case closing
        /// One that Sockeye does not know.
        case other

        /// The order of the kernel's include/net/tcp_states.h, from 1.
        private static let order: [State] = [
            .established, .synSent, .synReceived, .finWait1, .finWait2, .timeWait, .closed, .closeWait, .lastAck,
            .listen, .closing,
        ]

        init(number: UInt8) {
            let index = Int(number) - 1
            self = Self.order.indices.contains(index) ? Self.order[index] : .other
        }
    }
}

extension ConnectionStatistics: CustomStringConvertible {
    /// The part that says how a connection fares, on one line.
    public var description: String {
        var parts = [state.rawValue, "round trip \(Self.text(roundTripTime)) ± \(Self.text(roundTripVariance))"]
        parts.append("\(retransmits) retransmits")
        parts.append("\(bytesInFlight) bytes in flight, \(unsentBytes) unsent, \(unreadBytes) unread")
        return parts.joined(separator: ", ")
    }

    /// `7 us`, `23.1 ms`: the kernel counts microseconds.
    private static func text(_ time: Duration) -> String {
        let microseconds = time / .microseconds(1)
        if microseconds < 1000 { return "\(Int(microseconds)) us" }
        return "\((microseconds / 100).rounded() / 10) ms"
    }
}

extension Socket {
    /// What the kernel knows about this TCP connection now. In C: `getsockopt` with `TCP_INFO`.
    ///
    /// - Throws: `.unsupported` for a socket that is not TCP.
    public var statistics: ConnectionStatistics {
        get throws(SocketError) { try .of(descriptor) }
    }
}

extension ConnectionStatistics {
    package static func of(_ descriptor: Int32) throws(SocketError) -> ConnectionStatistics {
        do {
            return try Syscalls.statistics(descriptor)
        } catch {
            let isMissing = error == .notSupported || error == .noSuchOption
            throw SocketError(
                error,
                .optionValue,
                detail: isMissing ? "TCP_INFO: only TCP sockets have it" : "TCP_INFO"
            )
        }
    }
}
