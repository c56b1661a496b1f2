internal import SockeyeSystem
internal import Synchronization

/// A point in time on a loop's own clock, at which the loop does something, once.
final class LoopTimer: @unchecked Sendable {
    // Sendable because `heapIndex` is the loop thread's alone, and the rest never changes.
    /// Nanoseconds of the monotonic clock.
    let deadline: UInt64
    /// Where the loop's heap holds it.
    var heapIndex = LoopTimer.notInHeap
    static let notInHeap = -1
    /// Runs on the loop's thread, so it is short.
    let action: @Sendable () -> Void

    init(after duration: Duration, action: @escaping @Sendable () -> Void) {
        let (seconds, attoseconds) = duration.components
        // A negative time is now, and one beyond some 290 years is never.
        let whole = UInt64(clamping: seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let fraction = UInt64(clamping: attoseconds / 1_000_000_000)
        let sum = (Syscalls.monotonicNanoseconds() &+ fraction).addingReportingOverflow(whole.partialValue)
        deadline = whole.overflow || sum.overflow ? .max : sum.partialValue
        self.action = action
    }

    /// Suspends the task for `duration`. True: the time is over; false: the task was cancelled before.
    static func sleep(for duration: Duration, on loop: EventLoop) async -> Bool {
        let sleeper = Sleeper()
        let timer = LoopTimer(after: duration) { sleeper.wake(.timeIsUp) }
        await withTaskCancellationHandler {
            unsafe await withUnsafeContinuation { continuation in
                if unsafe sleeper.begin(continuation) { loop.start(timer) } else { unsafe continuation.resume() }
            }
        } onCancel: {
            if sleeper.wake(.cancelled) { loop.stop(timer) }
        }
        return sleeper.wasWoken(by: .timeIsUp)
    }
}

/// A task that sleeps until the first of two things happens.
@safe private final class Sleeper: @unchecked Sendable {
    // Sendable because `continuation` is written before the step to `.asleep` and read by the one that leaves it.
    enum State: UInt8, AtomicRepresentable { case new, asleep, timeIsUp, cancelled }
    private let state = Atomic<State>(.new)
    private var continuation: UnsafeContinuation<Void, Never>?

    /// False: it was cancelled before it could fall asleep.
    func begin(_ continuation: UnsafeContinuation<Void, Never>) -> Bool {
        unsafe self.continuation = unsafe continuation
        return move(from: .new, to: .asleep)
    }

    /// True: a sleeping task was woken. One that is not asleep yet will not fall asleep.
    @discardableResult
    func wake(_ reason: State) -> Bool {
        if move(from: .new, to: reason) { return false }
        guard move(from: .asleep, to: reason) else { return false }
        unsafe continuation?.resume()
        return true
    }

    func wasWoken(by reason: State) -> Bool { state.load(ordering: .acquiring) == reason }

    private func move(from old: State, to new: State) -> Bool {
        state.compareExchange(expected: old, desired: new, ordering: .acquiringAndReleasing).exchanged
    }
}
