public import SockeyeSystem

// Descriptors that come from elsewhere, and that go there.

extension Connection {
    /// Takes over a connected stream socket from elsewhere: a parent process, another library, a message.
    ///
    ///     let connection = try Connection.adopt(try message.descriptors[0].release())
    ///
    /// It is made non-blocking and close-on-exec. Whoever shares the open socket (a parent, a `dup`) shares the former.
    /// From here on the connection closes it. In C: `getsockopt`, `getpeername`, `fcntl`.
    ///
    /// - Throws: `.invalidArgument` for what is no connected stream socket, with what it is instead; `.closed` for a number
    ///   that is not open. The descriptor then stays the caller's, as it was.
    public static func adopt(
        _ descriptor: Int32,
        options: ConnectionOptions = ConnectionOptions()
    ) throws(SocketError) -> Connection {
        let family = try Adoption.check(descriptor, kind: options.kind, role: .connected)
        let loop = try EventLoopGroup.loop(options.loops)
        // First, since an option of that name may say otherwise.
        if options.noDelay == .on, family != .unix {
            try SocketOption<Bool>.noDelay.set(true, on: descriptor, family)
        }
        try options.applySettings(to: descriptor, family)
        try Adoption.prepare(descriptor)
        do {
            // First what may fail and leaves nothing: a registration owns the descriptor.
            let local = try Syscalls.localAddress(descriptor)
            let remote = try Syscalls.remoteAddress(descriptor)
            return Connection(
                try Registration(registering: descriptor, on: loop, family: family),
                local: local,
                remote: remote,
                isInitiator: true,
                observer: options.observer
            )
        } catch {
            Syscalls.given(descriptor)
            throw SocketError(error, .adopt, detail: "descriptor \(descriptor)")
        }
    }

    /// Takes over what a program was handed, and closes it if it is no connection. As ``adopt(_:options:)`` otherwise.
    public static func adopt(
        _ descriptor: OpenDescriptor,
        options: ConnectionOptions = ConnectionOptions()
    ) throws(SocketError) -> Connection {
        try adopting(descriptor) { number throws(SocketError) in try adopt(number, options: options) }
    }

    /// Gives the socket away: the connection is over for this library, and open for whoever gets the number.
    ///
    /// It is still non-blocking and close-on-exec. Further calls on this connection throw `.closed`.
    ///
    /// - Returns: The descriptor, which is the caller's to close.
    /// - Throws: `.busy` while a task receives or sends, or while bytes have come that were not taken: they would be lost, so
    ///   receive them first. `.closed` after ``close()``.
    public func release() throws(SocketError) -> Int32 {
        do {
            _ = try registration.begin(.read)
        } catch {
            throw SocketError(error, .release, remote: remoteAddress)
        }
        let count = bufferedByteCount
        guard count == 0 else {
            registration.end(.read)
            let detail = "\(count) bytes have come that nobody has received"
            throw SocketError(.busy, .release, remoteAddress: remoteAddress, detail: detail)
        }
        registration.end(.read)
        do {
            return try registration.release()
        } catch {
            throw SocketError(error, .release, remote: remoteAddress)
        }
    }
}

extension Listener {
    /// Takes over a stream socket from elsewhere that listens already, as from systemd.
    ///
    /// The file of a Unix socket is not removed when the listener closes: whoever made it goes on using it. What only counts
    /// before binding (`backlog`, `reuseAddress`, `family`, `fileMode`) does nothing; clients that wait already may have been
    /// given the options that the socket had before. As ``Connection/adopt(_:options:)`` otherwise.
    public static func adopt(
        _ descriptor: Int32,
        options: ListenerOptions = ListenerOptions()
    ) throws(SocketError) -> Listener {
        let family = try Adoption.check(descriptor, kind: options.kind, role: .listening)
        let loops = try EventLoopGroup.chosen(options.loops)
        // First, since an option of that name may say otherwise.
        if options.noDelay == .on, family != .unix {
            try SocketOption<Bool>.noDelay.set(true, on: descriptor, family)
        }
        try options.applySettings(to: descriptor, family)
        try Adoption.prepare(descriptor)
        do {
            let local = try Syscalls.localAddress(descriptor)
            let registration = try Registration(registering: descriptor, on: loops.next())
            return Listener(registration, loops, local, options.observer, nil)
        } catch {
            Syscalls.given(descriptor)
            throw SocketError(error, .adopt, detail: "descriptor \(descriptor)")
        }
    }

    /// Takes over what a program was handed, and closes it if it does not listen. As ``adopt(_:options:)`` otherwise.
    public static func adopt(
        _ descriptor: OpenDescriptor,
        options: ListenerOptions = ListenerOptions()
    ) throws(SocketError) -> Listener {
        try adopting(descriptor) { number throws(SocketError) in try adopt(number, options: options) }
    }

    /// Takes over a socket of systemd. As ``adopt(_:options:)`` otherwise.
    public static func adopt(
        _ socket: ActivatedSocket,
        options: ListenerOptions = ListenerOptions()
    ) throws(SocketError) -> Listener {
        try adopt(socket.descriptor, options: options)
    }

    /// Gives the listening socket away: it goes on listening for whoever gets the number. The file of a Unix socket stays.
    ///
    /// - Returns: The descriptor, which is the caller's to close.
    /// - Throws: `.busy` while a task accepts, `.closed` after ``close()``.
    public func release() throws(SocketError) -> Int32 {
        do {
            let descriptor = try registration.release()
            file?.forget()
            return descriptor
        } catch {
            throw SocketError(error, .release, local: localAddress)
        }
    }
}

/// Takes the number out, and closes it when `body` does not want it.
func adopting<Result>(
    _ descriptor: OpenDescriptor,
    _ body: (Int32) throws(SocketError) -> Result
) throws(SocketError) -> Result {
    let number = try descriptor.release()
    do {
        return try body(number)
    } catch {
        Syscalls.close(number)
        throw error
    }
}
