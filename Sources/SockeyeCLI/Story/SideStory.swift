import Sockeye

/// A conversation told by one of its two sides, for `serve --explain` and `connect --explain`: from events to sentences,
/// without a socket.
///
/// One side knows its own operations, the segments that came, and what its kernel says. Of the other program it knows what
/// TCP brings (bytes, FIN, RST), and what the kernel of this computer adds where the other program runs here too. All else
/// is told as a guess, or as what cannot be known.
struct SideStory: Sendable {
    enum Who: Sendable { case own, peer }

    enum Event: Sendable {
        /// The connection is there.
        case opened
        /// The arrival is nil when nobody can count.
        case received(Int, Arrival?)
        case sent(Int)
        /// The bytes themselves, which the operations only count: before they are sent, or after they were received.
        case said(Who, [UInt8])
        /// A receive has returned the end.
        case ended
        /// `shutdown` has sent the end. The state is the kernel's for this end, where it was asked.
        case finished(kernel: String?)
        case failed(SocketError.Code)
        /// Closed; what the kernel's table has of the two ends afterwards.
        case closed(own: PeerSocket?, peer: PeerSocket?)
        case looked(Look)
    }

    /// What can be seen of a connection while nothing happens on it.
    struct Look: Sendable {
        /// How long a receive waits; nil when none does.
        var receiveWaits: Duration?
        /// How long a send gets nowhere; nil when none waits.
        var sendWaits: Duration?
        /// Where the bytes are that this side has sent.
        var evidence = SendWait.Evidence()
        var peer: PeerSocket?
        /// What the peer's program does, where the kernel tells.
        var occupation: Occupation?
        /// What has come of a message that this side waits for, where it reads messages.
        var unfinished: String?
    }

    /// What makes this side send.
    enum Source: Sendable {
        /// A person who types lines.
        case prompt
        /// Standard input.
        case input
        /// What the peer says.
        case peer
        /// Nothing does: it only receives.
        case nobody
    }

    /// A send that waits so long is worth a word.
    static let blockedAfter = Duration.seconds(1)
    /// Longer than most programs compute, and shorter than the patience of whoever looks.
    static let quietAfter = Duration.seconds(3)

    /// "server" and "client", or the other way round.
    let own: String
    let peer: String
    let isTCP: Bool
    /// The port that a server keeps when it closes first.
    let serverPort: UInt16?
    private(set) var ownEnd = EndState()
    private(set) var peerEnd = EndState()
    private(set) var firstToEnd: Who?
    private(set) var lastToSpeak: Who?
    /// What whoever spoke last has said, as far as its bytes were seen.
    private(set) var turn: (who: Who, what: Turn)?
    let source: Source
    private(set) var wasReset = false
    private(set) var hasSent = false
    /// The conclusion of the silence that goes on.
    private var toldOfSilence: String?
    private var hasToldBlocked = false

    init(isServer: Bool, isTCP: Bool, serverPort: UInt16?, source: Source? = nil) {
        self.source = source ?? (isServer ? .peer : .input)
        own = isServer ? "server" : "client"
        peer = isServer ? "client" : "server"
        self.isTCP = isTCP
        self.serverPort = serverPort
    }

    var isServer: Bool { own == "server" }

    /// The direction of what this side does.
    func direction(of operation: SocketError.Operation) -> String? {
        switch operation {
        case .receive: "\(peer) → \(own)"
        case .send, .finishSending: "\(own) → \(peer)"
        default: nil
        }
    }

    /// The sentences that an event adds to the story.
    mutating func take(_ event: Event) -> [Remark] {
        if case .looked(let look) = event { return looked(look) }
        toldOfSilence = nil
        switch event {
        case .opened: return [opened]
        case .received(_, let arrival):
            lastToSpeak = .peer
            // One send that arrived as one receive is what everybody expects.
            guard let arrival, arrival.segments != arrival.receives else { return [] }
            return [received(arrival)]
        case .sent: return sent()
        case .said(let who, let bytes):
            if turn?.who != who { turn = (who, Turn()) }
            turn?.what.take(bytes, nil)
            return []
        case .ended:
            peerEnd.finishSending()
            ownEnd.hearEnd()
            firstToEnd = firstToEnd ?? .peer
            return isTCP ? [ended] : []
        case .finished(let kernel):
            guard ownEnd.name == .established || ownEnd.name == .closeWait else { return [] }
            finishOwn()
            return isTCP ? [finished(kernel)] : []
        case .failed(let code): return failed(code)
        case .closed(let ownSocket, let peerSocket):
            if ownEnd.name == .established || ownEnd.name == .closeWait { finishOwn() }
            return isTCP ? [closed(ownSocket, peerSocket)] : []
        case .looked: return []
        }
    }

    private mutating func finishOwn() {
        ownEnd.finishSending()
        peerEnd.hearEnd()
        firstToEnd = firstToEnd ?? .own
    }

    private mutating func sent() -> [Remark] {
        lastToSpeak = .own
        var remarks: [Remark] = []
        if hasToldBlocked { remarks.append(flowsAgain) }
        hasToldBlocked = false
        if !hasSent { remarks.append(sendsUnknown) }
        hasSent = true
        return remarks
    }

    private mutating func failed(_ code: SocketError.Code) -> [Remark] {
        guard code == .reset, !wasReset else { return [] }
        wasReset = true
        let hadFinished = peerEnd.name == .finWait2 || peerEnd.name == .timeWait
        ownEnd.reset()
        peerEnd.reset()
        return [reset(hadFinished: hadFinished)]
    }

    private mutating func looked(_ look: Look) -> [Remark] {
        if let time = look.sendWaits {
            guard time >= Self.blockedAfter, !hasToldBlocked else { return [] }
            hasToldBlocked = true
            return [blocked(look, for: time)]
        }
        guard let time = look.receiveWaits, time >= Self.quietAfter else { return [] }
        let remark = quiet(look, for: time)
        // A program that has been at work may wait now; of one that waits nothing else is to be said.
        guard toldOfSilence == nil || toldOfSilence == "busy", toldOfSilence != remark.id else { return [] }
        toldOfSilence = remark.id
        return [remark]
    }
}
