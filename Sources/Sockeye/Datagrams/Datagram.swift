public import SockeyeSystem

/// One datagram that has come: its bytes, and who sent it.
///
///     let datagram = try await socket.receive(upTo: 1500)
///     print("\(datagram.from) sent \(datagram.bytes.count) bytes")
///
/// An empty one is a message like any other: datagrams have no end.
public struct Datagram: Sendable, Hashable {
    /// What came, as far as there was room for it.
    public let bytes: [UInt8]
    /// Everything else.
    public let header: Header

    init(bytes: [UInt8], header: Header) {
        self.bytes = bytes
        self.header = header
    }

    /// Who sent it: where an answer goes. ``SocketAddress/unixUnnamed`` for a Unix socket without a name, which cannot be
    /// answered.
    public var from: SocketAddress { header.from }

    /// Who sent it: the same as ``from``, by the name that connections have for it.
    public var remoteAddress: SocketAddress { header.from }

    /// Whether there was not enough room: the rest of the datagram is lost. ``Header/originalByteCount`` says how long it
    /// was.
    public var isTruncated: Bool { header.isTruncated }

    /// The address of this computer that it was sent to, with this socket's port; a group's or a broadcast address where
    /// it was sent to one. nil unless ``DatagramOptions/localAddress`` asks for it.
    public var localAddress: SocketAddress? { header.localAddress }

    /// Which process and which user sent it, as the kernel has checked when it was sent. nil unless
    /// ``DatagramOptions/credentials`` asks for it.
    public var credentials: PeerCredentials? { header.credentials }

    /// What is known of a datagram beside its bytes.
    public struct Header: Sendable, Hashable {
        /// How many bytes were kept.
        public let byteCount: Int
        /// How many bytes were sent: more than ``byteCount`` if there was not enough room.
        public let originalByteCount: Int
        /// Who sent it, as ``Datagram/from``.
        public let from: SocketAddress
        /// Where it was sent to, as ``Datagram/localAddress``.
        public let localAddress: SocketAddress?
        /// The number of the network interface it came in by (`if_indextoname` has its name). nil unless
        /// ``DatagramOptions/localAddress`` asks for it.
        public let interfaceIndex: UInt32?
        /// Who sent it, as ``Datagram/credentials``.
        public let credentials: PeerCredentials?

        /// Whether a part of it is lost.
        public var isTruncated: Bool { originalByteCount > byteCount }
    }
}

extension Datagram.Header {
    /// What stands there until one has come.
    @usableFromInline static var none: Datagram.Header {
        Datagram.Header(
            byteCount: 0,
            originalByteCount: 0,
            from: .unixUnnamed,
            localAddress: nil,
            interfaceIndex: nil,
            credentials: nil
        )
    }

    init(_ arrival: DatagramArrival, room: Int, port: UInt16?) {
        self.init(
            byteCount: min(arrival.length, room),
            originalByteCount: arrival.length,
            from: arrival.from,
            localAddress: arrival.local?.with(port: port),
            interfaceIndex: arrival.local == nil ? nil : arrival.interface,
            credentials: arrival.credentials
        )
    }
}

extension Datagram {
    @usableFromInline static var none: Datagram { Datagram(bytes: [], header: .none) }
}

extension SocketAddress {
    /// The kernel tells the address that a datagram came to without the port, which is the socket's own.
    func with(port: UInt16?) -> SocketAddress {
        switch kind {
        case .ipv4(let ip, _): .ipv4(ip, port: port ?? 0)
        case .ipv6(let ip, _, let zone, _): .ipv6(ip, port: port ?? 0, zone: zone)
        case .unixPath, .unixAbstract, .unixUnnamed: self
        }
    }
}
