internal import SockeyeSystem
internal import Synchronization

/// A few threads for calls that block and cannot be made otherwise, so that neither a loop nor a task thread waits.
///
/// A thread is started when there is work and ends when there is none: names are looked up rarely, and an idle process
/// should hold nothing.
final class BlockingPool: Sendable {
    private typealias Work = any PooledWork

    private struct State {
        var waiting: [Work] = []
        var threads = 0
    }

    private let state = Mutex(State())
    private let limit: Int

    /// 4 threads: enough that one dead name server does not hold up the rest, few enough that nothing floods it.
    static let names = BlockingPool(limit: 4)

    init(limit: Int) {
        self.limit = limit
    }

    /// How much waits for a thread.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// Runs `work` on a thread of the pool; nil when the task was cancelled. A call that blocks cannot be taken back, so its
    /// result is then dropped when it comes; what no thread has begun is not begun any more, or those who give up and ask
    /// again would fill the queue of a name server that does not answer.
    func run<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async throws(Errno) -> Result? {
        let answer = Answer(work)
        await withTaskCancellationHandler {
            await answer.outcome.wait { submit(answer) }
        } onCancel: {
            state.withLock { $0.waiting.removeAll { $0 === answer } }
            answer.outcome.fulfill(.success(nil))
        }
        return try answer.outcome.value?.get()
    }

    private func submit(_ work: Work) {
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
            // Other threads that are at work come to it; when there are none, nobody ever would, nor to what others have
            // added in the hope of the thread that did not start.
            let stranded = state.withLock { state in
                state.threads -= 1
                defer { if state.threads == 0 { state.waiting = [] } }
                return state.threads == 0 ? state.waiting : []
            }
            for work in stranded { work.fail(error) }
        }
    }

    private func workUntilDone() {
        while true {
            let work = state.withLock { state -> Work? in
                guard !state.waiting.isEmpty else {
                    state.threads -= 1
                    return nil
                }
                return state.waiting.removeFirst()
            }
            guard let work else { return }
            work.run()
        }
    }
}

/// What waits for a thread, whatever its result is.
private protocol PooledWork: AnyObject, Sendable {
    func run()
    func fail(_ error: Errno)
}

/// One piece of work and its outcome, which is nil where the wait ended first.
private final class Answer<Value: Sendable>: PooledWork {
    let outcome = Promise<Result<Value?, Errno>>()
    private let work: @Sendable () -> Value

    init(_ work: @escaping @Sendable () -> Value) {
        self.work = work
    }

    func run() {
        // Given up between leaving the queue and now.
        if outcome.value != nil { return }
        outcome.fulfill(.success(work()))
    }

    func fail(_ error: Errno) { outcome.fulfill(.failure(error)) }
}
