import Sockeye
import SockeyeSystem

/// Listeners, and what is done with their clients; beside them, a server of datagrams.
struct Server: Sendable {
    let listeners: [Listener]
    /// nil where there are no such addresses.
    let datagrams: DatagramServer?
    let role: any ServerRole
    /// Nothing is done but sending back what comes.
    let isBareEcho: Bool
    /// Whose conversation does not come to its end.
    let cutOffs: CutOffClients
    /// The words for an error of one client; nil when it has none but the error's own.
    let explained: @Sendable (SocketError) -> Failure?

    private let onlyClient = OnlyClient()

    init(
        listeners: [Listener],
        datagrams: DatagramServer?,
        role: any ServerRole,
        isBareEcho: Bool,
        cutOffs: CutOffClients,
        explained: @escaping @Sendable (SocketError) -> Failure?
    ) {
        self.listeners = listeners
        self.datagrams = datagrams
        self.role = role
        self.isBareEcho = isBareEcho
        self.cutOffs = cutOffs
        self.explained = explained
    }

    /// A conversation has no measure of being done; a file, or what a program does, has one.
    var undone: Undone {
        Undone {
            switch onlyClient.stage {
            case .awaited: "ended before a \(listeners.isEmpty ? "datagram" : "client") came"
            case .here where role.owesWhole: role.halfDone
            case .here, .served: nil
            }
        }
    }

    /// Serves all the addresses until they are closed.
    func serve(_ options: ServeOptions) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for listener in listeners { group.addTask { try await serve(listener, options) } }
            if let datagrams {
                for place in datagrams.places { group.addTask { try await datagrams.serve(at: place) } }
            }
            // The first that fails ends the others.
            for try await _ in group {}
        }
    }

    private func serve(_ listener: Listener, _ options: ServeOptions) async throws {
        if isBareEcho {
            // The bare loop and nothing around it: this is what benchmarks measure.
            return try await listener.serve(options: options) { connection in
                do {
                    while let bytes = try await connection.receiveLent() { try await connection.send(bytes) }
                } catch {
                    // As ``CutOffClients`` has it.
                    if Task.isCancelled { connection.abort() }
                    throw error
                }
            }
        }
        try await listener.serve(options: options) { connection in
            defer { EventLog.current?.tellClosing(connection) }
            do {
                try await cutOffs.watching(connection) { try await hold(with: connection) }
            } catch let error as SocketError where error.code == .reset {
                let answer = error.errno.map(\.description) ?? "reset"
                Console.say("\(connection.remoteAddress) has vanished in the middle of the conversation: \(answer)")
            } catch let error as SocketError {
                guard let failure = explained(error) else { throw error }
                // One client's mistake: the others are served on.
                failure.tell()
            }
        }
    }

    /// Serves the first client of any address that is let in, and nobody else.
    func serveOnce(_ options: ServeOptions, within limit: Duration?, _ idle: IdleLimit?) async throws {
        guard let datagrams else { return _ = try await serveOneConnection(options, within: limit, idle) }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            if !listeners.isEmpty {
                group.addTask { try await serveOneConnection(options, within: limit, idle) }
            }
            // The limit is one for all, so one of them has it.
            for (index, place) in datagrams.places.enumerated() {
                let limit = listeners.isEmpty && index == 0 ? limit : nil
                group.addTask {
                    try await datagrams.serveOnce(at: place, within: limit, onlyClient, idle) {
                        close(allBut: place.socket)
                    }
                }
            }
            for try await isServed in group where isServed { group.cancelAll() }
        }
    }

    /// - Returns: false when a datagram was faster.
    private func serveOneConnection(
        _ options: ServeOptions,
        within limit: Duration?,
        _ idle: IdleLimit?
    ) async throws -> Bool {
        let connection: Connection
        do {
            connection = try await firstClient(options, within: limit)
        } catch {
            if onlyClient.stage != .awaited { return false }
            throw error
        }
        guard onlyClient.take() else {
            connection.abort()
            return false
        }
        close()
        do {
            if let idle {
                let isDone: @Sendable () -> Bool = { role.isDone(with: connection) }
                try await idle.run(on: connection, isDone: isDone) {
                    try await cutOffs.watching(connection, idle, isDone: isDone) { try await hold(with: connection) }
                }
            } else {
                try await cutOffs.watching(connection) { try await hold(with: connection) }
            }
        } catch {
            await connection.close()
            throw (error as? SocketError).flatMap { explained($0) } ?? error
        }
        onlyClient.wasServed()
        await connection.close()
        return true
    }

    /// Nobody else is taken any more.
    private func close(allBut socket: DatagramSocket? = nil) {
        for listener in listeners { listener.close() }
        for place in datagrams?.places ?? [] where place.socket !== socket { place.socket.close() }
    }

    private func hold(with connection: Connection) async throws {
        try await Explainer.watching(connection) { try await role.hold(with: connection) }
    }

    private func firstClient(_ options: ServeOptions, within limit: Duration?) async throws -> Connection {
        guard let limit else { return try await accept(options) }
        do {
            return try await withTimeout(limit) { try await accept(options) }
        } catch let error as SocketError where error.code == .timedOut {
            let address = listeners[0].localAddress
            throw Failure(
                attempted: "wait for a client on \(address)",
                happened: "none came within \(TimeWords.short(limit)), which is the limit of --timeout",
                cause: "the client is not started, or tries another address",
                next: ["sockeye connect \(Failure.quoted("\(address)"))   starts a client, in another terminal"],
                status: Failure.networkFailed
            )
        }
    }

    /// The first client of all the listeners; one that comes at the same moment elsewhere is refused.
    private func accept(_ options: ServeOptions) async throws -> Connection {
        try await withThrowingTaskGroup(of: Connection?.self) { group in
            for listener in listeners { group.addTask { try await accepted(by: listener, options) } }
            var first: Connection?
            while let accepted = try await group.next() {
                group.cancelAll()
                if first == nil { first = accepted } else { accepted?.abort() }
            }
            guard let first else { throw SocketError(.cancelled, .accept) }
            return first
        }
    }

    /// nil: another listener was faster.
    private func accepted(by listener: Listener, _ options: ServeOptions) async throws(SocketError) -> Connection? {
        do throws(SocketError) {
            while true {
                let connection = try await listener.accept()
                if options.admits(connection.remoteAddress) { return connection }
                options.onDenied(connection.remoteAddress)
                options.onTurnedAway?(connection)
                connection.abort()
            }
        } catch {
            if error.code == .cancelled { return nil }
            throw error
        }
    }
}
