public import SockeyeSystem

extension DatagramSocket {
    /// Gives an option of the live socket a value. In C: `setsockopt`.
    ///
    ///     try socket.setOption(.timeToLive, to: 8)
    ///     try socket.setOption(.raw(level: 1, number: 12, name: "SO_PRIORITY"), to: 6)
    ///
    /// - Concurrency: at any time, beside a receive and a send.
    /// - Throws: `.invalidArgument` for a value that it cannot have, `.unsupported` for an option that this kind of socket
    ///   does not have, `.permissionDenied`, `.closed`; each says the option, the value and why.
    public func setOption<Value>(_ option: SocketOption<Value>, to value: Value) throws(SocketError) {
        if let linger = value as? Linger, case .wait = linger { throw Connection.lingerRefusal }
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

    /// Who is at the other end of a pair, as of its making. In C: `getsockopt` with `SO_PEERCRED`.
    ///
    /// Of any other datagram, ``DatagramOptions/credentials`` tells who sent it.
    ///
    /// - Throws: `.notConnected` for a socket that is not one of a pair, `.unsupported` for one that is no Unix socket;
    ///   `.closed`.
    public var peerCredentials: PeerCredentials {
        get throws(SocketError) {
            try onDescriptor(.optionValue) { descriptor, _ throws(SocketError) in try .ofPeer(of: descriptor) }
        }
    }

    private func onDescriptor<Result>(
        _ operation: SocketError.Operation,
        _ body: (Int32, AddressFamily) throws(SocketError) -> Result
    ) throws(SocketError) -> Result {
        let family = traits.family
        let outcome = registration.using { descriptor -> Swift.Result<Result, SocketError> in
            do throws(SocketError) { return .success(try body(descriptor, family)) } catch { return .failure(error) }
        }
        switch outcome {
        case .success(let result)?: return result
        case .failure(let error)?: throw error.with(local: localAddress, remote: remoteAddress)
        case nil: throw SocketError(.closed, operation, localAddress: localAddress, remoteAddress: remoteAddress)
        }
    }
}
