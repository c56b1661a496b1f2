import ArgumentParser
import Sockeye
import SockeyeSystem

/// How SIGINT and SIGTERM end a command: the first cancels its task, so that everything is closed in order, and a
/// second one, of somebody who will not wait, ends the process at once.
enum Interruption {
    /// What was going on was cut off: not done, and so not 0.
    private static let impatientStatus: Int32 = 1
    /// 10 ms: nobody presses a key twice in that time.
    private static let sameWishNanoseconds: UInt64 = 10_000_000

    /// Runs `body` until it is done or a signal ends it; a signal is not an error.
    ///
    /// - Parameters:
    ///   - onSignal: What the first signal does to the task that runs `body`; it cancels it unless told otherwise.
    ///   - onSecondSignal: What is still to be done before the process ends at once. The process ends meanwhile if the task does.
    /// - Throws: what `body` throws; the status of somebody who would not wait.
    static func ends(
        _ body: @escaping @Sendable () async throws -> Void,
        onSignal: @escaping @Sendable (Task<Void, any Error>) -> Void = { $0.cancel() },
        onSecondSignal: @escaping @Sendable (Task<Void, any Error>) -> Void = { _ in }
    ) async throws {
        let task = LoopTask.start { try await body() }
        let wasInterrupted = Locked(false)
        let wasHurried = Locked(false)
        do {
            try Syscalls.startThread {
                _ = ThisProcess.waitForEndingSignal()
                wasInterrupted.with { $0 = true }
                let first = Syscalls.monotonicNanoseconds()
                onSignal(task)
                // `timeout` and some shells signal a program and then its group, which is one wish and not two.
                repeat {
                    _ = ThisProcess.waitForEndingSignal()
                } while Syscalls.monotonicNanoseconds() &- first < sameWishNanoseconds
                wasHurried.with { $0 = true }
                onSecondSignal(task)
                OrderlyExit.status(impatientStatus)
            }
        } catch {
            throw SocketError(error, .loop, detail: "no thread to wait for signals")
        }
        do {
            try await task.value
        } catch {
            if !wasInterrupted.with({ $0 }) { throw error }
        }
        if wasHurried.with({ $0 }) { throw ExitCode(impatientStatus) }
    }

    /// Lets a signal end the process with status 0 at once: for a command that holds nothing worth closing in order.
    static func endsAtOnce() {
        // Without a thread to spare a signal is not heard, which is no reason not to go on.
        try? Syscalls.startThread {
            _ = ThisProcess.waitForEndingSignal()
            OrderlyExit.status(0)
        }
    }
}
