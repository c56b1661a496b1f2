internal import SockeyeSystem

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
        await Alarm().sleep(atMost: duration, on: loop) == .timeIsUp
    }
}
