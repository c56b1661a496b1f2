/// Both sides are quiet: what that means, as far as a middle can know. A pure mapping from what was seen to words.
struct RelayIdle: Equatable {
    /// How long nothing was sent.
    var time: Duration
    /// The sides that have finished sending.
    var ended: Set<RelaySide>
    /// Bytes that the relay has sent to a side and that its kernel does not have yet.
    var inFlight: [RelaySide: Int] = [:]
    /// Bytes that are with a side's kernel and that its program has not received: known on this computer only.
    var unread: [RelaySide: Int] = [:]
    /// The same where nobody tells how many.
    var unreadUncounted: Set<RelaySide> = []
    /// The side that spoke last, and the last byte that it sent.
    var last: RelaySide?
    var lastByte: UInt8?

    /// nil: nothing can be said with certainty.
    var words: String? {
        let time = "for \(Quantity.time(time)) nothing was sent"
        for side in RelaySide.allCases where (inFlight[side] ?? 0) > 0 {
            return """
                \(time), and \(Quantity.bytes(inFlight[side] ?? 0)) for the \(side.rawValue) are still on their way: its \
                kernel has not acknowledged them
                """
        }
        for side in RelaySide.allCases where (unread[side] ?? 0) > 0 || unreadUncounted.contains(side) {
            let what = unread[side].map { "\(Quantity.bytes($0)) that are" } ?? "all that is"
            return """
                \(time); the \(side.rawValue) has not received \(what) there for it: it is busy, or waits for something \
                else than its socket
                """
        }
        if ended.count == 2 { return nil }
        if let finished = ended.first {
            return """
                \(time) and nothing is in flight. The \(finished.rawValue) has finished and waits for the \
                \(finished.other.rawValue), which neither sends nor closes
                """
        }
        return "\(time) and nothing is in flight: both sides are waiting to read, each for the other. \(hint)"
    }

    private var hint: String {
        guard let last else { return "Neither has sent anything: each believes that it is the other's turn" }
        let spoke = "The \(last.rawValue) spoke last"
        if lastByte != UInt8(ascii: "\n") {
            return """
                \(spoke), and its last byte is no newline. If the \(last.other.rawValue) reads a line, or until the end \
                (FIN), or more bytes than came, it still waits for them
                """
        }
        return """
            \(spoke), with a whole line. If an answer was expected, the \(last.other.rawValue) still waits for more: an \
            empty line, a longer message, or the end (FIN)
            """
    }
}
