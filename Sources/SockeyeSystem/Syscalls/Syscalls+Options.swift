internal import CSockeye

// Options by their numbers, as bytes: what they mean is the business of `SocketOption`.

extension Syscalls {
    package static func setOption(
        _ descriptor: Int32,
        level: Int32,
        number: Int32,
        _ bytes: [UInt8]
    ) throws(Errno) {
        _ = try retrying(.setOption, descriptor) {
            unsafe bytes.withUnsafeBytes { bytes in
                unsafe sockeye_option_set(descriptor, level, number, bytes.baseAddress, UInt32(bytes.count))
            }
        }
    }

    /// The value of an option, in as many bytes as the kernel has for it.
    package static func option(
        _ descriptor: Int32,
        level: Int32,
        number: Int32,
        upTo maximum: Int
    ) throws(Errno) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: maximum)
        let count = try retrying(.option, descriptor) {
            unsafe bytes.withUnsafeMutableBytes { bytes in
                unsafe sockeye_option_get(descriptor, level, number, bytes.baseAddress, UInt32(bytes.count))
            }
        }
        return Array(bytes.prefix(Int(count)))
    }

    package static func option(_ descriptor: Int32, level: Int32, number: Int32) throws(Errno) -> Int32 {
        let bytes = try option(descriptor, level: level, number: number, upTo: MemoryLayout<Int32>.size)
        return unsafe bytes.withUnsafeBytes { unsafe $0.count == 4 ? $0.loadUnaligned(as: Int32.self) : 0 }
    }

    /// What the kernel tells of a TCP connection. In C: `getsockopt` with `TCP_INFO`, `ioctl`.
    package static func statistics(_ descriptor: Int32) throws(Errno) -> ConnectionStatistics {
        var raw = sockeye_tcp_statistics()
        _ = try retrying(.statistics, descriptor) { unsafe sockeye_read_tcp_statistics(descriptor, &raw) }
        return ConnectionStatistics(raw)
    }
}

// MARK: What a descriptor is

extension Syscalls {
    /// The family of a socket; nil for one that Sockeye does not know.
    package static func family(_ descriptor: Int32) throws(Errno) -> AddressFamily? {
        switch try option(descriptor, level: sockeye_level_socket, number: sockeye_so_domain) {
        case sockeye_family_ipv4: .ipv4
        case sockeye_family_ipv6: .ipv6
        case sockeye_family_unix: .unix
        default: nil
        }
    }

    /// The kind of a socket; nil for one that Sockeye does not know.
    package static func kind(_ descriptor: Int32) throws(Errno) -> SocketKind? {
        let number = try option(descriptor, level: sockeye_level_socket, number: sockeye_so_type)
        return SocketKind.allCases.first { $0.number == number }
    }

    package static func isListening(_ descriptor: Int32) throws(Errno) -> Bool {
        try option(descriptor, level: sockeye_level_socket, number: sockeye_so_acceptconn) != 0
    }
}

extension SocketKind {
    /// `SOCK_STREAM` and its like.
    package var number: Int32 {
        switch self {
        case .stream: sockeye_kind_stream
        case .datagram: sockeye_kind_datagram
        case .sequencedPacket: sockeye_kind_seqpacket
        }
    }
}

extension ConnectionStatistics {
    fileprivate init(_ raw: sockeye_tcp_statistics) {
        self.init(
            state: State(number: raw.state),
            roundTripTime: .microseconds(Int64(raw.round_trip_us)),
            roundTripVariance: .microseconds(Int64(raw.round_trip_variance_us)),
            // 2^32 - 1 stands for "none measured".
            minimumRoundTripTime: raw.minimum_round_trip_us == .max
                ? nil : .microseconds(Int64(raw.minimum_round_trip_us)),
            retransmissionTimeout: .microseconds(Int64(raw.retransmission_timeout_us)),
            retransmits: Int(raw.retransmits),
            unansweredRetransmits: Int(raw.retransmitting),
            lostSegments: Int(raw.lost),
            segmentBytes: Int(raw.segment_bytes),
            congestionWindowSegments: Int(raw.congestion_window),
            // 2^31 - 1 stands for "none yet".
            slowStartThresholdSegments: raw.slow_start_threshold >= UInt32(Int32.max)
                ? nil : Int(raw.slow_start_threshold),
            peerWindowBytes: Int(raw.peer_window_bytes),
            bytesInFlight: max(0, Int(raw.queued_bytes) - Int(raw.waiting_bytes)),
            unsentBytes: Int(raw.waiting_bytes),
            unreadBytes: Int(raw.unread_bytes),
            sentBytes: raw.sent_bytes,
            acknowledgedBytes: raw.acknowledged_bytes,
            receivedBytes: raw.received_bytes,
            retransmittedBytes: raw.retransmitted_bytes,
            deliveryRateBytesPerSecond: raw.delivery_rate
        )
    }
}
