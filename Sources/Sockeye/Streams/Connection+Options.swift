public import SockeyeSystem

extension Connection {
    /// Gives an option of the live connection a value. In C: `setsockopt`.
    ///
    ///     try connection.setOption(.keepAlive, to: true)
    ///     try connection.setOption(.raw(level: 1, number: 12, name: "SO_PRIORITY"), to: 6)
    ///
    /// - Concurrency: at any time, beside a receive and a send.
    /// - Throws: `.invalidArgument` for a value that it cannot have, `.unsupported` for an option that this kind of socket
    ///   does not have, `.permissionDenied`, `.closed`; each says the option, the value and why.
    public func setOption<Value>(_ option: SocketOption<Value>, to value: Value) throws(SocketError) {
        if let linger = value as? Linger, case .wait = linger { throw Self.lingerRefusal }
        try onDescriptor(.option) { descriptor, family throws(SocketError) in
            try option.set(value, on: descriptor, family)
        }
    }

    /// The value of an option. In C: `getsockopt`. Throws as ``setOption(_:to:)``.
    public func option<Value>(_ option: SocketOption<Value>) throws(SocketError) -> Value {
        try onDescriptor(.optionValue) { descriptor, family throws(SocketError) in
            try option.value(of: descriptor, family)
        }
    }

    /// Switches keep-alive on with these times, or off with nil. In C: `setsockopt`, four times.
    public func setKeepAlive(_ keepAlive: KeepAlive?) throws(SocketError) {
        guard let keepAlive else { return try setOption(.keepAlive, to: false) }
        try setOption(.keepAliveIdle, to: keepAlive.idle)
        try setOption(.keepAliveInterval, to: keepAlive.interval)
        try setOption(.keepAliveCount, to: keepAlive.count)
        try setOption(.keepAlive, to: true)
    }

    /// What the kernel knows about this TCP connection now: round trips, retransmits, bytes under way.
    ///
    ///     print(try connection.statistics)
    ///
    /// Bytes that this library has received and nobody has taken yet are not among its unread ones. In C: `getsockopt`
    /// with `TCP_INFO`.
    ///
    /// - Throws: `.unsupported` for a Unix socket, which has none of this; `.closed`.
    public var statistics: ConnectionStatistics {
        get throws(SocketError) {
            try onDescriptor(.optionValue) { descriptor, _ throws(SocketError) in try .of(descriptor) }
        }
    }

    /// Who is at the other end of a Unix socket. In C: `getsockopt` with `SO_PEERCRED`.
    ///
    /// - Throws: `.unsupported` for a connection that is not over a Unix socket; `.closed`.
    public var peerCredentials: PeerCredentials {
        get throws(SocketError) {
            try onDescriptor(.optionValue) { descriptor, _ throws(SocketError) in try .ofPeer(of: descriptor) }
        }
    }

    /// Whether the peer neither sends nor receives any more: it has reset the connection, or closed its end of a Unix socket. Of a
    /// TCP peer that has closed in order nobody knows more than that it has finished sending, until something is sent to it.
    package var isPeerGone: Bool {
        get throws(SocketError) {
            try onDescriptor(.optionValue) { descriptor, _ throws(SocketError) in
                do throws(Errno) {
                    return try Syscalls.peerIsGone(descriptor)
                } catch {
                    throw SocketError(error, .optionValue)
                }
            }
        }
    }

    static var lingerRefusal: SocketError {
        let detail =
            "SO_LINGER = wait: closing would block the thread that the connection shares with others; "
            + "close() sees to what was sent by itself"
        return SocketError(.unsupported, .option, detail: detail)
    }

    private func onDescriptor<Result>(
        _ operation: SocketError.Operation,
        _ body: (Int32, AddressFamily) throws(SocketError) -> Result
    ) throws(SocketError) -> Result {
        let family = remoteAddress.family
        let outcome = registration.using { descriptor -> Swift.Result<Result, SocketError> in
            do throws(SocketError) { return .success(try body(descriptor, family)) } catch { return .failure(error) }
        }
        switch outcome {
        case .success(let result)?: return result
        case .failure(let error)?: throw error.with(local: nil, remote: remoteAddress)
        case nil: throw SocketError(.closed, operation, remoteAddress: remoteAddress)
        }
    }
}
