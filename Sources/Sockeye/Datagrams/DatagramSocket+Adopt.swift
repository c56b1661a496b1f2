public import SockeyeSystem

// Sockets that come from elsewhere, and that go there.

extension DatagramSocket {
    /// Takes over a datagram socket from elsewhere: a parent process, another library, a message.
    ///
    ///     let socket = try DatagramSocket.adopt(3)
    ///     let datagram = try await socket.receive()
    ///
    /// It may be bound, connected, both or neither. It is made non-blocking and close-on-exec; whoever shares the open socket
    /// (a parent, a `dup`) shares the former. From here on this object closes it; the file of a Unix socket stays, since whoever
    /// made it goes on using it. In C: `getsockopt`, `getsockname`, `getpeername`, `fcntl`.
    ///
    /// - Parameter options: They are set on the socket as it is; what only counts before binding (`family`, `source`,
    ///   `unixName`, `fileMode`) does nothing.
    /// - Concurrency: may be called from anywhere. Two objects must not adopt one descriptor.
    /// - Throws: `.invalidArgument` for what is no datagram socket, with what it is instead; `.closed` for a number that is not
    ///   open; for options as ``bind(to:options:)``. The descriptor then stays the caller's.
    public static func adopt(
        _ descriptor: Int32,
        options: DatagramOptions = DatagramOptions()
    ) throws(SocketError) -> DatagramSocket {
        let family = try Adoption.check(descriptor, kind: .datagram, role: nil)
        let loop = try EventLoopGroup.loop(options.loops)
        var options = options
        if family == .ipv6, (try? Syscalls.option(descriptor, .ipv6Only)) == 1 { options.family = .ipv6Only }
        let askedFor = try options.apply(to: descriptor, family, nil)
        // Whoever had it before may have asked for it, too.
        let coalesces =
            askedFor || (family != .unix && (try? Syscalls.datagramOption(descriptor, .coalesce)) ?? 0 != 0)
        try Adoption.prepare(descriptor)
        do {
            // First what may fail and leaves nothing: a registration owns the descriptor.
            let local = try Syscalls.localAddress(descriptor)
            let remote = try remoteAddress(of: descriptor)
            return DatagramSocket(
                try Registration(registering: descriptor, on: loop, state: .initialForDatagrams),
                local: local,
                remote: remote,
                traits: Traits(of: descriptor, family, options, coalesces: coalesces),
                file: nil
            )
        } catch {
            Syscalls.given(descriptor)
            throw SocketError(error, .adopt, detail: "descriptor \(descriptor)")
        }
    }

    /// Takes over what a program was handed, and closes it if it is no datagram socket. As ``adopt(_:options:)`` otherwise.
    public static func adopt(
        _ descriptor: OpenDescriptor,
        options: DatagramOptions = DatagramOptions()
    ) throws(SocketError) -> DatagramSocket {
        try adopting(descriptor) { number throws(SocketError) in try adopt(number, options: options) }
    }

    /// Takes over a socket of systemd (`ListenDatagram=`). As ``adopt(_:options:)`` otherwise.
    public static func adopt(
        _ socket: ActivatedSocket,
        options: DatagramOptions = DatagramOptions()
    ) throws(SocketError) -> DatagramSocket {
        try adopt(socket.descriptor, options: options)
    }

    /// Gives the socket away: for this library it is over, and open for whoever gets the number.
    ///
    ///     let descriptor = try socket.release()
    ///
    /// It is still non-blocking and close-on-exec, and the file of a Unix socket stays. Further calls on this object throw
    /// `.closed`.
    ///
    /// - Returns: The descriptor, which is the caller's to close.
    /// - Throws: `.busy` while a task receives or sends, or while datagrams have come together
    ///   (``DatagramOptions/coalescing``) that were not taken: they would be lost, so receive them first. `.closed` after
    ///   ``close()``.
    public func release() throws(SocketError) -> Int32 {
        do throws(OperationFailure) {
            _ = try registration.begin(.read)
        } catch {
            throw SocketError(error, .release, local: localAddress, remote: remoteAddress)
        }
        let isEmpty = unsafe coalesced?.isEmpty ?? true
        registration.end(.read)
        guard isEmpty else {
            let detail = "datagrams have come that nobody has received"
            throw SocketError(.busy, .release, localAddress: localAddress, detail: detail)
        }
        do throws(OperationFailure) {
            let descriptor = try registration.release()
            file?.forget()
            return descriptor
        } catch {
            throw SocketError(error, .release, local: localAddress, remote: remoteAddress)
        }
    }

    /// Two sockets that are connected to each other, in this process. In C: `socketpair`.
    ///
    ///     let (one, other) = try DatagramSocket.pair()
    ///     try await one.send("hi")
    ///     print(try await other.receive().bytes)
    ///
    /// They are Unix sockets without names: nothing is lost between them, and a full receiver suspends the sender.
    ///
    /// - Throws: `.exhausted` when descriptors have run out; for options as ``bind(to:options:)``.
    public static func pair(
        options: DatagramOptions = DatagramOptions()
    ) throws(SocketError) -> (DatagramSocket, DatagramSocket) {
        let ends: (Int32, Int32)
        do {
            ends = try Syscalls.socketPair(.datagram, nonblocking: true)
        } catch {
            throw SocketError(error, .create)
        }
        let (one, other) = (OpenDescriptor(ends.0), OpenDescriptor(ends.1))
        return (try adopt(one, options: options), try adopt(other, options: options))
    }

    /// nil for a socket without a peer.
    private static func remoteAddress(of descriptor: Int32) throws(Errno) -> SocketAddress? {
        do throws(Errno) {
            return try Syscalls.remoteAddress(descriptor)
        } catch .notConnected {
            return nil
        }
    }
}
