public import SockeyeSystem

extension DatagramSocket {
    /// Binds to an address, where anyone may send datagrams to.
    ///
    ///     let socket = try await DatagramSocket.bind(to: "*:1337")
    ///
    /// `"1337"` or `"127.0.0.1:1337"` is reachable from this computer only; `"*:1337"` from everywhere, over IPv4 and IPv6.
    /// Port 0 picks a free one, and `"*:0"` is also what a client uses that sends to many. In C: `socket`, `bind`.
    ///
    /// A Unix path takes the place of a socket that has died and left its file there; one that lives stays. The file goes
    /// when the socket closes. It is not removed when the process is killed, nor after a `chdir` if the path is relative.
    ///
    /// - Cancellation: ends at once with `.cancelled` while a name is looked up, and nothing stays open.
    /// - Throws: `.addressInUse`, `.permissionDenied` (ports below 1024), `.addressNotAvailable` (not an address of this
    ///   computer), `.nameNotFound`, `.invalidAddress` (a text that is no address, an interface that does not exist),
    ///   `.invalidArgument` for an option's value that makes no sense or a ``DatagramOptions/source``, `.unsupported` for an option
    ///   that this kernel or this family does not have.
    public static func bind(
        to endpoint: Endpoint,
        options: DatagramOptions = DatagramOptions()
    ) async throws(SocketError) -> DatagramSocket {
        let start = Observation.now()
        let addresses: [SocketAddress]
        do {
            addresses = try await options.bindAddresses(of: endpoint)
        } catch {
            options.report(error, .bind, since: start)
            throw error
        }
        var attempts = BindAttempts()
        for address in addresses {
            let opening = DatagramOpening(options, bindsTo: address, connectsTo: nil)
            do {
                return try opening.open()
            } catch {
                opening.report(error)
                guard attempts.goesOn(after: error) else { break }
            }
        }
        throw attempts.error(for: endpoint)
    }

    /// Connects to one peer: ``send(_:)`` goes there, and only what comes from there is received.
    ///
    /// The socket is the caller's to ``close()`` on every way out; ``withDatagramSocket(to:options:_:)`` does that. Nothing
    /// is sent, so nobody needs to be there yet; of a name's addresses the first that there is a way to is taken, and IPv4
    /// before IPv6 for this computer. In C: `getaddrinfo`, `socket`, `connect`.
    ///
    /// - Cancellation: ends at once with `.cancelled` while a name is looked up, and nothing stays open.
    /// - Throws: `.unreachable`, `.nameNotFound`, `.invalidAddress`; `.refused` for a Unix socket whose program has ended;
    ///   for the options and the address of this side as ``bind(to:options:)``.
    public static func connect(
        to endpoint: Endpoint,
        options: DatagramOptions = DatagramOptions()
    ) async throws(SocketError) -> DatagramSocket {
        let start = Observation.now()
        let addresses: [SocketAddress]
        var sources: [SocketAddress]?
        do {
            addresses = preferred(try await options.addresses(of: endpoint, for: .connect))
            if let source = options.source { sources = try await options.addresses(of: source, for: .bind) }
        } catch {
            options.report(error, .connect, since: start)
            throw error
        }
        var failure: SocketError?
        for address in addresses {
            let source = sources?.first { $0.family == address.family } ?? sources?.first
            let opening = DatagramOpening(options, bindsTo: source, connectsTo: address)
            do throws(SocketError) {
                try opening.checkFamilies()
                return try opening.open()
            } catch {
                opening.report(error)
                if failure == nil { failure = error }
            }
        }
        throw failure ?? SocketError(.nameNotFound, .connect, detail: "\(endpoint)")
    }

    /// Whether a datagram arrives nobody tells, so trying both families of `localhost` decides nothing: the one that servers
    /// bind to goes first.
    private static func preferred(_ addresses: [SocketAddress]) -> [SocketAddress] {
        guard addresses.allSatisfy(\.isLoopback) else { return addresses }
        return addresses.filter { $0.family == .ipv4 } + addresses.filter { $0.family != .ipv4 }
    }
}

/// Binds to an address, hands the socket to `body`, and closes it on every way out: the `with` of Python.
///
///     try await withDatagramSocket(boundTo: "127.0.0.1:1337") { socket in
///         let datagram = try await socket.receive()
///     }
///
/// - Returns: What `body` returned.
/// - Throws: As ``DatagramSocket/bind(to:options:)``, and what `body` throws.
public func withDatagramSocket<Result>(
    boundTo endpoint: Endpoint,
    options: DatagramOptions = DatagramOptions(),
    _ body: (DatagramSocket) async throws -> Result
) async throws -> Result {
    try await DatagramSocket.bind(to: endpoint, options: options).closing(after: body)
}

/// Connects to one peer, hands the socket to `body`, and closes it on every way out.
///
///     try await withDatagramSocket(to: "127.0.0.1:1337") { socket in
///         try await socket.send("hi")
///     }
///
/// - Returns: What `body` returned.
/// - Throws: As ``DatagramSocket/connect(to:options:)``, and what `body` throws.
public func withDatagramSocket<Result>(
    to endpoint: Endpoint,
    options: DatagramOptions = DatagramOptions(),
    _ body: (DatagramSocket) async throws -> Result
) async throws -> Result {
    try await DatagramSocket.connect(to: endpoint, options: options).closing(after: body)
}

extension DatagramSocket {
    /// Hands the socket to `body`, and closes it on every way out.
    ///
    /// The scope's task is the socket's owner, so that its waits do without a cancellation handler each.
    package func closing<Result>(
        after body: (DatagramSocket) async throws -> Result
    ) async throws -> Result {
        defer { close() }
        return try await withTaskCancellationHandler {
            registration.adoptCurrentTask()
            defer { registration.releaseOwner() }
            return try await body(self)
        } onCancel: {
            registration.ownerWasCancelled()
        }
    }
}

extension DatagramOptions {
    func addresses(
        of endpoint: Endpoint,
        for operation: SocketError.Operation
    ) async throws(SocketError) -> [SocketAddress] {
        try await resolver.addresses(of: endpoint, for: operation, family, within: nil)
    }

    fileprivate func bindAddresses(of endpoint: Endpoint) async throws(SocketError) -> [SocketAddress] {
        if let source {
            let detail = "the source \(source): only connect takes one, since bind has its own address"
            throw SocketError(.invalidArgument, .bind, detail: detail)
        }
        return try await addresses(of: endpoint, for: .bind)
    }

    /// Tells the observer of an error that came before any address was tried.
    fileprivate func report(_ error: SocketError, _ operation: SocketError.Operation, since start: UInt64) {
        Observation(observer)?.report(operation, since: start, local: nil, remote: nil, error: error)
    }
}
