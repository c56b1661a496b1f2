/// Why a run ended.
enum Ending: String, Sendable {
    /// The time was up.
    case time
    /// The messages that were asked for have been answered, or no connection was left, before the time was up.
    case finished
    /// A signal.
    case interrupted
    /// Nothing came for too long.
    case stalled
}

/// The times between which is measured.
struct BenchClock: Sendable {
    let start: UInt64
    let end: UInt64

    /// The next of the two.
    func next(after now: UInt64) -> UInt64 { now < start ? start : end }
}

/// Notices that nothing comes any more.
struct Stall {
    let limit: UInt64
    private var answered = -1
    private var since: UInt64 = 0

    init(limit: UInt64) { self.limit = limit }

    mutating func isOver(answered now: Int, at time: UInt64) -> Bool {
        if now != answered { (answered, since) = (now, time) }
        return time - since >= limit
    }
}
