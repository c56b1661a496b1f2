import Foundation
import Synchronization
import Testing

/// Runs each test of a suite on a thread of its own, because it blocks: it starts programs and waits for them.
///
/// The pool that all tests share has a thread for each core. Two tests that wait for a program would take both, and every
/// test of the library that runs at the same time would stand still until its time limit is over.
struct OwnThread: SuiteTrait, TestTrait, TestScoping {
    var isRecursive: Bool { true }

    @concurrent
    func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        try await withTaskExecutorPreference(ThreadForEachJob.shared) { try await function() }
    }
}

extension Trait where Self == OwnThread {
    static var ownThread: Self { OwnThread() }
}

/// A job gets a thread that waits for work, or a new one, so that none ever waits for another that blocks.
private final class ThreadForEachJob: TaskExecutor {
    static let shared = ThreadForEachJob()

    private struct State {
        var jobs: [UnownedJob] = []
        var idleThreads = 0
    }

    private let state = Mutex(State())
    private let work = DispatchSemaphore(value: 0)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        let needsThread = state.withLock { state in
            state.jobs.append(job)
            return state.jobs.count > state.idleThreads
        }
        if needsThread { Thread.detachNewThread { self.workForEver() } }
        work.signal()
    }

    private func workForEver() {
        while true {
            state.withLock { $0.idleThreads += 1 }
            work.wait()
            let job = state.withLock { state in
                state.idleThreads -= 1
                return state.jobs.isEmpty ? nil : state.jobs.removeFirst()
            }
            if let job { unsafe job.runSynchronously(on: asUnownedTaskExecutor()) }
        }
    }
}
