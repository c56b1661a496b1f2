import Sockeye

/// How long a send gets nowhere, and on whom that is: a long send to a slow reader waits too, and is no standstill.
struct SendWait: Sendable {
    /// What the kernel says of the connection that is sent on.
    struct Evidence: Sendable {
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
        }
        unread = PeerSocket.behind(connection)?.unreadBytes
    }

    /// Where the bytes are, for a person.
    func places(_ peer: String) -> String {
        var places: [String] = []
        if let unread, unread > 0 {
            places.append("\(Quantity.bytes(unread)) are with the \(peer)'s computer and unread")
        }
        if inFlight > 0 { places.append("\(inFlight) are on their way") }
        if unsent > 0 { places.append("\(unsent) are not sent yet") }
        return places.isEmpty ? "" : " (\(places.joined(separator: ", ")))"
    }
}
