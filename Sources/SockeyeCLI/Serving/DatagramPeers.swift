import Sockeye

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

    /// A peer at one of the sockets.
    private struct Pair: Hashable {
        let peer: SocketAddress
        let socket: SocketAddress?
    }

    private let limit: Int?
    private let idleTime: Duration
    private var peers: [Pair: Peer] = [:]
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
    ///
    /// - Parameter socket: The address at which it was heard.
    mutating func greet(
        _ address: SocketAddress,
        at now: ContinuousClock.Instant = .now,
        of socket: SocketAddress? = nil
    ) -> Peer? {
        sweep(now)
        let pair = Pair(peer: address, socket: socket)
        if var peer = peers[pair] {
            peer.lastHeard = now
            peers[pair] = peer
            return peer
        }
        if let limit, peers.count >= limit { return nil }
        if peers.count >= Self.most, let oldest = peers.min(by: { $0.value.lastHeard < $1.value.lastHeard }) {
            peers[oldest.key] = nil
        }
        let display = Output.standard.display(events: .ofDatagrams(from: address, at: socket))
        let peer = Peer(display: display, lastHeard: now)
        peers[pair] = peer
        return peer
    }

    mutating func update(_ peer: Peer, _ address: SocketAddress, of socket: SocketAddress? = nil) {
        peers[Pair(peer: address, socket: socket)] = peer
    }

    /// Once a second at most, or a flood would be answered with nothing but sweeping.
    private mutating func sweep(_ now: ContinuousClock.Instant) {
        if let lastSweep, now - lastSweep < min(.seconds(1), idleTime) { return }
        lastSweep = now
        peers = peers.filter { now - $0.value.lastHeard < idleTime }
    }
}
