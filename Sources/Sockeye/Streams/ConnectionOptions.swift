public import SockeyeSystem

/// How a client's connection is made.
public struct ConnectionOptions: SocketTuning, Sendable {
    /// Sends small pieces at once instead of holding them back for up to 200 ms. Default: on. `TCP_NODELAY`.
    public var noDelay = NoDelay.on

    /// Whose threads the connection lives on. Default: nil, which is the present loop, or ``EventLoopGroup/shared``.
    public var loops: EventLoopGroup?

    /// Sees every operation of the connection. Default: nil.
    public var observer: (any SocketObserver)?

    /// Which addresses of a name are tried. Default: any, in both families. `ai_family`.
    public var family = FamilyPreference.any

    /// The address of this computer that the connection comes from, for a computer that has several; its port may be 0,
    /// for any. Default: nil, which lets the kernel choose. In C: `bind` before `connect`.
    ///
    /// Only addresses of the same family are tried then. For a Unix socket it is an abstract name: a path is refused, since its
    /// file would stay behind.
    public var sourceAddress: SocketAddress?

    /// How long connecting may take, looking the name up and all its addresses included. Default: nil, which leaves it to
    /// the name service and to the kernel, which gives up on a silent computer after about two minutes. Zero or less is
    /// `.invalidArgument`.
    public var connectTimeout: Duration?

    /// Who looks names up. Default: ``Resolver/system``.
    public var resolver = Resolver.system

    /// The socket options that have been set: see ``SocketTuning``. Default: none.
    public var settings = SocketSettings()

    /// What the socket is: a ``PacketConnection`` has one that keeps messages apart.
    var kind = SocketKind.stream

    public init() {}

    /// Whether small pieces are sent at once.
    public enum NoDelay: Sendable, Hashable {
        case on
        case off
    }
}

/// How a listener is bound.
public struct ListenerOptions: SocketTuning, Sendable {
    /// How many clients may wait, connected but not yet accepted. Default: 4096, which is also where current kernels
    /// cap it (`net.core.somaxconn`). It does not limit how many are served at once. In C: the argument of `listen`.
    public var backlog = 4096

    /// Lets a server bind again while connections of its predecessor still fade away. Default: on. `SO_REUSEADDR`.
    ///
    /// It does not let two live servers share a port.
    public var reuseAddress = ReuseAddress.on

    /// As in ``ConnectionOptions/noDelay``, for every accepted connection. Default: on. `TCP_NODELAY`.
    public var noDelay = ConnectionOptions.NoDelay.on

    /// Whose threads the connections live on. Default: nil, which is ``EventLoopGroup/shared``.
    public var loops: EventLoopGroup?

    /// Sees every operation of the listener and of its connections. Default: nil.
    public var observer: (any SocketObserver)?

    /// Who looks names up. Default: ``Resolver/system``.
    public var resolver = Resolver.system

    /// Which clients are let in at `*:port`, and which addresses of a name are bound. Default: any, which is both families
    /// with one listener. `IPV6_V6ONLY`, or an IPv4 socket.
    public var family = FamilyPreference.any

    /// The permissions of a Unix socket's file, such as `0o660`; whoever may write to it may connect. From 0 to 0o777.
    /// Default: nil, which is 0o777 less the process' `umask`. In C: `fchmod`, before `bind`.
    public var fileMode: UInt16?

    /// The socket options that have been set, which the connections inherit: see ``SocketTuning``. Default: none.
    public var settings = SocketSettings()

    /// As in ``ConnectionOptions``: a ``PacketListener`` has one that keeps messages apart.
    var kind = SocketKind.stream

    public init() {}

    /// Whether an address is free while old connections of it fade away.
    public enum ReuseAddress: Sendable, Hashable {
        case on
        case off
    }
}
