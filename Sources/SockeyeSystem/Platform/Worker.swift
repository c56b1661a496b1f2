/// One thread for calls that block and that no event loop can wait for, such as reading a file or a terminal.
///
/// The thread is started with the first piece of work and lives as long as the process: there are one or two of them.
package final class Worker: Sendable {
    private struct State {
        var waiting: [@Sendable () -> Void] = []
        var hasThread = false
    }

    private let state = Locked(State())
    private let wakeUp = Semaphore()

    package init() {}

    /// Runs `work` on the thread, after what was submitted before.
    ///
    /// Should no thread be left in the whole system, the work is done here and now: late is better than never.
    package func submit(_ work: @escaping @Sendable () -> Void) {
        let startsThread = state.with { state in
            state.waiting.append(work)
            defer { state.hasThread = true }
            return !state.hasThread
        }
        if startsThread {
            do {
                try Syscalls.startThread { self.workForEver() }
            } catch {
                state.with { state in state.hasThread = false }
                runNext()
                return
            }
        }
        wakeUp.signal()
    }

    /// Runs `work` on the thread and suspends the task until it is done.
    package func run<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            submit { continuation.resume(returning: work()) }
        }
    }

    private func workForEver() {
        while true {
            wakeUp.wait()
            runNext()
        }
    }

    private func runNext() {
        let next = state.with { state in state.waiting.isEmpty ? nil : state.waiting.removeFirst() }
        next?()
    }
}
