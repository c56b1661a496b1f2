public import SockeyeSystem

/// How a datagram socket is made.
///
///     var options = DatagramOptions()
///     options.broadcast = .on
///     let socket = try await DatagramSocket.bind(to: "*:1337", options: options)
///
/// What a kernel or a family does not have, and only makes things faster (``coalescing``), is left out silently; anything
/// else is an error of the operation `.option` that names the socket option.
///
/// Every other option of a socket is among them too (``SocketTuning``): buffers, ``typeOfService``, ``timeToLive``, ``device``.
/// A Unix datagram cannot be larger than `sendBufferBytes`.
public struct DatagramOptions: SocketTuning, Sendable {
    /// Whether something is done.
    public enum Switch: Sendable, Hashable {
        case on
        case off
    }

    /// Lets several sockets of this computer bind to one address, as the members of a group do. Default: off.
    /// `SO_REUSEADDR`.
    ///
    /// A datagram for a group reaches all of them, any other one of them only.
    public var reuseAddress = Switch.off

    /// Lets several sockets of one user bind to one address, and spreads the peers over them. Default: off. `SO_REUSEPORT`.
    public var reusePort = Switch.off

    /// Which addresses of a name are used; for `*`, which families are taken. Default: any, in both families. `ai_family`,
    /// `IPV6_V6ONLY`.
    public var family = FamilyPreference.any

    /// Finds the addresses behind names. Default: the system's resolver.
    public var resolver = Resolver.system

    /// Allows sending to a broadcast address, such as 255.255.255.255: to all computers of a network. Default: off.
    /// `SO_BROADCAST`.
    public var broadcast = Switch.off

    /// Tells of every datagram to which address of this computer it was sent. Default: off. `IP_PKTINFO`,
    /// `IPV6_RECVPKTINFO`.
    ///
    /// A server on a computer with several addresses needs it to answer from the one that it was asked at: see
    /// ``DatagramSocket/send(_:to:from:)``. Batches do so by themselves.
    public var localAddress = Switch.off

    /// Tells, on a socket that is not connected, that a datagram could not be delivered: the next operation throws, and the
    /// error's remote address is that of the peer it was for. Default: off. `IP_RECVERR`.
    ///
    /// A connected socket tells it always.
    public var errors = Switch.off

    /// Lets the kernel hand over several datagrams of one peer in one piece, which are taken apart here. Default: off.
    /// `UDP_GRO`.
    ///
    /// It changes nothing but the cost, for those who receive much from one peer; the socket then holds 64 KiB.
    public var coalescing = Switch.off

    /// The address of this side, for ``DatagramSocket/connect(to:options:)``. Default: nil, which the kernel chooses. In C:
    /// `bind` before `connect`. `DatagramSocket.bind` gets its address as an argument, and rejects a source.
    public var source: Endpoint?

    /// Whether a connecting Unix socket without a ``source`` gets an abstract name of its own, so that it can be answered.
    /// Default: on. In C: `bind` to an address of nothing but the family.
    public var unixName = Switch.on

    /// The permissions of a Unix socket's file, such as `0o660`; whoever may write to it may send. From 0 to 0o777. Default:
    /// nil, which is 0o777 less the process' `umask`. In C: `fchmod`, before `bind`.
    public var fileMode: UInt16?

    /// Tells of every datagram which process and which user sent it: ``Datagram/credentials``. Unix sockets only. Default: off.
    /// `SO_PASSCRED`.
    public var credentials = Switch.off

    /// The socket options that have been set: see ``SocketTuning``. Default: none.
    public var settings = SocketSettings()

    /// Sending to groups, and hearing oneself.
    public var multicast = Multicast()

    /// Whose threads the socket lives on. Default: nil, which is the present loop, or ``EventLoopGroup/shared``.
    public var loops: EventLoopGroup?

    /// Sees every operation of the socket. Default: nil.
    public var observer: (any SocketObserver)?

    public init() {}

    /// How datagrams for a group go out.
    public struct Multicast: Sendable {
        /// How many routers a datagram may pass, from 0 (this computer) to 255. Default: nil, which is 1: this network.
        /// `IP_MULTICAST_TTL`, `IPV6_MULTICAST_HOPS`.
        public var timeToLive: Int?

        /// Whether members on this computer hear it too, this socket included if it has joined. Default: on.
        /// `IP_MULTICAST_LOOP`, `IPV6_MULTICAST_LOOP`.
        public var loop = Switch.on

        /// The interface that it leaves by. Default: nil, which the routes decide. `IP_MULTICAST_IF`, `IPV6_MULTICAST_IF`.
        public var interface: NetworkInterface?
    }
}
