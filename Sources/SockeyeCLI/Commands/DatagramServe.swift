import ArgumentParser
import Sockeye
import SockeyeSystem

/// `sockeye serve udp:…` and `unix-datagram:…`: a server without connections. Each datagram is a message of its own, and all
/// peers share one socket.
struct DatagramServe: Sendable {
    let address: TypedAddress
    let family: FamilyPreference
    let answer: ServerConversation.Answer
    let isQuiet: Bool
    /// One datagram, then the end.
    let once: Bool
    /// With `once`: how long to wait for it.
    let timeout: Duration?
    let explain: Bool
    /// Whom it answers, how many, and for how long it remembers them.
    let options: ServeOptions
    let readiness: ReadinessOptions

    func run() async throws {
        let again = "sockeye serve \(Failure.quoted(address.text))"
        try readiness.check(again: again)
        // On the loop that the task runs on, so that no datagram changes thread.
        try await Interruption.ends {
            var socketOptions = DatagramOptions()
            socketOptions.observer = EventLog.observing(explain ? Explainer.shared : nil)
            // A computer with several addresses answers from the one that it was asked at.
            socketOptions.localAddress = .on
            socketOptions.family = family
            try await withDatagramSocket(boundTo: address.endpoint, options: socketOptions) { socket in
                Announcement(of: socket.localAddress, address, isQuiet: isQuiet, options).say()
                EventLog.current?.tellListening(socket.localAddress, .datagram)
                _ = try readiness.tell([socket.localAddress], again: again)
                try await serve(on: socket)
            }
        }
    }

    private func serve(on socket: DatagramSocket) async throws {
        let isUnlimited = options.maximumConnections == nil && options.allow.isEmpty && options.deny.isEmpty
        if case .echo = answer, isQuiet, !once, isUnlimited, socket.localAddress.family != .unix {
            try await echoInBatches(on: socket)
        } else {
            try await answerEach(on: socket)
        }
    }

    /// With `--timeout`, for so long; otherwise for as long as it takes.
    private func next(on socket: DatagramSocket) async throws -> Datagram {
        guard let timeout else { return try await socket.receive() }
        do {
            return try await withTimeout(timeout) { try await socket.receive() }
        } catch let error as SocketError where error.code == .timedOut {
            let words = "none came within \(TimeWords.short(timeout)), which is the limit of --timeout"
            throw SocketError(.timedOut, .receive, localAddress: socket.localAddress, detail: words)
        }
    }

    /// The bare loop and nothing around it: this is what benchmarks measure.
    private func echoInBatches(on socket: DatagramSocket) async throws {
        // Room for the largest: memory that is never touched costs nothing.
        let batch = try DatagramBatch(capacity: 32, maximumLength: 65_536)
        while true {
            try await socket.receive(into: batch)
            while !batch.isEmpty {
                do {
                    try await socket.send(batch)
                } catch {
                    if error.code == .closed || error.code == .cancelled { throw error }
                    // One that cannot be answered is that peer's misfortune, and not the others'.
                    batch.removeFirst()
                }
            }
        }
    }

    private func answerEach(on socket: DatagramSocket) async throws {
        var peers = DatagramPeers(limit: options.maximumConnections, idleTime: options.idleTimeLimit)
        let audience = isQuiet ? nil : Audience()
        // Whoever reads the output has gone: that ends the command, and is no error.
        audience?.onLeaving { socket.close() }
        repeat {
            let datagram: Datagram
            do {
                datagram = try await next(on: socket)
            } catch let error as SocketError where error.code == .closed && audience?.hasLeft == true {
                return
            }
            guard options.admits(datagram.from) else {
                options.onDenied(datagram.from)
                let network = options.denyingNetwork(datagram.from)
                EventLog.current?.tellDenied(nil, local: socket.localAddress, remote: datagram.from, network)
                continue
            }
            guard var peer = peers.greet(datagram.from) else { continue }
            await show(datagram, from: &peer, to: audience)
            if !peer.cannotBeAnswered { peer.cannotBeAnswered = try await !reply(to: datagram, on: socket) }
            peers.update(peer, datagram.from)
            if once { return }
        } while true
    }

