internal import CSockeye

/// A counter that a thread waits for, where a task cannot be suspended. In C: `sem_t`.
@safe
package final class Semaphore: Sendable {
    // SAFETY: set once, and a semaphore is made to be used from several threads.
    private nonisolated(unsafe) let raw: UnsafeMutableRawPointer?

    /// - Parameter places: How often it may be waited for before anybody has signalled.
    package init(places: Int = 0) {
        unsafe raw = sockeye_semaphore_create()
        for _ in 0..<places { signal() }
    }

    deinit {
        unsafe sockeye_semaphore_destroy(raw)
    }

    /// Lets one waiter go on, now or when it comes. In C: `sem_post`.
    package func signal() { unsafe sockeye_semaphore_signal(raw) }

    /// Blocks the thread until somebody has signalled. In C: `sem_wait`.
    package func wait() { unsafe sockeye_semaphore_wait(raw) }
}
