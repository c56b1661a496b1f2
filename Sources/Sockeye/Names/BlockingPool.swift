internal import SockeyeSystem
internal import Synchronization

/// A few threads for calls that block and cannot be made otherwise, so that neither a loop nor a task thread waits.
///
/// A thread is started when there is work and ends when there is none: names are looked up rarely, and an idle process
/// should hold nothing.
final class BlockingPool: Sendable {
    private struct State {
        var waiting: [@Sendable () -> Void] = []
        var threads = 0
    }

    private let state = Mutex(State())
    private let limit: Int

    /// 4 threads: enough that one dead name server does not hold up the rest, few enough that nothing floods it.
    static let names = BlockingPool(limit: 4)

    init(limit: Int) {
        self.limit = limit
    }

    /// Runs `work` on a thread of the pool; nil when the task was cancelled, and then its result is dropped when it
    /// comes: a call that blocks cannot be taken back.
    func run<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async throws(Errno) -> Result? {
        let answer = Answer<Result>()
        let failure = Mutex<Errno?>(nil)
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                guard answer.begin(continuation) else { return }
                do throws(Errno) {
                    try submit { answer.finish(work()) }
                } catch {
                    failure.withLock { $0 = error }
                    answer.finish(nil)
                }
            }
        } onCancel: {
            answer.finish(nil)
        }
        if let failure = failure.withLock({ $0 }) { throw failure }
        return answer.value
    }

    private func submit(_ work: @escaping @Sendable () -> Void) throws(Errno) {
        let startsThread = state.withLock { state in
            state.waiting.append(work)
            guard state.threads < limit else { return false }
            state.threads += 1
            return true
        }
        guard startsThread else { return }
        do {
            try Syscalls.startThread { self.workUntilDone() }
        } catch {
            let isStranded = state.withLock { state in
                state.threads -= 1
                if state.threads == 0, !state.waiting.isEmpty { state.waiting.removeLast() }
                return state.threads == 0
            }
            // Other threads are at work: one of them will come to it.
            if isStranded { throw error }
        }
    }

    private func workUntilDone() {
        while true {
            let work: (@Sendable () -> Void)? = state.withLock { state in
                guard !state.waiting.isEmpty else {
                    state.threads -= 1
                    return nil
                }
                return state.waiting.removeFirst()
            }
            guard let work else { return }
            work()
        }
    }
}

/// The result of one piece of work, or the end of waiting for it, whichever is first.
private final class Answer<Value: Sendable>: Sendable {
    private struct State {
        var continuation: CheckedContinuation<Void, Never>?
        var isFinished = false
        var value: Value?
    }

    private let state = Mutex(State())

    var value: Value? { state.withLock { $0.value } }

    /// False: finished already, and the continuation was resumed.
    func begin(_ continuation: CheckedContinuation<Void, Never>) -> Bool {
        let isFinished = state.withLock { state in
            if !state.isFinished { state.continuation = continuation }
            return state.isFinished
        }
        if isFinished { continuation.resume() }
        return !isFinished
    }

    func finish(_ value: Value?) {
        let continuation = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard !state.isFinished else { return nil }
            state.isFinished = true
            state.value = value
            defer { state.continuation = nil }
            return state.continuation
        }
        continuation?.resume()
    }
}
