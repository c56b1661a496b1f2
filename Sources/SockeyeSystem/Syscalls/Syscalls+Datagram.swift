internal import CSockeye

/// What came with a datagram beside its bytes.
package struct DatagramArrival: Sendable {
    /// How long the datagram was, which may be more than there was room for.
    package let length: Int
    package let from: SocketAddress
    /// The address that it was sent to, with port 0, when the socket asked for it.
    package let local: SocketAddress?
    /// The interface that it came in by; 0 when nobody asked.
    package let interface: UInt32
    /// The length of each datagram, where the kernel has put several into one; 0 for a single one.
    package let segment: Int
    /// Who sent it, when the socket asked for it.
    package let credentials: PeerCredentials?

    package init(
        length: Int,
        from: SocketAddress,
        local: SocketAddress? = nil,
        interface: UInt32 = 0,
        segment: Int = 0,
        credentials: PeerCredentials? = nil
    ) {
        self.length = length
        self.from = from
        self.local = local
        self.interface = interface
        self.segment = segment
        self.credentials = credentials
    }
}

/// What the kernel is to tell about a datagram: what the socket's options have asked for.
package enum DatagramControl: Sendable {
    case none
    /// Local addresses, and how a coalesced piece is to be cut.
    case addresses
    /// Who sent it. There is room for nothing else: then the kernel closes descriptors that were passed along.
    case credentials

    var number: Int32 {
        switch self {
        case .none: Int32(SOCKEYE_CONTROL_NONE.rawValue)
        case .addresses: Int32(SOCKEYE_CONTROL_ADDRESSES.rawValue)
        case .credentials: Int32(SOCKEYE_CONTROL_CREDENTIALS.rawValue)
        }
    }
}

/// The options of datagram sockets, by the names of `CSockeyeDatagram.h`.
package enum DatagramOptionName: Sendable {
    case broadcast, localAddress, localAddress6, errors, errors6, coalesce, segment, credentials
    case multicastTTL, multicastHops6, multicastLoop, multicastLoop6, multicastInterface6

    fileprivate var number: Int32 {
        let option =
            switch self {
            case .broadcast: SOCKEYE_BROADCAST
            case .localAddress: SOCKEYE_LOCAL_ADDRESS
            case .localAddress6: SOCKEYE_LOCAL_ADDRESS_6
            case .errors: SOCKEYE_ERRORS
            case .errors6: SOCKEYE_ERRORS_6
            case .coalesce: SOCKEYE_COALESCE
            case .segment: SOCKEYE_SEGMENT
            case .credentials: SOCKEYE_CREDENTIALS
            case .multicastTTL: SOCKEYE_MULTICAST_TTL
            case .multicastHops6: SOCKEYE_MULTICAST_HOPS_6
            case .multicastLoop: SOCKEYE_MULTICAST_LOOP
            case .multicastLoop6: SOCKEYE_MULTICAST_LOOP_6
            case .multicastInterface6: SOCKEYE_MULTICAST_INTERFACE_6
            }
        return Int32(option.rawValue)
    }

    /// The name in C.
    package var cName: String {
        switch self {
        case .broadcast: "SO_BROADCAST"
        case .localAddress: "IP_PKTINFO"
        case .localAddress6: "IPV6_RECVPKTINFO"
        case .errors: "IP_RECVERR"
        case .errors6: "IPV6_RECVERR"
        case .coalesce: "UDP_GRO"
        case .segment: "UDP_SEGMENT"
        case .credentials: "SO_PASSCRED"
        case .multicastTTL: "IP_MULTICAST_TTL"
        case .multicastHops6: "IPV6_MULTICAST_HOPS"
        case .multicastLoop: "IP_MULTICAST_LOOP"
        case .multicastLoop6: "IPV6_MULTICAST_LOOP"
        case .multicastInterface6: "IPV6_MULTICAST_IF"
        }
    }
}

extension Syscalls {
    /// One datagram and what came with it. In C: `recvmsg` with `MSG_TRUNC`.
    ///
    /// - Parameter control: What the socket was told to report.
    package static func receiveDatagram(
        _ descriptor: Int32,
        into bytes: UnsafeMutableRawPointer?,
        room: Int,
        control: DatagramControl
    ) throws(Errno) -> DatagramArrival {
        var arrival = sockeye_arrival()
        let length = try retrying(.receiveMessage, descriptor) {
            unsafe sockeye_receive_datagram(descriptor, bytes, room, control.number, &arrival)
        }
        return DatagramArrival(
            length: length,
            from: RawSocketAddress.address(of: arrival.from, length: arrival.from_length),
            local: arrival.localAddress,
            interface: arrival.interface,
            segment: Int(arrival.segment),
            credentials: arrival.credentials
        )
    }

