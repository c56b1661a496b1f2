internal import SockeyeSystem

/// Tasks that run on an event loop although nobody on one started them: for a program's first task and its unstructured
/// ones.
///
/// On the global pool the same work would cost two changes of thread for each wait, and the pool itself wakes up once a
/// second for ever after it has been used, so that an idle program would not be idle.
package enum LoopTask {
    /// Starts a task on the present loop, or on one of the shared ones.
    @discardableResult
    package static func start<Result: Sendable>(
        _ body: @escaping @Sendable () async throws -> Result
    ) -> Task<Result, any Error> {
        guard let loop = try? EventLoopGroup.loop(nil) else { return Task { try await body() } }
        return Task(executorPreference: loop) { try await body() }
    }

    /// Suspends the present task on a loop's clock. True: the time is over; false: the task was cancelled.
    @discardableResult
    package static func sleep(for duration: Duration) async -> Bool {
        guard let loop = try? EventLoopGroup.loop(nil) else { return false }
        return await LoopTimer.sleep(for: duration, on: loop)
    }
}
