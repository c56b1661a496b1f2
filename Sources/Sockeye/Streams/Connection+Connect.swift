public import SockeyeSystem

extension Connection {
    /// Connects to a server.
    ///
    /// The connection is the caller's to ``close()`` on every way out; ``withConnection(to:options:_:)`` does that.
    /// All the addresses of a name are tried, the families by turns: the next one 250 ms after the one before, or as soon
    /// as that has failed (RFC 8305, "Happy Eyeballs"). The first to connect is kept. So `localhost` works whichever
    /// family the server is bound to, and a family that leads nowhere costs a quarter of a second.
    /// In C: `getaddrinfo`, `socket`, `connect`.
    ///
    /// - Cancellation: ends at once with `.cancelled`, and nothing stays open.
    /// - Throws: `.refused` when nobody listens there, `.unreachable`, `.timedOut` (after
    ///   ``ConnectionOptions/connectTimeout``, or when the kernel gives up, after about two minutes), `.nameNotFound`,
    ///   `.nameServiceUnavailable`, `.invalidAddress` for a text that is no address, or a source address of the other
    ///   family, `.invalidArgument` for a timeout of zero or less, `.exhausted` when descriptors have run out, or a Unix server's queue is full. When several addresses have failed, ``SocketError/attempts`` has the outcome of each.
    public static func connect(
        to endpoint: Endpoint,
        options: ConnectionOptions = ConnectionOptions()
    ) async throws(SocketError) -> Connection {
        // An address is what it is: nothing to look up, and nothing to choose from.
        if case .address(let address) = endpoint.kind, options.choosesNothing {
            return try await connect(to: address, options)
        }
        let start = Observation.now()
        let addresses: [SocketAddress]
        do {
            addresses = try await options.addresses(of: endpoint)
        } catch {
            report(error, options, since: start)
            throw error
        }
        if addresses.count == 1, options.connectTimeout == nil { return try await connect(to: addresses[0], options) }
        return try await ConnectionRunner(endpoint, options, since: start).connect(toOneOf: addresses)
    }

    /// As ``connect(to:options:)-(Endpoint,_)`` for an address that a socket has told: `connect(to: listener.localAddress)`.
    public static func connect(
        to address: SocketAddress,
        options: ConnectionOptions = ConnectionOptions()
    ) async throws(SocketError) -> Connection {
        try await connect(to: .address(address), options: options)
    }

    private static func connect(
        to address: SocketAddress,
        _ options: ConnectionOptions
    ) async throws(SocketError) -> Connection {
        let start = options.observer == nil ? 0 : Observation.now()
        do {
            let registration = try await connectedRegistration(to: address, options)
            return connected(registration, to: address, options, since: start)
        } catch {
            report(error, options, since: start)
            throw error
        }
    }

    /// What a connect that has succeeded becomes.
    static func connected(
        _ registration: Registration,
        to address: SocketAddress,
        _ options: ConnectionOptions,
        since start: UInt64
    ) -> Connection {
        let connection = Connection(
            registration,
            local: registration.using { descriptor in try? Syscalls.localAddress(descriptor) },
            remote: address,
            isInitiator: true,
            observer: options.observer
        )
        let local = connection.localAddress
        connection.observation?.report(.connect, since: start, local: local, remote: address)
        return connection
    }

    /// Tells the observer of a connect that has failed.
    static func report(_ error: SocketError, _ options: ConnectionOptions, since start: UInt64) {
        Observation(options.observer)?
            .report(.connect, since: start, local: nil, remote: error.remoteAddress, error: error)
    }

    static func connectedRegistration(
        to address: SocketAddress,
        _ options: ConnectionOptions
    ) async throws(SocketError) -> Registration {
        let descriptor = try options.openSocket(for: address)
        let registration: Registration
        do {
            registration = try beginConnecting(descriptor, to: address, options)
        } catch {
            throw options.error(.system(error), at: address)
        }
        do {
            // A connect is over when the socket becomes writable or has an error; which of them, SO_ERROR tells.
            _ = try await registration.perform(.write) { () throws(Errno) in
                if let error = try Syscalls.pendingError(descriptor) { throw error }
                return Attempt(count: 0, isShort: false)
            }
            return registration
        } catch {
            if registration.close(abruptly: true) { registration.retire() }
            throw options.error(error, at: address)
        }
    }

