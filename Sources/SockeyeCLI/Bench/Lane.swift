import Sockeye
import SockeyeSystem

/// One thread of the load: its connections, and a loop of its own that waits for them.
///
/// The library's loop with a task for each connection would do, and was tried: it costs a third more than a bare C loop, and
/// in a closed loop what the load costs is latency of the server to whoever reads the result (decision 22). So this is that
/// bare loop: one wait for many connections, then a receive, a comparison, a look at the clock and a send for each message,
/// and no allocation. What is said and checked is `Talker`'s business, what is counted `Tally`'s.
///
/// A value that its thread has alone: what a class would check at each access, that nobody else is at it, costs as much here
/// as the comparison of the bytes.
struct Lane: Sendable {
    let index: Int
    let plan: BenchPlan
    let traffic: Traffic
    let poller: LanePoller
    /// How things stood a moment ago, for whoever watches.
    let latest: Locked<Standing>

    var talkers: [Talker]
    var tally = Tally()
    /// Talkers that still have something to do.
    var busy = 0
    var address: SocketAddress = .unixUnnamed
    /// nil in a closed loop.
    var schedule: Schedule?
    /// How many messages have become due, and whether no more will.
    var dueCount = 0
    var isExhausted = false
    /// Talkers that wait before they connect again, and until when.
    var resting: [(index: Int, until: UInt64)] = []

    /// 50 ms: how often it tells how things stand, and hears that it is to end.
    private static let lookEvery: UInt64 = 50_000_000

    init(index: Int, plan: BenchPlan, connections: [Int]) throws(Errno) {
        self.index = index
        self.plan = plan
        traffic = plan.traffic
        poller = try LanePoller()
        latest = Locked(Standing())
        talkers = connections.map { Talker(index: $0, plan.traffic) }
    }

    // MARK: The loop

    /// Waits for events, not beyond `wakeUp`, and lets their talkers act.
    @inline(__always)
    mutating func turn(until wakeUp: UInt64, at now: UInt64) {
        for number in 0..<poller.wait(until: wakeUp, at: now) {
            let (index, bits) = poller.event(number)
            handle(index, bits)
        }
    }

    /// Works until all is done that was to be done. For its own thread.
    ///
    /// - Parameter wantsToEnd: Asked now and then.
    mutating func work(_ clock: BenchClock, _ wantsToEnd: Locked<Bool>) -> LaneOutcome {
        ProcessCost.sharpenTimers()
        var now = Syscalls.monotonicNanoseconds()
        var outcome = LaneOutcome(before: tally.standing(at: now), after: Standing(), ending: .finished)
        // Without a warm-up what goes out now counts, and so does the time from now on.
        var isMeasuring = now >= clock.start
        var stall = Stall(limit: BenchRun.nanoseconds(BenchPlan.patience) + (schedule?.pause ?? 0))
        var nextLook: UInt64 = 0
        busy = talkers.count
        for index in talkers.indices { begin(index, now) }
        while busy > 0 {
            now = Syscalls.monotonicNanoseconds()
            if !isMeasuring, now >= clock.start {
                outcome.before = tally.standing(at: now)
                isMeasuring = true
            }
            if now >= nextLook {
                nextLook = now + Self.lookEvery
                let standing = tally.standing(at: now)
                latest.with { $0 = standing }
                outcome.ending = ending(at: now, &stall, wantsToEnd)
            }
            if outcome.ending != .finished || now >= clock.end { break }
            if !resting.isEmpty { beginRested(now) }
            sendDue(now)
            let rested = resting.first?.until ?? .max
            turn(until: min(nextLook, nextDue, clock.next(after: now), rested), at: now)
        }
        now = Syscalls.monotonicNanoseconds()
        if outcome.ending == .finished, now >= clock.end { outcome.ending = .time }
        tally.end(at: now)
        outcome.after = tally.standing(at: now)
        bound(&outcome, isMeasuring ? clock.start : nil)
        drain(from: now, for: outcome.ending == .stalled ? .zero : BenchPlan.grace)
        return outcome
    }

    /// Where the measured time begins and ends, to the reply.
    ///
    /// - Parameter start: When the warm-up ended; nil when the run ended in it.
    private func bound(_ outcome: inout LaneOutcome, _ start: UInt64?) {
        // What came in the warm-up is not measured, nor is the warm-up.
        guard let start else { return outcome.before = outcome.after }
        guard outcome.ending == .finished else { return }
        // What was asked for was finished with its last reply, and not when that was noticed.
        if tally.lastAnswer > 0 { outcome.after.time = tally.lastAnswer }
        // And it was begun when the warm-up ended, if that was noticed a little later.
        if plan.count != nil { outcome.before.time = start }
    }

    private func ending(at now: UInt64, _ stall: inout Stall, _ wantsToEnd: Locked<Bool>) -> Ending {
        if wantsToEnd.with({ $0 }) { return .interrupted }
        return stall.isOver(answered: tally.answered, at: now) ? .stalled : .finished
    }

    /// What was sent in time may still be answered; then what was not is counted with its waiting.
    private mutating func drain(from end: UInt64, for grace: Duration) {
        let deadline = end + BenchRun.nanoseconds(grace)
        var now = end
        sendDue(end)
        for index in talkers.indices { begin(index, now) }
        while busy > 0, now < deadline {
            beginRested(now)
            turn(until: min(deadline, now + Self.lookEvery), at: now)
            now = Syscalls.monotonicNanoseconds()
        }
        for index in talkers.indices where talkers[index].state != .done { noteUnanswered(index, now) }
    }
}

/// What a lane's work came to.
struct LaneOutcome: Sendable {
    /// When measuring began, and when it ended.
    var before: Standing
    var after: Standing
    var ending: Ending
}
