internal import Synchronization

/// One task's sleep until somebody rings, a time is over, or it is cancelled, whichever is first.
///
/// For one sleep: make a new alarm for the next.
@safe final class Alarm: @unchecked Sendable {
    // Sendable because `continuation` is written before the step to `.asleep` and read by the one that leaves it.
    enum State: UInt8, AtomicRepresentable { case new, asleep, rung, timeIsUp, cancelled }
    private let state = Atomic<State>(.new)
    private var continuation: UnsafeContinuation<Void, Never>?

    /// Sleeps; one that has rung already returns at once.
    ///
    /// - Parameter limit: nil for no limit.
    func sleep(atMost limit: Duration?, on loop: EventLoop) async -> State {
        let timer = limit.map { limit in
            LoopTimer(after: limit) { self.wake(.timeIsUp) }
        }
        await withTaskCancellationHandler {
            unsafe await withUnsafeContinuation { continuation in
                unsafe self.continuation = unsafe continuation
                if move(from: .new, to: .asleep) {
                    if let timer { loop.start(timer) }
                } else {
                    unsafe continuation.resume()
                }
            }
        } onCancel: {
            wake(.cancelled)
        }
        if let timer { loop.stop(timer) }
        return state.load(ordering: .acquiring)
    }

    /// Ends the sleep, or keeps it from beginning.
    func ring() {
        wake(.rung)
    }

    private func wake(_ reason: State) {
        if move(from: .new, to: reason) { return }
        guard move(from: .asleep, to: reason) else { return }
        unsafe continuation?.resume()
    }

    private func move(from old: State, to new: State) -> Bool {
        state.compareExchange(expected: old, desired: new, ordering: .acquiringAndReleasing).exchanged
    }
}
