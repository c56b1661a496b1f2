/// A named setting of a socket, with the type of its value.
///
///     try socket.setOption(.reuseAddress, to: true)
///     try connection.setOption(.keepAliveIdle, to: .seconds(30))
///     let bytes = try connection.option(.receiveBufferBytes)
///     options[.timeToLive] = 5                                     // of ConnectionOptions and ListenerOptions
///     try socket.setOption(.raw(level: 6, number: 23), to: 256)    // one that Sockeye has no name for
///
/// A value that the option cannot have is refused with an error that names the option, the value and why, and so is an option
/// that the kernel takes for a socket that has no use for it. Only buffer sizes are cut to what the system allows, without a
/// word of the kernel's: read them back. The corresponding C functions are `setsockopt` and `getsockopt`.
public struct SocketOption<Value: Sendable>: Sendable {
    package let name: OptionName
    /// The value as the kernel takes it, or what is wrong with it.
    let encode: @Sendable (Value) throws(OptionFlaw) -> [UInt8]
    /// nil for bytes that are no such value.
    let decode: @Sendable ([UInt8]) -> Value?
    /// How many bytes the value has at most.
    let byteCount: Int
    /// The value for a message.
    let show: @Sendable (Value) -> String
    /// What is wrong with a value on a TCP socket alone; nil for options that are the same everywhere.
    var flawOnTCP: (@Sendable (Value) -> OptionFlaw?)?
}

/// Why an option cannot have a value.
struct OptionFlaw: Error {
    let words: String
}

extension SocketOption {
    /// Gives a descriptor's option a value.
    package func set(_ value: Value, on descriptor: Int32, _ family: AddressFamily?) throws(SocketError) {
        try name.check(descriptor, family, showing: show(value))
        let bytes: [UInt8]
        do throws(OptionFlaw) {
            bytes = try encode(value)
            if let flaw = flawOnTCP?(value), (try? Syscalls.kind(descriptor)) == .stream { throw flaw }
        } catch {
            throw SocketError(.invalidArgument, .option, detail: "\(name) = \(show(value)): \(error.words)")
        }
        do throws(Errno) {
            let (level, number) = name.numbers(family)
            try Syscalls.setOption(descriptor, level: level, number: number, bytes)
            // An IPv6 socket that takes IPv4 peers too has a second setting for these.
            if family == .ipv6, let (level, number) = name.ofMappedIPv4 {
                try Syscalls.setOption(descriptor, level: level, number: number, bytes)
            }
        } catch {
            throw name.error(error, .option, on: descriptor, showing: show(value))
        }
    }

    /// The value of a descriptor's option.
    package func value(of descriptor: Int32, _ family: AddressFamily?) throws(SocketError) -> Value {
        try name.check(descriptor, family, showing: nil)
        let bytes: [UInt8]
        do {
            let (level, number) = name.numbers(family)
            bytes = try Syscalls.option(descriptor, level: level, number: number, upTo: byteCount)
        } catch {
            throw name.error(error, .optionValue, on: descriptor, showing: nil)
        }
        guard let value = decode(bytes) else {
            throw SocketError(.system, .optionValue, detail: "\(name): the kernel's value has \(bytes.count) bytes")
        }
        return value
    }
}

extension Socket {
    /// Gives an option a value. In C: `setsockopt`.
    ///
    /// - Throws: `.invalidArgument` for a value that it cannot have, `.unsupported` for an option that this kind of socket
    ///   does not have, `.permissionDenied`; each says the option, the value and why.
    public func setOption<Value>(_ option: SocketOption<Value>, to value: Value) throws(SocketError) {
        try option.set(value, on: descriptor, try? Syscalls.family(descriptor))
    }

    /// The value of an option. In C: `getsockopt`.
    public func option<Value>(_ option: SocketOption<Value>) throws(SocketError) -> Value {
        try option.value(of: descriptor, try? Syscalls.family(descriptor))
    }
}