    /// Takes the descriptor over: when it throws, it is closed.
    private static func beginConnecting(
        _ descriptor: Int32,
        to address: SocketAddress,
        _ options: ConnectionOptions
    ) throws(Errno) -> Registration {
        do throws(Errno) {
            let loop: EventLoop
            do {
                loop = try EventLoopGroup.loop(options.loops)
            } catch {
                throw error.errno ?? .tooManyOpenFiles
            }
            if let source = options.sourceAddress { try bind(descriptor, toSource: source) }
            var state = RegistrationState.initial
            do {
                try Syscalls.connect(descriptor, RawSocketAddress(address))
            } catch .inProgress {
                state = .connecting
            }
            return try Registration(registering: descriptor, on: loop, state: state, family: address.family)
        } catch {
            Syscalls.close(descriptor)
            throw error
        }
    }

    /// Gives a socket its own address before it connects.
    private static func bind(_ descriptor: Int32, toSource source: SocketAddress) throws(Errno) {
        if source.port == 0 {
            // Else the port must be free towards everybody, and some 28,000 connections use them all up.
            try Syscalls.setOption(descriptor, .choosePortLate, 1)
        } else if source.port != nil {
            // Several attempts may share the port, and so may old connections that still fade away.
            try Syscalls.setOption(descriptor, .reuseAddress, 1)
        }
        try Syscalls.bind(descriptor, RawSocketAddress(source))
    }

    /// Two connected ends in this process, as a pair of pipes that go both ways. In C: `socketpair`.
    ///
    /// For tests, and for handing one end to somebody else. The ends have no addresses, and of the options those that are about
    /// addresses do nothing.
    public static func pair(options: ConnectionOptions = ConnectionOptions()) throws(SocketError) -> (
        Connection, Connection
    ) {
        let loops = try EventLoopGroup.chosen(options.loops)
        let ends: (Int32, Int32)
        do {
            ends = try Syscalls.socketPair(options.kind, nonblocking: true)
        } catch {
            throw SocketError(error, .create)
        }
        // Whoever owns them closes them, also when the options or the loop refuse one.
        let (one, other) = (OpenDescriptor(ends.0), OpenDescriptor(ends.1))
        for number in [ends.0, ends.1] { try options.applySettings(to: number, .unix) }
        return (try end(one, loops.next(), options), try end(other, loops.next(), options))
    }

    private static func end(
        _ descriptor: OpenDescriptor,
        _ loop: EventLoop,
        _ options: ConnectionOptions
    ) throws(SocketError) -> Connection {
        let registration = try adopting(descriptor) { number throws(SocketError) in
            do throws(Errno) {
                return try Registration(registering: number, on: loop, family: .unix)
            } catch {
                throw SocketError(error, .create)
            }
        }
        return Connection(
            registration,
            local: .unixUnnamed,
            remote: .unixUnnamed,
            isInitiator: true,
            observer: options.observer
        )
    }
}

/// Connects to a server, hands the connection to `body`, and closes it on every way out: the `with` of Python.
///
///     try await withConnection(to: "localhost:1337") { connection in
///         try await connection.send("hi")
///     }
///
/// Everything that was sent arrives, also when `body` throws: see ``Connection/close()``.
///
/// - Returns: What `body` returned.
/// - Throws: As ``Connection/connect(to:options:)``, and what `body` throws.
public func withConnection<Result>(
    to endpoint: Endpoint,
    options: ConnectionOptions = ConnectionOptions(),
    _ body: (Connection) async throws -> Result
) async throws -> Result {
    let connection = try await Connection.connect(to: endpoint, options: options)
    do {
        let result = try await body(connection)
        await connection.close()
        return result
    } catch {
        await connection.close()
        throw error
    }
}

/// As ``withConnection(to:options:_:)-(Endpoint,_,_)`` for an address that a socket has told.
public func withConnection<Result>(
    to address: SocketAddress,
    options: ConnectionOptions = ConnectionOptions(),
    _ body: (Connection) async throws -> Result
) async throws -> Result {
    try await withConnection(to: .address(address), options: options, body)
}
