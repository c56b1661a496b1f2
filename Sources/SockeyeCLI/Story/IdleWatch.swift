/// When a silence is looked into: once it is long enough, and while a program is at work again, since it may be done with that
/// and wait now.
struct IdleWatch: Sendable {
    /// 1 s at first, and up to 32 s: every look goes through all programs of the computer.
    private static let firstPause = Duration.seconds(1)
    private static let longestPause = Duration.seconds(32)

    private var turn: Int?
    private var told: String?
    private var next: ContinuousClock.Instant?
    private var pause = Self.firstPause

    /// - Parameter turn: Counts what has happened; another number is another silence.
    mutating func isDue(at now: ContinuousClock.Instant, turn: Int) -> Bool {
        if self.turn != turn {
            self = IdleWatch()
            self.turn = turn
        } else if next.map({ now < $0 }) ?? true {
            return false
        }
        next = now + pause
        pause = min(pause * 2, Self.longestPause)
        return true
    }

    /// Whether the conclusion is another one than before. Only a program at work is looked at again.
    mutating func isNew(_ id: String?) -> Bool {
        if id != "busy" { next = nil }
        defer { told = id }
        return told != id
    }
}
