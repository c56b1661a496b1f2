import Sockeye

/// How long a send gets nowhere, and on whom that is: a long send to a slow reader waits too, and is no standstill.
struct SendWait: Sendable {
    /// What the kernel says of the connection that is sent on.
    struct Evidence: Sendable, Equatable {
        /// Bytes that the peer's kernel has taken so far; nil where nobody counts, as for Unix sockets.
        var acknowledged: UInt64?
        /// Bytes that were sent and that the peer's kernel has not confirmed.
        var inFlight = 0
        /// Bytes that have not been sent at all.
        var unsent = 0
        /// What the peer's kernel has room for.
        var window = 0
        /// What the peer's program has not received; nil when it is not on this computer.
        var unread: Int?

        /// Bytes that this side has sent and that the peer's kernel does not have, as far as is known.
        var underWay: Int { inFlight + unsent }

        /// The peer's buffer is full, since its program takes nothing; if not, the network holds things up.
        var isPeerNotReading: Bool { inFlight == 0 || window == 0 || (unread ?? 0) > 0 }
    }

    private var since: ContinuousClock.Instant?
    private var acknowledged: UInt64?

    /// - Returns: how long nothing has moved; nil when nothing waits.
    mutating func look(isWaiting: Bool, _ evidence: @autoclosure () -> Evidence, at now: ContinuousClock.Instant)
        -> (time: Duration, evidence: Evidence)?
    {
        guard isWaiting else {
            since = nil
            return nil
        }
        let evidence = evidence()
        if evidence.acknowledged != acknowledged { since = nil }
        acknowledged = evidence.acknowledged
        let start = since ?? now
        since = start
        return (now - start, evidence)
    }
}

extension SendWait {
    static func networkWords(_ peer: String, _ evidence: Evidence) -> String {
        """
        nothing is acknowledged by the \(peer)'s computer\(evidence.places(peer)). That is the network, which loses or \
        delays packets, or a computer that is gone; whether the \(peer) reads cannot be seen
        """
    }
}

extension SendWait.Evidence {
    init(_ connection: Connection) {
        if let now = try? connection.statistics {
            acknowledged = now.acknowledgedBytes
            (inFlight, unsent, window) = (now.bytesInFlight, now.unsentBytes, now.peerWindowBytes)
            // The end, which is sent last, counts as a byte.
            let end = connection.hasFinishedSending ? 1 : 0
            if unsent > 0 { unsent -= end } else { inFlight = max(inFlight - end, 0) }
        }
        // Afterwards: what arrives in between is counted twice, and nothing is said to be lost.
        unread = PeerSocket.behind(connection)?.unreadBytes
    }

    /// Where the bytes are, for a person.
    func places(_ peer: String) -> String {
        var places: [String] = []
        if let unread, unread > 0 {
            places.append("\(Quantity.bytes(unread)) are with the \(peer)'s computer and unread")
        }
        return parenthesis(places + unacknowledged)
    }

    /// What bytes are there for a side whose program is silent, for a sentence that goes on with a reason.
    func delay(of peer: String) -> String {
        if isPeerNotReading {
            return "the \(peer) does not read, and its computer's buffer is full\(places(peer))"
        }
        let amounts = unacknowledged.joined(separator: ", ")
        return "of the bytes for the \(peer) \(amounts): they take their time, or get lost in the network"
    }

    private var unacknowledged: [String] {
        (inFlight > 0 ? ["\(inFlight) are sent and not acknowledged by its computer"] : [])
            + (unsent > 0 ? ["\(unsent) are not sent yet"] : [])
    }

    private func parenthesis(_ places: [String]) -> String {
        places.isEmpty ? "" : " (\(places.joined(separator: ", ")))"
    }
}