    /// In C: `sendmsg`.
    ///
    /// - Parameters:
    ///   - to: Where to; nil for the connected peer.
    ///   - from: An address of this computer to send from; nil for the one that the kernel chooses.
    ///   - segment: Cuts the bytes into datagrams of this length (`UDP_SEGMENT`); 0 for a single one.
    package static func sendDatagram(
        _ descriptor: Int32,
        _ bytes: UnsafeRawPointer?,
        count: Int,
        to: SocketAddress?,
        from: SocketAddress? = nil,
        segment: UInt16 = 0
    ) throws(Errno) -> Int {
        try unsafe withSockaddr(to) { to, toLength throws(Errno) in
            try unsafe withSockaddr(from) { from, fromLength throws(Errno) in
                try retrying(.sendMessage, descriptor) {
                    unsafe sockeye_send_datagram(descriptor, bytes, count, to, toLength, from, fromLength, segment)
                }
            }
        }
    }

    /// A length of 0 for no address.
    static func withSockaddr<Result>(
        _ address: SocketAddress?,
        _ body: (UnsafePointer<sockaddr>?, socklen_t) throws(Errno) -> Result
    ) throws(Errno) -> Result {
        guard let address else { return try body(nil, 0) }
        let outcome = unsafe RawSocketAddress(address).withSockaddr { pointer, length in
            Swift.Result { () throws(Errno) in try unsafe body(pointer, length) }
        }
        return try outcome.get()
    }

    /// What the kernel was told about a datagram that was sent, and where that was going; nil when there is nothing.
    /// In C: `recvmsg` with `MSG_ERRQUEUE`.
    package static func receiveRefusal(_ descriptor: Int32) throws(Errno) -> (error: Errno, to: SocketAddress)? {
        var refusal = sockeye_refusal()
        do {
            _ = try retrying(.receiveError, descriptor) { unsafe sockeye_receive_refusal(descriptor, &refusal) }
        } catch .wouldBlock {
            return nil
        }
        let to = RawSocketAddress.address(of: refusal.to, length: refusal.to_length)
        return (Errno(rawValue: refusal.error), to)
    }

    package static func setDatagramOption(
        _ descriptor: Int32,
        _ option: DatagramOptionName,
        _ value: Int32
    ) throws(Errno) {
        _ = try retrying(.setOption, descriptor) { sockeye_datagram_set(descriptor, option.number, value) }
    }

    package static func datagramOption(_ descriptor: Int32, _ option: DatagramOptionName) throws(Errno) -> Int32 {
        var value: Int32 = 0
        _ = try retrying(.option, descriptor) { unsafe sockeye_datagram_get(descriptor, option.number, &value) }
        return value
    }

    /// The interface that datagrams for IPv4 groups leave by. In C: `setsockopt` with `IP_MULTICAST_IF`.
    package static func setMulticastInterface(_ descriptor: Int32, _ interface: UInt32) throws(Errno) {
        _ = try retrying(.setOption, descriptor) { sockeye_multicast_interface(descriptor, interface) }
    }

    /// In C: `setsockopt` with `IP_ADD_MEMBERSHIP`, `IPV6_JOIN_GROUP`, or their opposites.
    package static func changeMembership(
        _ descriptor: Int32,
        _ group: SocketAddress,
        interface: UInt32,
        joins: Bool
    ) throws(Errno) {
        _ = try retrying(.setOption, descriptor) {
            unsafe RawSocketAddress(group).withSockaddr { address, _ in
                unsafe sockeye_multicast_change(descriptor, address, interface, joins ? 1 : 0)
            }
        }
    }

    /// Whether a call would not block now. In C: `poll`.
    package static func isWritableNow(_ descriptor: Int32) -> Bool {
        sockeye_wait_writable(descriptor, 0) != 0
    }
}

extension sockeye_arrival {
    var localAddress: SocketAddress? {
        local_length == 0 ? nil : RawSocketAddress.address(of: local, length: local_length)
    }

    /// Process 0 is what the kernel tells of a datagram that was sent before anybody asked.
    var credentials: PeerCredentials? {
        process == 0 ? nil : PeerCredentials(processID: process, userID: user, groupID: group)
    }
}
