internal import SockeyeSystem

/// Runs `body`, and cancels it when it takes longer than `limit`.
///
///     let reply = try await withTimeout(.seconds(5)) { try await connection.receive(upTo: 1024) }
///
/// It is cancellation with a clock: the operation that `body` waits in ends at once, and `withTimeout` throws `.timedOut`
/// with that operation's name and addresses. What the operation says of cancellation holds: a receive loses nothing, of a
/// send an unknown part has gone out.
///
/// The clock is that of an event loop: a time limit costs no system call. It costs two child tasks, which run where the
/// present task prefers to run, a handler's on its own loop.
///
/// - Parameters:
///   - limit: From now. Zero or less cancels at once. Not guaranteed: more than a millisecond of precision.
///   - body: Returns only when it has noticed its cancellation: all of Sockeye's operations do so at once.
/// - Returns: What `body` returned, also when the time ran out while it was finishing: nothing that is done is thrown away.
/// - Cancellation: cancels `body`, and throws what that throws.
/// - Throws: `.timedOut`; what else `body` throws; `.exhausted` when there can be no event loop.
public func withTimeout<Result: Sendable>(
    _ limit: Duration,
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    let loop = try EventLoopGroup.loop(nil)
    return try await withThrowingTaskGroup(of: TimedPart<Result>.self) { group in
        group.addTask {
            do {
                return .finished(.success(try await body()))
            } catch {
                return .finished(.failure(error))
            }
        }
        group.addTask { await LoopTimer.sleep(for: limit, on: loop) ? .timeIsUp : .clockStopped }
        var isTimeUp = false
        // Two parts: the body, and the clock, of which the first to end stops the other.
        while let part = try await group.next() {
            group.cancelAll()
            switch part {
            case .timeIsUp: isTimeUp = true
            case .clockStopped: continue
            case .finished(.success(let result)): return result
            case .finished(.failure(let error)): throw isTimeUp ? timedOut(error, limit) : error
            }
        }
        throw CancellationError()
    }
}

private enum TimedPart<Result: Sendable>: Sendable {
    case finished(Swift.Result<Result, any Error>)
    case timeIsUp
    case clockStopped
}

/// The error of a body that was cancelled by the clock. Another error than cancellation happened to come at that moment.
private func timedOut(_ error: any Error, _ limit: Duration) -> any Error {
    if error is CancellationError {
        return SocketError(SocketError.Code.timedOut, .wait, detail: "after \(limit)")
    }
    guard let error = error as? SocketError, error.code == .cancelled else { return error }
    return SocketError(
        SocketError.Code.timedOut,
        error.operation,
        localAddress: error.localAddress,
        remoteAddress: error.remoteAddress,
        detail: error.detail.map { "after \(limit); \($0)" } ?? "after \(limit)",
        attempts: error.attempts
    )
}