    private func show(_ datagram: Datagram, from peer: inout DatagramPeers.Peer, to audience: Audience?) async {
        guard let audience else { return }
        if peer.isNew { Console.say("Datagrams from \(address.text(for: datagram.from))") }
        peer.isNew = false
        await audience.show(peer.display.render(datagram.bytes))
    }

    /// - Returns: false when this peer cannot be answered, which is said and no reason to stop.
    private func reply(to datagram: Datagram, on socket: DatagramSocket) async throws -> Bool {
        let bytes: [UInt8]
        switch answer {
        case .text(let text): bytes = text
        case .echo: bytes = datagram.bytes
        case .nothing: return true
        }
        do throws(SocketError) {
            if socket.localAddress.family == .unix {
                // A Unix client that does not read would hold up all others. What it misses is its loss.
                return try socket.trySend(bytes, to: datagram.from)
            }
            try await send(bytes, answering: datagram, on: socket)
            return true
        } catch {
            if error.code == .cancelled || error.code == .closed { throw error }
            Console.say("\(address.text(for: datagram.from)) cannot be answered: \(error.reason)")
            return false
        }
    }
}

extension DatagramServe {
    /// From the address that it was asked at; what came to a group or a broadcast address cannot be answered from there.
    private func send(
        _ bytes: [UInt8],
        answering datagram: Datagram,
        on socket: DatagramSocket
    ) async throws(SocketError) {
        let source = datagram.localAddress.flatMap { $0.isMulticast ? nil : $0 }
        do throws(SocketError) {
            try await socket.send(bytes, to: datagram.from, from: source)
        } catch {
            guard source != nil, error.code == .invalidArgument || error.code == .unreachable else { throw error }
            try await socket.send(bytes, to: datagram.from)
        }
    }
}

/// Whom a datagram server has heard from. Nobody says when it is over, so whoever is silent for a while is forgotten, and
/// there is room for so many: a sender that makes up addresses costs no memory beyond that.
struct DatagramPeers {
    struct Peer {
        var isNew = true
        var cannotBeAnswered = false
        var display: Display
        fileprivate var lastHeard: ContinuousClock.Instant
    }

    /// 1024 are remembered: some 200 KiB.
    static let most = 1024
    /// 60 seconds of silence: by then most routers have forgotten the peer as well.
    static let idleTime = Duration.seconds(60)

    private let limit: Int?
    private let idleTime: Duration
    private var peers: [SocketAddress: Peer] = [:]
    private var lastSweep: ContinuousClock.Instant?

    var count: Int { peers.count }

    /// - Parameters:
    ///   - limit: How many are answered at once; nil: all, and when there are too many to remember, the one that was heard
    ///     least recently is forgotten.
    init(limit: Int?, idleTime: Duration?) {
        self.limit = limit
        self.idleTime = idleTime ?? Self.idleTime
    }

    /// Notes that a peer was heard. nil: there are as many as there may be, and it is not one of them.
    mutating func greet(_ address: SocketAddress, at now: ContinuousClock.Instant = .now) -> Peer? {
        sweep(now)
        if var peer = peers[address] {
            peer.lastHeard = now
            peers[address] = peer
            return peer
        }
        if let limit, peers.count >= limit { return nil }
        if peers.count >= Self.most, let oldest = peers.min(by: { $0.value.lastHeard < $1.value.lastHeard }) {
            peers[oldest.key] = nil
        }
        let display = Output.standard.display(events: .ofDatagrams(from: address))
        let peer = Peer(display: display, lastHeard: now)
        peers[address] = peer
        return peer
    }

    mutating func update(_ peer: Peer, _ address: SocketAddress) {
        peers[address] = peer
    }

    /// Once a second at most, or a flood would be answered with nothing but sweeping.
    private mutating func sweep(_ now: ContinuousClock.Instant) {
        if let lastSweep, now - lastSweep < min(.seconds(1), idleTime) { return }
        lastSweep = now
        peers = peers.filter { now - $0.value.lastHeard < idleTime }
    }
}

extension SocketError {
    /// What happened, without what was attempted.
    var reason: String {
        let what = errno.map(\.description) ?? code.words
        return detail.map { errno == nil ? $0 : "\(what): \($0)" } ?? what
    }
}
