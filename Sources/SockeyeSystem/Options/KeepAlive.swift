/// How a connection finds out that its peer has vanished: it asks after a silence, and gives up after some questions.
///
///     options.keepAlive = KeepAlive(idle: .seconds(30), interval: .seconds(5), count: 3)
///
/// This peer is given up after 45 seconds, and operations throw `.timedOut`. The questions are answered by the
/// peer's kernel: a program that is merely busy is not given up. Only TCP has it; a Unix socket hears at once.
public struct KeepAlive: Sendable, Hashable {
    /// After how much silence to ask. Whole seconds from 1 s to 32,767 s. Default: 60 s. `TCP_KEEPIDLE`.
    public var idle: Duration
    /// The time between two questions. Whole seconds from 1 s to 32,767 s. Default: 10 s. `TCP_KEEPINTVL`.
    public var interval: Duration
    /// How many questions may stay unanswered. From 1 to 127. Default: 6. `TCP_KEEPCNT`.
    public var count: Int

    /// The defaults give a silent peer up after two minutes; the kernel's own take more than two hours.
    public init(idle: Duration = .seconds(60), interval: Duration = .seconds(10), count: Int = 6) {
        self.idle = idle
        self.interval = interval
        self.count = count
    }
}

extension Socket {
    /// Switches keep-alive on with these times, or off with nil. In C: `setsockopt`, four times.
    public func setKeepAlive(_ keepAlive: KeepAlive?) throws(SocketError) {
        var settings = SocketSettings()
        settings.keepAlive = keepAlive
        if keepAlive == nil { settings[.keepAlive] = false }
        try settings.apply(to: descriptor, try? Syscalls.family(descriptor))
    }
}
