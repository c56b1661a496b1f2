import ArgumentParser
import Sockeye
import SockeyeSystem

/// How SIGINT, SIGTERM and SIGHUP end a command: the first cancels its task, so that everything is closed in order, and a
/// second one, of somebody who will not wait, ends the process at once.
///
/// One thread takes all signals from the beginning of the process: a command that has not come to ``ends(undone:patience:_:onSignal:onSecondSignal:)``
/// yet, since it is stuck in `open` perhaps, is ended at once.
enum Interruption {
    /// What was going on was cut off: not done, and so not 0.
    private static let impatientStatus: Int32 = 1
    /// 10 ms: nobody presses a key twice in that time.
    private static let sameWishNanoseconds: UInt64 = 10_000_000
    /// 1 s for what is still to be written, where nobody may ever read it.
    private static let heldUpNanoseconds: UInt64 = 1_000_000_000

    private struct Ending: Sendable {
        let onSignal: @Sendable () -> Void
        var onSecondSignal: @Sendable () -> Void = {}
        var patience: Duration = .zero
    }

    private struct State {
        var ending: Ending?
        var isComing = false
        var wasInterrupted = false
        var wasHurried = false
        /// Why there is no thread.
        var failure: Errno?
    }

    private static let state = Locked(State())

    /// Takes signals from now on. Call it once, after they were prepared and before anything can block.
    static func begin() {
        do {
            try Syscalls.startThread { hear() }
        } catch {
            state.with { $0.failure = error }
        }
    }

    /// Somebody is about to be told that the command runs, and may end it at once: a signal that comes before
    /// ``ends(undone:patience:_:onSignal:onSecondSignal:)`` waits for that.
    static func isComing() {
        state.with { $0.isComing = true }
    }

    /// Runs `body` until it is done or a signal ends it; a signal is not an error.
    ///
    /// - Parameters:
    ///   - undone: What was not done although it was promised.
    ///   - patience: How long the first signal lets others finish.
    ///   - body: What is done.
    ///   - onSignal: What the first signal does to the task that runs `body`; it cancels it unless told otherwise.
    ///   - onSecondSignal: What is still to be done before the process ends at once. The process ends meanwhile if the task does.
    /// - Throws: what `body` throws; the status of somebody who would not wait, or of what was not done.
    static func ends(
        undone: Undone = .nothing,
        patience: Duration = .zero,
        _ body: @escaping @Sendable () async throws -> Void,
        onSignal: @escaping @Sendable (Task<Void, any Error>) -> Void = { $0.cancel() },
        onSecondSignal: @escaping @Sendable (Task<Void, any Error>) -> Void = { _ in }
    ) async throws {
        if let error = state.with(\.failure) {
            throw SocketError(error, .loop, detail: "no thread to wait for signals")
        }
        // It may tell somebody that it runs before this thread goes on.
        isComing()
        let task = LoopTask.start { try await body() }
        install(Ending(onSignal: { onSignal(task) }, onSecondSignal: { onSecondSignal(task) }, patience: patience))
        do {
            try await task.value
        } catch {
            if !state.with(\.wasInterrupted) { throw error }
        }
        if state.with(\.wasHurried) { throw ExitCode(impatientStatus) }
        guard state.with(\.wasInterrupted), let words = undone.words() else { return }
        Console.say("sockeye: \(words)")
        throw ExitCode(impatientStatus)
    }

    /// Lets a signal end the process with status 0 at once: for a command that holds nothing worth closing in order.
    static func endsAtOnce() {
        install(Ending(onSignal: { OrderlyExit.status(0) }))
    }

    private static func install(_ ending: Ending) {
        let isLate = state.with { state in
            state.ending = ending
            return state.wasInterrupted
        }
        if isLate { ending.onSignal() }
    }

    private static func hear() {
        let number = ThisProcess.waitForEndingSignal()
        let first = Syscalls.monotonicNanoseconds()
        let (ending, isComing) = state.with { state in
            state.wasInterrupted = true
            return (state.ending, state.isComing)
        }
        if let ending {
            aside(milliseconds: 0, ending.onSignal)
        } else if !isComing {
            if let held = HeldUp.present { aside(milliseconds: 200) { Console.say(held.words) } }
            exit(impatientStatus)
        }
        waitForImpatience(first, number)
        let onSecondSignal = state.with { state in
            state.wasHurried = true
            return state.ending?.onSecondSignal
        }
        aside(milliseconds: 1_000) { onSecondSignal?() }
        exit(impatientStatus)
    }

    /// Returns when a second signal comes; ends the process when the command cannot end by itself.
    private static func waitForImpatience(_ first: UInt64, _ firstNumber: Int32) {
        while true {
            let number = ThisProcess.waitForEndingSignal(milliseconds: 100)
            let now = Syscalls.monotonicNanoseconds()
            if number == 0 {
                let patience = state.with { $0.ending?.patience ?? .zero } / Duration.nanoseconds(1)
                guard let by = HeldUp.by(for: heldUpNanoseconds, since: first &+ UInt64(patience)) else { continue }
                // Standard error may be the same pipe.
                aside(milliseconds: 200) { Console.say(by.words) }
                exit(impatientStatus)
            }
            // `timeout` and some shells signal a program and then its group, which is one wish and not two; and that a terminal has
            // gone, both the shell and the kernel say.
            let isHangupAgain = number == ThisProcess.hangup && firstNumber == number
            if now &- first >= sameWishNanoseconds, !isHangupAgain { return }
        }
    }

    private static func exit(_ status: Int32) -> Never {
        aside(milliseconds: 200) { OrderlyExit.closeAll() }
        OrderlyExit.status(status)
    }

    /// Runs `body` on another thread, and waits so long for it at most: this one has to go on, whatever blocks there.
    private static func aside(milliseconds: Int, _ body: @escaping @Sendable () -> Void) {
        let isDone = Locked(false)
        do {
            try Syscalls.startThread {
                body()
                isDone.with { $0 = true }
            }
        } catch {
            return body()
        }
        for _ in 0..<milliseconds {
            if isDone.with(\.self) { return }
            ThisProcess.pause(milliseconds: 1)
        }
    }
}
