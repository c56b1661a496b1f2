/// Options that a socket gets when it is made: those that were set, in the order in which they were set. What was not set
/// stays as the kernel has it.
public struct SocketSettings: Sendable {
    private struct Setting: Sendable {
        let name: OptionName
        let value: any Sendable
        let apply: @Sendable (Int32, AddressFamily?) throws(SocketError) -> Void
    }

    private var settings: [Setting] = []

    public init() {}

    /// The value that an option will get; nil for one that was not set. Setting nil leaves it to the kernel.
    public subscript<Value>(_ option: SocketOption<Value>) -> Value? {
        get { settings.first { $0.name == option.name }?.value as? Value }
        set {
            settings.removeAll { $0.name == option.name }
            guard let newValue else { return }
            settings.append(
                Setting(name: option.name, value: newValue) { descriptor, family throws(SocketError) in
                    try option.set(newValue, on: descriptor, family)
                }
            )
        }
    }

    package var isEmpty: Bool { settings.isEmpty }

    /// Whether closing would block a thread, which an event loop cannot have.
    package var lingersInClose: Bool {
        if case .wait = self[.linger] { return true }
        return false
    }

    /// Refuses what only a socket of the other role has a use for, and the kernel takes as long as the socket has none.
    package func check(listens: Bool) throws(SocketError) {
        if listens, let value = self[.fastOpenConnect] {
            let option = SocketOption<Bool>.fastOpenConnect
            throw option.name.refusal("a listener has TCP_FASTOPEN instead", showing: option.show(value))
        }
        if !listens, let value = self[.fastOpenQueue] {
            let option = SocketOption<Int>.fastOpenQueue
            throw option.name.refusal("a client has TCP_FASTOPEN_CONNECT instead", showing: option.show(value))
        }
    }

    /// Gives all of them to a descriptor. The first that fails ends it.
    package func apply(to descriptor: Int32, _ family: AddressFamily?) throws(SocketError) {
        for setting in settings { try setting.apply(descriptor, family) }
    }
}

/// Options that have socket options among them: ``SocketSettings`` by name.
///
///     var options = ConnectionOptions()
///     options.keepAlive = KeepAlive(idle: .seconds(30))
///     options.userTimeout = .seconds(10)
///     options[.raw(level: 1, number: 12)] = 6              // any other option
///
/// All of them are nil unless set, and then the kernel decides. A wrong value is an error of the connect or the bind, which
/// names the option, the value and why. Of a listener, all its connections inherit them.
public protocol SocketTuning {
    /// What has been set so far.
    var settings: SocketSettings { get set }
}

extension SocketTuning {
    /// Any option, with a name or without.
    public subscript<Value>(_ option: SocketOption<Value>) -> Value? {
        get { settings[option] }
        set { settings[option] = newValue }
    }

    /// Finds out that a peer has vanished. Default: nil, which is off. `SO_KEEPALIVE`, `TCP_KEEPIDLE`, `TCP_KEEPINTVL`,
    /// `TCP_KEEPCNT`.
    public var keepAlive: KeepAlive? {
        get { settings.keepAlive }
        set { settings.keepAlive = newValue }
    }

    /// As ``SocketOption/userTimeout``. Whole milliseconds. Default: nil. `TCP_USER_TIMEOUT`.
    public var userTimeout: Duration? {
        get { settings[.userTimeout] }
        set { settings[.userTimeout] = newValue }
    }

    /// As ``SocketOption/sendBufferBytes``. Bytes. Default: nil, the kernel tunes it. `SO_SNDBUF`.
    public var sendBufferBytes: Int? {
        get { settings[.sendBufferBytes] }
        set { settings[.sendBufferBytes] = newValue }
    }

    /// As ``SocketOption/receiveBufferBytes``. Bytes. Default: nil, the kernel tunes it. `SO_RCVBUF`.
    public var receiveBufferBytes: Int? {
        get { settings[.receiveBufferBytes] }
        set { settings[.receiveBufferBytes] = newValue }
    }

    /// As ``SocketOption/typeOfService``. From 0 to 255. Default: nil, which is 0. `IP_TOS`, `IPV6_TCLASS`.
    public var typeOfService: Int? {
        get { settings[.typeOfService] }
        set { settings[.typeOfService] = newValue }
    }

    /// As ``SocketOption/timeToLive``. Routers, from 1 to 255. Default: nil, which is 64. `IP_TTL`, `IPV6_UNICAST_HOPS`.
    public var timeToLive: Int? {
        get { settings[.timeToLive] }
        set { settings[.timeToLive] = newValue }
    }

    /// As ``SocketOption/device``. The name of an interface. Default: nil, any. `SO_BINDTODEVICE`.
    public var device: String? {
        get { settings[.device] }
        set { settings[.device] = newValue }
    }

    /// As ``SocketOption/linger``, for TCP; `.wait` is refused. Default: nil, in the background. `SO_LINGER`.
    public var linger: Linger? {
        get { settings[.linger] }
        set { settings[.linger] = newValue }
    }
}

extension SocketSettings {
    var keepAlive: KeepAlive? {
        get {
            guard self[.keepAlive] == true, let idle = self[.keepAliveIdle], let interval = self[.keepAliveInterval],
                let count = self[.keepAliveCount]
            else { return nil }
            return KeepAlive(idle: idle, interval: interval, count: count)
        }
        set {
            self[.keepAlive] = newValue == nil ? nil : true
            self[.keepAliveIdle] = newValue?.idle
            self[.keepAliveInterval] = newValue?.interval
            self[.keepAliveCount] = newValue?.count
        }
    }
}
