public import SockeyeSystem
internal import Synchronization

/// A socket that waits for clients.
///
///     let listener = try await Listener.bind(to: "127.0.0.1:1337")
///     print("listening on \(listener.localAddress)")
///     try await listener.serve { connection in
///         while let data = try await connection.receive(upTo: 1024) { try await connection.send(data) }
///     }
///
/// **Concurrency.** May be used from any task. One `accept` at a time: a second one throws `.busy`.
public final class Listener: Sendable {
    let registration: Registration
    let loops: EventLoopGroup
    let observation: Observation?
    private let observer: (any SocketObserver)?
    /// What a Unix socket with a path has in the file system, until the listener closes.
    let file: SocketFile?
    let serving = Mutex(Service())

    struct Service {
        /// That of the `serve` that runs now.
        var policy: ServePolicy?
        var isShutDown = false
    }

    /// The address that clients connect to: port 0 went in, the real port comes out. In C: `getsockname`.
    public let localAddress: SocketAddress

    init(
        _ registration: Registration,
        _ loops: EventLoopGroup,
        _ address: SocketAddress,
        _ observer: (any SocketObserver)?,
        _ file: SocketFile?
    ) {
        self.registration = registration
        self.file = file
        self.loops = loops
        self.observer = observer
        localAddress = address
        observation = Observation(observer)
        if let observation { for loop in loops.loops { loop.watch.add(observation) } }
    }

    deinit {
        close()
        if let observation { for loop in loops.loops { loop.watch.remove(observation) } }
    }

    /// Binds to an address and listens on it.
    ///
    /// `"1337"` or `"127.0.0.1:1337"` is reachable from this computer only; `"*:1337"` from everywhere, over IPv4 and
    /// IPv6 with this one listener, or over IPv4 alone on a computer without IPv6. Port 0 picks a free one: read it from
    /// ``localAddress``. In C: `socket`, `bind`, `listen`.
    ///
    /// A path in the file system takes the place of a server that has died and left its file there; one that lives stays,
    /// and sees a client come and go. The file goes when the listener closes. It is not removed when the process is killed,
    /// nor after a `chdir` if the path is relative.
    ///
    /// - Throws: `.addressInUse`, `.permissionDenied` (ports below 1024), `.addressNotAvailable` (not an address of this
    ///   computer), `.nameNotFound`, `.invalidAddress` (a text that is no address), `.unsupported` (an IPv6 address on a
    ///   computer without IPv6).
    public static func bind(
        to endpoint: Endpoint,
        options: ListenerOptions = ListenerOptions()
    ) async throws(SocketError) -> Listener {
        let start = Observation.now()
        let addresses: [SocketAddress]
        let loops: EventLoopGroup
        do {
            addresses = try await options.resolver.addresses(of: endpoint, for: .bind, options.family, within: nil)
            loops = try EventLoopGroup.chosen(options.loops)
        } catch {
            report(error, at: nil, options, since: start)
            throw error
        }
        var attempts = BindAttempts()
        for address in addresses {
            let start = Observation.now()
            do {
                return try bind(to: address, loops, options, since: start)
            } catch {
                report(error, at: address, options, since: start)
                guard attempts.goesOn(after: error) else { break }
            }
        }
        throw attempts.error(for: endpoint)
    }

    private static func bind(
        to address: SocketAddress,
        _ loops: EventLoopGroup,
        _ options: ListenerOptions,
        since start: UInt64
    ) throws(SocketError) -> Listener {
        let (descriptor, file) = try options.openListeningSocket(on: address)
        do {
            // First what may fail and leaves nothing: a registration owns the descriptor.
            let local = try Syscalls.localAddress(descriptor)
            let registration = try Registration(registering: descriptor, on: loops.next())
            let listener = Listener(registration, loops, local, options.observer, file)
            listener.observation?.report(.listen, since: start, local: listener.localAddress, remote: nil)
            return listener
        } catch {
            file?.remove()
            Syscalls.close(descriptor)
            throw SocketError(error, .loop, localAddress: address)
        }
    }

    /// Tells the observer of a bind that has failed.
    private static func report(
        _ error: SocketError,
        at address: SocketAddress?,
        _ options: ListenerOptions,
        since start: UInt64
    ) {
        Observation(options.observer)?.report(.listen, since: start, local: address, remote: nil, error: error)
    }

    /// As ``bind(to:options:)`` for an address that a socket has told: `try await Listener.bind(to: old.localAddress)`.
    public static func bind(
        to address: SocketAddress,
        options: ListenerOptions = ListenerOptions()
    ) async throws(SocketError) -> Listener {
        try await bind(to: .address(address), options: options)
    }

    // MARK: Clients

    /// Waits for the next client. In C: `accept`.
    ///
    /// The connection is the caller's: close it on every way out, or use ``serve(options:_:)``, which does.
    ///
    /// - Cancellation: ends at once with `.cancelled`; a client that was not handed out stays in the queue.
    /// - Throws: `.exhausted` when descriptors have run out (the client waits in the queue: close something and try
    ///   again), `.closed` after ``close()``, `.busy` while another task accepts. A client that has gone away while it
    ///   waited is no error.
    public func accept() async throws(SocketError) -> Connection {
        let start = observation == nil ? 0 : Observation.now()
        var accepted: (descriptor: Int32, peer: SocketAddress)?
        do throws(OperationFailure) {
            let descriptor = registration.descriptor
            _ = try await registration.perform(.read) { () throws(Errno) in
                accepted = try Self.acceptOne(descriptor)
                return Attempt(count: 1, isShort: false)
            }
            guard let accepted else { throw .interrupted(.closed) }
            return try adopt(accepted.descriptor, peer: accepted.peer, since: start)
        } catch {
            let error = SocketError(error, .accept, local: localAddress)
            observation?.report(.accept, since: start, local: localAddress, remote: nil, error: error)
            throw error
        }
    }

    /// Errors of a client that is gone already come out of `accept`, on Linux with any number that its network may
    /// have had. They say nothing about the listener, and the next client may be waiting.
    private static func acceptOne(_ descriptor: Int32) throws(Errno) -> (Int32, SocketAddress) {
        while true {
            do {
                return try Syscalls.accept(descriptor, nonblocking: true)
            } catch {
                guard errorsOfTheClient.contains(error) else { throw error }
            }
        }
    }

    private static let errorsOfTheClient: Set<Errno> = [
        .connectionAborted, .connectionReset, .protocolError, .networkDown, .noSuchOption, .hostDown, .noRoute,
        .hostUnreachable, .networkUnreachable, .timedOut,
    ]

    private func adopt(
        _ descriptor: Int32,
        peer: SocketAddress,
        since start: UInt64
    ) throws(OperationFailure) -> Connection {
        let registration: Registration
        do {
            registration = try Registration(registering: descriptor, on: loops.next(), family: peer.family)
        } catch {
            Syscalls.close(descriptor)
            throw .system(error)
        }
        let connection = Connection(
            registration,
            // Bound to every interface, each connection has an address of its own: it is asked for when it is wanted.
            local: localAddress.isAny ? nil : localAddress,
            remote: peer,
            isInitiator: false,
            observer: observer
        )
        connection.observation?.report(.accept, since: start, local: connection.localAddress, remote: peer)
        return connection
    }

    /// Takes no more clients: who waits in the queue is refused, and `accept` and `serve` end. Connections go on.
    ///
    /// The file of a Unix socket is removed, if it still is the one that this listener made.
    public func close() {
        // First, so that a client finds either a server or no file.
        file?.remove()
        if registration.close(abruptly: true) { registration.retire() }
    }
}
