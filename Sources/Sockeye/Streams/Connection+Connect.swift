public import SockeyeSystem

extension Connection {
    /// Connects to a server.
    ///
    /// The connection is the caller's to ``close()`` on every way out; ``withConnection(to:options:_:)`` does that.
    /// All the addresses of a name are tried in turn, so `localhost` works whichever family the server is bound to.
    /// In C: `getaddrinfo`, `socket`, `connect`.
    ///
    /// - Cancellation: ends at once with `.cancelled`, and nothing stays open.
    /// - Throws: `.refused` when nobody listens there, `.unreachable`, `.timedOut` (the kernel gives up after about two
    ///   minutes: see ``withTimeout(_:_:)``), `.nameNotFound`, `.invalidAddress` for a text that is no address.
    public static func connect(
        to endpoint: Endpoint,
        options: ConnectionOptions = ConnectionOptions()
    ) async throws(SocketError) -> Connection {
        var failures: [SocketError] = []
        for address in try await Resolver.addresses(of: endpoint, for: .connect) {
            do {
                return try await connect(to: address, options)
            } catch {
                if error.code == .cancelled { throw error }
                failures.append(error)
            }
        }
        throw summary(of: failures, endpoint)
    }

    private static func connect(
        to address: SocketAddress,
        _ options: ConnectionOptions
    ) async throws(SocketError) -> Connection {
        let start = options.observer == nil ? 0 : Observation.now()
        do {
            let registration = try await connectedRegistration(to: address, options)
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
        } catch {
            let error = SocketError(error, .connect, remote: address)
            Observation(options.observer)?
                .report(.connect, since: start, local: nil, remote: address, error: error)
            throw error
        }
    }

    private static func connectedRegistration(
        to address: SocketAddress,
        _ options: ConnectionOptions
    ) async throws(OperationFailure) -> Registration {
        let registration: Registration
        do {
            registration = try beginConnecting(to: address, options)
        } catch {
            throw .system(error)
        }
        let descriptor = registration.descriptor
        do {
            // A connect is over when the socket becomes writable or has an error; which of them, SO_ERROR tells.
            _ = try await registration.perform(.write) { () throws(Errno) in
                if let error = try Syscalls.pendingError(descriptor) { throw error }
                return Attempt(count: 0, isShort: false)
            }
            return registration
        } catch {
            if registration.close(abruptly: true) { registration.retire() }
            throw error
        }
    }

    private static func beginConnecting(
        to address: SocketAddress,
        _ options: ConnectionOptions
    ) throws(Errno) -> Registration {
        let loop: EventLoop
        do {
            loop = try EventLoopGroup.loop(options.loops)
        } catch {
            throw error.errno ?? .tooManyOpenFiles
        }
        let descriptor = try Syscalls.socket(address.family, .stream, nonblocking: true)
        do {
            if options.noDelay == .on, address.family != .unix { try Syscalls.setOption(descriptor, .noDelay, 1) }
            var state = RegistrationState.initial
            do {
                try Syscalls.connect(descriptor, RawSocketAddress(address))
            } catch .inProgress {
                state = .connecting
            }
            return try Registration(registering: descriptor, on: loop, state: state)
        } catch {
            Syscalls.close(descriptor)
            throw error
        }
    }

    /// One error for all the addresses that were tried: the only one as it is, several as a list.
    private static func summary(of failures: [SocketError], _ endpoint: Endpoint) -> SocketError {
        guard let first = failures.first else {
            return SocketError(.nameNotFound, .resolve, detail: "\(endpoint) has no address")
        }
        guard failures.count > 1 else { return first }
        // Of two, the one that says more about a server that is there: a refusal before a missing route.
        let best = failures.first { $0.code == .refused } ?? first
        let others = failures.filter { $0.remoteAddress != best.remoteAddress }.map { error in
            "\(error.remoteAddress.map(\.description) ?? "?"): \(error.errno?.description ?? error.code.rawValue)"
        }
        return SocketError(
            best.code,
            .connect,
            errno: best.errno,
            remoteAddress: best.remoteAddress,
            detail: "also tried " + others.joined(separator: ", ")
        )
    }

    /// Two connected ends in this process, as a pair of pipes that go both ways. In C: `socketpair`.
    ///
    /// For tests, and for handing one end to somebody else. The ends have no addresses.
    public static func pair(options: ConnectionOptions = ConnectionOptions()) throws(SocketError) -> (
        Connection, Connection
    ) {
        let loops = try EventLoopGroup.chosen(options.loops)
        do throws(Errno) {
            let (one, other) = try Syscalls.socketPair(nonblocking: true)
            let first: Registration
            do {
                first = try Registration(registering: one, on: loops.next())
            } catch {
                Syscalls.close(one)
                Syscalls.close(other)
                throw error
            }
            do {
                let second = try Registration(registering: other, on: loops.next())
                return (end(first, options), end(second, options))
            } catch {
                if first.close(abruptly: true) { first.retire() }
                Syscalls.close(other)
                throw error
            }
        } catch {
            throw SocketError(error, .create)
        }
    }

    private static func end(_ registration: Registration, _ options: ConnectionOptions) -> Connection {
        Connection(
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
