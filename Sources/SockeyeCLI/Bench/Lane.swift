import Sockeye
import SockeyeSystem

/// One thread of the load: its connections, and a loop of its own that waits for them.
///
/// The library's loop with a task for each connection would do, and was tried: it costs a third more than a bare C loop, and
/// in a closed loop what the load costs is latency of the server to whoever reads the result (decision 22). So this is that
/// bare loop: one wait for many connections, then a receive, a comparison, a look at the clock and a send for each message,
/// and no allocation. What is said and checked is `Talker`'s business, what is counted `Tally`'s.
@safe final class Lane: @unchecked Sendable {
    // Sendable because one thread at a time has it, each starting when the one before has ended, and `latest` is locked.
    let index: Int
    let plan: BenchPlan
    let traffic: Traffic
    /// How things stood a moment ago, for whoever watches.
    let latest = Locked(Standing())

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

    private let epoll: Int32
    private let events: UnsafeMutablePointer<Syscalls.Event>
    let inbox: UnsafeMutableRawPointer
    /// 256: as many as the kernel is asked for by the servers that this is to load.
    private static let eventsAtOnce = 256
    /// 50 ms: how often it tells how things stand, and hears that it is to end.
    private static let lookEvery: UInt64 = 50_000_000

    init(index: Int, plan: BenchPlan, connections: [Int]) throws(SocketError) {
        self.index = index
        self.plan = plan
        traffic = plan.traffic
        talkers = connections.map { Talker(index: $0, plan.traffic) }
        do throws(Errno) {
            epoll = try Syscalls.epollCreate()
        } catch {
            throw SocketError(error, .loop)
        }
        unsafe events = .allocate(capacity: Self.eventsAtOnce)
        unsafe inbox = .allocate(byteCount: Traffic.longestPiece, alignment: 64)
    }

    deinit {
        for talker in talkers where talker.descriptor >= 0 { Syscalls.close(talker.descriptor) }
        Syscalls.close(epoll)
        unsafe events.deallocate()
        unsafe inbox.deallocate()
    }

    /// Runs `body` on a thread of its own.
    func onThread<Result: Sendable>(_ body: @escaping @Sendable (Lane) -> Result) async throws(SocketError) -> Result {
        let outcome = await withCheckedContinuation {
            (continuation: CheckedContinuation<Swift.Result<Result, Errno>, Never>) in
            do throws(Errno) {
                try Syscalls.startThread { continuation.resume(returning: .success(body(self))) }
            } catch {
                continuation.resume(returning: .failure(error))
            }
        }
        do throws(Errno) {
            return try outcome.get()
        } catch {
            throw SocketError(error, .loop, detail: "no thread for the load")
        }
    }

    // MARK: The loop

    /// Watches a talker's descriptor, in both directions and edge-triggered.
    func watch(_ index: Int) throws(Errno) {
        // An event brings back a pointer; here it is a number that is never followed. 0 would be none.
        try unsafe Syscalls.epollAdd(
            epoll,
            talkers[index].descriptor,
            owner: UnsafeMutableRawPointer(bitPattern: index + 1)
        )
    }

    /// Waits for events, not beyond `wakeUp`, and hands each to `handle`.
    @inline(__always)
    func wait(until wakeUp: UInt64, at now: UInt64, _ handle: (Int, UInt32) -> Void) {
        let count: Int
        do throws(Errno) {
            count = try unsafe Syscalls.epollWait(
                epoll,
                events,
                capacity: Int32(Self.eventsAtOnce),
                nanoseconds: wakeUp > now ? Int64(wakeUp - now) : 0
            )
        } catch {
            preconditionFailure("epoll_wait: \(error)")  // SAFETY: a bug of ours, never an answer to input.
        }
        for number in 0..<count {
            let (owner, bits) = unsafe Syscalls.read(events + number)
            handle(Int(bitPattern: owner) &- 1, bits)
        }
    }

    /// Works until all is done that was to be done. For its own thread.
    ///
    /// - Parameter wantsToEnd: Asked now and then.
    func work(_ clock: BenchClock, _ wantsToEnd: Locked<Bool>) -> LaneOutcome {
        ProcessCost.sharpenTimers()
        var now = Syscalls.monotonicNanoseconds()
        var outcome = LaneOutcome(before: tally.standing(at: now), after: Standing(), ending: .finished)
        var isMeasuring = false
        var stall = Stall(limit: BenchRun.nanoseconds(BenchPlan.patience))
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
                latest.with { $0 = tally.standing(at: now) }
                outcome.ending = ending(at: now, &stall, wantsToEnd)
            }
            if outcome.ending != .finished || now >= clock.end { break }
            if !resting.isEmpty { beginRested(now) }
            sendDue(now)
            let rested = resting.first?.until ?? .max
            wait(until: min(nextLook, nextDue, clock.next(after: now), rested), at: now, handle)
        }
        now = Syscalls.monotonicNanoseconds()
        if outcome.ending == .finished, now >= clock.end { outcome.ending = .time }
        tally.end(at: now)
        outcome.after = tally.standing(at: now)
        // What was asked for was finished with its last reply, and not when that was noticed.
        if outcome.ending == .finished, tally.lastAnswer > 0 { outcome.after.time = tally.lastAnswer }
        drain(from: now, for: outcome.ending == .stalled ? .zero : BenchPlan.grace)
        return outcome
    }

    private func ending(at now: UInt64, _ stall: inout Stall, _ wantsToEnd: Locked<Bool>) -> Ending {
        if wantsToEnd.with({ $0 }) { return .interrupted }
        return stall.isOver(answered: tally.answered, at: now) ? .stalled : .finished
    }

    /// What was sent in time may still be answered; then what was not is counted with its waiting.
    private func drain(from end: UInt64, for grace: Duration) {
        let deadline = end + BenchRun.nanoseconds(grace)
        var now = end
        sendDue(end)
        for index in talkers.indices { begin(index, now) }
        while busy > 0, now < deadline {
            beginRested(now)
            wait(until: min(deadline, now + Self.lookEvery), at: now, handle)
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
