import Sockeye
import SockeyeSystem

/// The `udp:…` and `unix-datagram:…` of `sockeye serve`: a server without connections. Each datagram is a message of its own, and
/// all peers of an address share one socket.
struct DatagramServer: Sendable {
    /// One of its addresses.
    struct Place: Sendable {
        let socket: DatagramSocket
        let typed: TypedAddress
    }

    /// What a peer gets for what it sends.
    enum Answer {
        /// The same to each.
        case fixed(ServerConversation.Answer)
        /// What is typed, or comes from a pipe; for one peer.
        case ofTerminal
    }

    let places: [Place]
    private let answer: Answer
    /// Who is shown what comes; nil for nobody.
    private let audience: Audience?
    /// Whom it answers, how many, and for how long it remembers them.
    private let options: ServeOptions
    private let peers: Locked<DatagramPeers>

    init(
        places: [Place],
        answer: Answer,
        audience: Audience?,
        options: ServeOptions
    ) {
        self.places = places
        self.answer = answer
        self.audience = audience
        self.options = options
        // One limit for all the addresses.
        peers = Locked(DatagramPeers(limit: options.maximumConnections, idleTime: options.idleTimeLimit))
    }

    /// Takes datagrams until the socket is closed, which who ends the command does.
    func serve(at place: Place) async throws {
        try await naming(place) {
            try await place.socket.closing { socket in
                let isUnlimited = options.maximumConnections == nil && options.allow.isEmpty && options.deny.isEmpty
                if case .fixed(.echo) = answer, audience == nil, isUnlimited, socket.localAddress.family != .unix {
                    return try await echoInBatches(on: socket)
                }
                while let datagram = try await nextAdmitted(on: socket) { try await take(datagram, at: place) }
            }
        }
    }

    /// Takes one datagram.
    ///
    /// - Parameters:
    ///   - limit: How long to wait for it.
    ///   - onlyClient: Who is served alone.
    ///   - idle: The limit of silence for a conversation.
    ///   - closeOthers: Called when that is who has sent it.
    /// - Returns: false when another address was faster.
    func serveOnce(
        at place: Place,
        within limit: Duration?,
        _ onlyClient: OnlyClient,
        _ idle: IdleLimit?,
        _ closeOthers: () -> Void
    ) async throws -> Bool {
        let received: Datagram?
        do {
            received = try await naming(place) { try await first(on: place.socket, within: limit) }
        } catch {
            if onlyClient.stage != .awaited { return false }
            throw error
        }
        guard let datagram = received, onlyClient.take() else { return false }
        closeOthers()
        try await naming(place) {
            if case .ofTerminal = answer {
                try await talk(after: datagram, at: place, idle)
            } else {
                try await take(datagram, at: place)
            }
        }
        onlyClient.wasServed()
        return true
    }

    /// Of several addresses, the one that failed is named.
    private func naming<Result>(_ place: Place, _ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as SocketError where error.code != .cancelled && error.code != .closed {
            throw Failure(error, place.typed, command: "serve")
        }
    }

    // MARK: Receiving

    /// nil: the socket was closed.
    private func nextAdmitted(on socket: DatagramSocket) async throws(SocketError) -> Datagram? {
        do throws(SocketError) {
            while true {
                let datagram: Datagram = try await socket.receive()
                if options.admits(datagram.from) { return datagram }
                options.onDenied(datagram.from)
                let network = options.denyingNetwork(datagram.from)
                EventLog.current?.tellDenied(nil, local: socket.localAddress, remote: datagram.from, network)
            }
        } catch {
            if error.code == .closed { return nil }
            throw error
        }
    }

    private func first(on socket: DatagramSocket, within limit: Duration?) async throws -> Datagram? {
        guard let limit else { return try await nextAdmitted(on: socket) }
        do {
            return try await withTimeout(limit) { try await nextAdmitted(on: socket) }
        } catch let error as SocketError where error.code == .timedOut {
            let words = "none came within \(TimeWords.short(limit)), which is the limit of --timeout"
            throw SocketError(.timedOut, .receive, localAddress: socket.localAddress, detail: words)
        }
    }

    /// The bare loop and nothing around it: this is what benchmarks measure.
    private func echoInBatches(on socket: DatagramSocket) async throws {
        // Room for the largest: memory that is never touched costs nothing.
        let batch = try DatagramBatch(capacity: 32, maximumLength: 65_536)
        while true {
            do {
                try await socket.receive(into: batch)
            } catch {
                if error.code == .closed { return }
                throw error
            }
            while !batch.isEmpty {
                do {
                    try await socket.send(batch)
                } catch {
                    if error.code == .closed { return }
                    if error.code == .cancelled { throw error }
                    // One that cannot be answered is that peer's misfortune, and not the others'.
                    batch.removeFirst()
                }
            }
        }
    }

    // MARK: Answering

    /// `--terminal`: with the one who was first, and nobody else.
    private func talk(after datagram: Datagram, at place: Place, _ idle: IdleLimit?) async throws {
        let session = DatagramSession(
            socket: place.socket,
            partner: .sender(datagram),
            words: place.typed,
            input: Input(),
            patience: StandardStream.input.isTerminal ? .zero : nil,
            conduct: Conduct(),
            isQuiet: audience == nil
        )
        do {
            guard let idle else { return try await session.run() }
            try await idle.run { try await session.run() }
        } catch let failure as Failure {
            throw failure.ofServer("--terminal")
        }
    }

    private func take(_ datagram: Datagram, at place: Place) async throws {
        let local = place.socket.localAddress
        guard var peer = peers.with({ $0.greet(datagram.from, of: local) }) else { return }
        if let audience {
            if peer.isNew { Console.say("Datagrams from \(place.typed.text(for: datagram.from))") }
            peer.isNew = false
            await audience.show(peer.display.render(datagram.bytes))
        }
        if !peer.cannotBeAnswered { peer.cannotBeAnswered = try await !reply(to: datagram, at: place) }
        let known = peer
        peers.with { $0.update(known, datagram.from, of: local) }
    }

    /// - Returns: false when this peer cannot be answered, which is said and no reason to stop.
    private func reply(to datagram: Datagram, at place: Place) async throws -> Bool {
        let bytes: [UInt8]
        switch answer {
        case .fixed(.text(let text)): bytes = text
        case .fixed(.echo): bytes = datagram.bytes
        case .fixed(.nothing), .ofTerminal: return true
        }
        do throws(SocketError) {
            if place.socket.localAddress.family == .unix {
                // A Unix client that does not read would hold up all others. What it misses is its loss.
                return try place.socket.trySend(bytes, to: datagram.from)
            }
            try await place.socket.send(bytes, answering: datagram)
            return true
        } catch {
            if error.code == .cancelled { throw error }
            // The command ends, and the next receive says so.
            if error.code == .closed { return true }
            Console.say("\(place.typed.text(for: datagram.from)) cannot be answered: \(error.reason)")
            return false
        }
    }
}
