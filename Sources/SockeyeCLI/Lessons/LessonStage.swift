import Sockeye
import SockeyeSystem

/// Where a lesson takes place: two threads, each with its lane, and a record of every call that they make.
///
/// A thread a side, as two programs would have, since what blocks is a thread. They wait for each other's *state* and
/// never for a time: "the server sleeps in its call" is read from the kernel, so the experiment comes out the same on a
/// machine that is busy.
final class LessonStage: Sendable {
    private struct State {
        var steps: [LessonStep] = []
        var checks: [LessonCheck] = []
        /// The threads that are in a call now.
        var calling: [LessonLane: ThreadState] = [:]
        var failure: (any Error)?
        var running = 0
        var waiter: CheckedContinuation<Void, Never>?
    }

    private let state = Locked(State())
    private let start = ContinuousClock.now

    var steps: [LessonStep] { state.with(\.steps) }
    var checks: [LessonCheck] { state.with(\.checks) }

    private var now: Duration { .now - start }

    // MARK: Steps

    /// Makes a call, and keeps what it was, how long it took, whether it slept, and what came of it.
    ///
    /// - Parameters:
    ///   - carries: Whether it sends something to the other side: an arrow in the timeline.
    ///   - result: What came of it, in words; nothing for a call whose success says all.
    @discardableResult
    func step<Result: ~Copyable>(
        _ lane: LessonLane,
        _ call: String,
        carries: LessonStep.Arrow? = nil,
        _ body: () throws(SocketError) -> Result,
        result words: (borrowing Result, LessonStep) -> String? = { _, _ in nil }
    ) throws(SocketError) -> Result {
        let index = begin(LessonStep(lane: lane, call: call, arrow: carries, start: now))
        // Only now: waiting for the record's own lock does not count.
        let before = ThisProcess.threadWaits
        do throws(SocketError) {
            let result = try body()
            let end = end(index, lane, before, nil)
            let text = words(result, end)
            state.with { $0.steps[index].result = text }
            return result
        } catch {
            _ = end(index, lane, before, error)
            throw error
        }
    }

    /// A call that is expected to fail.
    ///
    /// - Returns: How it failed; nil when it did not.
    func failingStep(
        _ lane: LessonLane,
        _ call: String,
        carries: LessonStep.Arrow? = nil,
        _ body: () throws(SocketError) -> Void
    ) -> SocketError? {
        do throws(SocketError) {
            try step(lane, call, carries: carries, body)
            return nil
        } catch {
            return error
        }
    }

    private func begin(_ step: LessonStep) -> Int {
        let thread = ThreadState.current
        return state.with { state in
            state.steps.append(step)
            if let lane = step.lane { state.calling[lane] = thread }
            return state.steps.count - 1
        }
    }

    private func end(_ index: Int, _ lane: LessonLane, _ before: Int64, _ error: SocketError?) -> LessonStep {
        let hasWaited = ThisProcess.threadWaits > before
        let end = now
        return state.with { state in
            state.calling[lane] = nil
            state.steps[index].end = end
            state.steps[index].isOver = true
            state.steps[index].hasWaited = hasWaited
            state.steps[index].error = error
            return state.steps[index]
        }
    }

    /// Words between the steps, across both lanes.
    func note(_ words: String) {
        let now = now
        state.with { $0.steps.append(LessonStep(lane: nil, call: words, arrow: nil, start: now)) }
    }

    // MARK: Waiting for the other side

    /// Blocks this thread until the other one sleeps in its call.
    func waitUntilBlocked(_ lane: LessonLane) {
        while true {
            if let thread = state.with({ $0.calling[lane] }), thread.isAsleep {
                // Long enough that a person sees the wait in the timeline.
                ThisProcess.pause(milliseconds: 20)
                return
            }
            if state.with({ $0.failure != nil }) { return }
            ThisProcess.pause(milliseconds: 1)
        }
    }

    // MARK: Both sides

    /// Runs each side on a thread of its own, and returns when both are done.
    ///
    /// - Throws: the first failure, at once: the other side may wait for ever then, and is left behind.
    func together(
        server: @escaping @Sendable () throws -> Void,
        client: @escaping @Sendable () throws -> Void
    ) async throws {
        state.with { $0.running = 2 }
        for body in [server, client] {
            do {
                try Syscalls.startThread { self.run(body) }
            } catch {
                finish(SocketError(error, .loop, detail: "no thread for a lesson"))
            }
        }
        await withCheckedContinuation { waiter in
            let isOver = state.with { state in
                let isOver = state.running == 0 || state.failure != nil
                if !isOver { state.waiter = waiter }
                return isOver
            }
            if isOver { waiter.resume() }
        }
        if let failure = state.with(\.failure) { throw failure }
    }

    /// Gives up what goes on: a side that waits for ever is left behind.
    func giveUp(_ failure: any Error) {
        let waiter = state.with { state in
            if state.failure == nil { state.failure = failure }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    private func run(_ body: () throws -> Void) {
        do {
            try body()
            finish(nil)
        } catch {
            finish(error)
        }
    }

    private func finish(_ failure: (any Error)?) {
        let waiter = state.with { state -> CheckedContinuation<Void, Never>? in
            state.running -= 1
            if state.failure == nil { state.failure = failure }
            guard state.running == 0 || state.failure != nil else { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    // MARK: What it has taught

    /// Asserts that something has happened: a lesson that shows something else has failed.
    func check(_ words: String, _ holds: Bool) {
        state.with { $0.checks.append(LessonCheck(words: words, holds: holds)) }
    }

    /// The first step of a lane whose call begins like this.
    func step(_ lane: LessonLane, _ call: String) -> LessonStep? {
        steps.first { $0.lane == lane && $0.call.hasPrefix(call) }
    }
}

/// One of the two programs of a lesson.
enum LessonLane: String, Sendable, CaseIterable {
    case server
    case client

    var other: LessonLane { self == .server ? .client : .server }
}

/// One call of one side, or words between them.
struct LessonStep: Sendable {
    /// What goes to the other side.
    enum Arrow: String, Sendable {
        /// It arrives.
        case delivered
        /// It is lost on the way.
        case lost
    }

    /// nil for words that are across both lanes.
    let lane: LessonLane?
    let call: String
    let arrow: Arrow?
    /// Since the lesson began.
    let start: Duration
    var end: Duration
    /// It has returned: a lesson that ends early leaves calls behind that have not.
    var isOver = false
    /// It slept until something happened.
    var hasWaited = false
    var result: String?
    var error: SocketError?

    /// 10 ms: a lesson lets its waits last twice as long, and a lock of the kernel makes a thread sleep for less.
    private static let instant = Duration.milliseconds(10)

    /// It slept for the other side, and not just for an instant.
    var hasBlocked: Bool { hasWaited && duration > Self.instant }

    init(lane: LessonLane?, call: String, arrow: Arrow?, start: Duration) {
        self.lane = lane
        self.call = call
        self.arrow = arrow
        self.start = start
        end = start
    }

    var duration: Duration { end - start }

    /// What came of it, in words.
    var outcome: String {
        let time = hasWaited ? "after \(Quantity.time(duration))" : "at once"
        if let error { return "\(time): \(error.errno?.description ?? error.code.words)" }
        return result.map { "\(time): \($0)" } ?? time
    }
}

/// Something that a lesson asserts.
struct LessonCheck: Sendable, Equatable {
    let words: String
    let holds: Bool
}
