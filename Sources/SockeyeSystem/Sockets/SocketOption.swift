/// A named setting of a socket, with the type of its value.
///
///     try socket.setOption(.reuseAddress, to: true)
///
/// The corresponding C functions are `setsockopt` and `getsockopt`.
public struct SocketOption<Value: Sendable>: Sendable {
    package let name: SocketOptionName
}

extension SocketOption where Value == Bool {
    /// Lets a server bind again while connections of its predecessor still fade away. Default: off. `SO_REUSEADDR`.
    ///
    /// It does not let two live servers share a port. Set it before binding.
    public static var reuseAddress: SocketOption { SocketOption(name: .reuseAddress) }

    /// Sends small pieces at once instead of holding them back until earlier ones are acknowledged (up to 200 ms).
    /// Default: off for ``Socket``, on for ``Connection``. `TCP_NODELAY`.
    public static var noDelay: SocketOption { SocketOption(name: .noDelay) }

    /// Keeps an IPv6 socket from taking IPv4 clients too. Default: off on Linux. `IPV6_V6ONLY`.
    public static var ipv6Only: SocketOption { SocketOption(name: .ipv6Only) }
}

extension SocketOption where Value == Int {
    /// How many bytes the kernel keeps before `send` waits. The kernel doubles what is set, and tunes it when nothing
    /// is set. `SO_SNDBUF`.
    public static var sendBufferBytes: SocketOption { SocketOption(name: .sendBuffer) }

    /// How many received bytes the kernel keeps before the peer has to wait. As above. `SO_RCVBUF`.
    public static var receiveBufferBytes: SocketOption { SocketOption(name: .receiveBuffer) }
}

extension Socket {
    /// Switches an option on or off. In C: `setsockopt`.
    public func setOption(_ option: SocketOption<Bool>, to isOn: Bool) throws(SocketError) {
        try set(option.name, isOn ? 1 : 0)
    }

    /// Gives an option a value. In C: `setsockopt`.
    public func setOption(_ option: SocketOption<Int>, to value: Int) throws(SocketError) {
        try set(option.name, Int32(clamping: value))
    }

    /// Whether an option is on. In C: `getsockopt`.
    public func option(_ option: SocketOption<Bool>) throws(SocketError) -> Bool {
        try get(option.name) != 0
    }

    /// The value of an option. In C: `getsockopt`.
    public func option(_ option: SocketOption<Int>) throws(SocketError) -> Int {
        Int(try get(option.name))
    }

    private func set(_ name: SocketOptionName, _ value: Int32) throws(SocketError) {
        do {
            try Syscalls.setOption(descriptor, name, value)
        } catch {
            throw SocketError(error, .option, localAddress: try? localAddress, detail: "\(name)")
        }
    }

    private func get(_ name: SocketOptionName) throws(SocketError) -> Int32 {
        do {
            return try Syscalls.option(descriptor, name)
        } catch {
            throw SocketError(error, .option, localAddress: try? localAddress, detail: "\(name)")
        }
    }
}
