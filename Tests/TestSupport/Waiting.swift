import Foundation
public import Sockeye
public import SockeyeSystem
import Synchronization
public import Testing

/// Counts what has happened, and lets a task wait until it has happened often enough.
public final class Tally: Sendable {
    public init() {}

    private struct State {
        var count = 0
        var waiting: [(goal: Int, continuation: CheckedContinuation<Void, Never>)] = []
    }
    private let state = Mutex(State())

    public var count: Int { state.withLock { $0.count } }

    /// - Returns: The count with this one, which another task may have raised by the time somebody asks for it.
    @discardableResult
    public func add(_ amount: Int = 1) -> Int {
        let (count, reached) = state.withLock { state in
            state.count += amount
            let count = state.count
            let reached = state.waiting.filter { $0.goal <= count }
            state.waiting.removeAll { $0.goal <= count }
            return (count, reached)
        }
        for one in reached { one.continuation.resume() }
        return count
    }

    public func reach(_ goal: Int = 1) async {
        await withCheckedContinuation { continuation in
            let isReached = state.withLock { state in
                if state.count < goal { state.waiting.append((goal, continuation)) }
                return state.count >= goal
            }
            if isReached { continuation.resume() }
        }
    }
}

/// Lets others run until `condition` holds: for what changes without telling anybody.
///
/// Records an issue after two minutes instead of hanging.
public func until(
    _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () throws -> Bool
) async rethrows {
    let limit = ContinuousClock.now + .seconds(120)
    while try !condition() {
        if ContinuousClock.now > limit {
            Issue.record("waited in vain until \(what)", sourceLocation: sourceLocation)
            return
        }
        await Task.yield()
    }
}

/// Runs what blocks on a thread of its own, so that it holds up no task.
public func onThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
        Thread.detachNewThread {
            continuation.resume(with: Swift.Result { try body() })
        }
    }
}

/// The error that `body` throws, if it throws one of ours.
public func socketError(_ body: () async throws -> Void) async -> SocketError? {
    do {
        try await body()
        return nil
    } catch {
        return error as? SocketError
    }
}

/// The same for what does not wait.
public func socketError(_ body: () throws -> Void) -> SocketError? {
    do {
        try body()
        return nil
    } catch {
        return error as? SocketError
    }
}

/// What several tasks put together.
public final class Collected<Element: Sendable>: Sendable {
    private let state = Mutex<[Element]>([])

    public init() {}

    public var all: [Element] { state.withLock { $0 } }

    public func add(_ element: Element) { state.withLock { $0.append(element) } }
}

/// Cancels `body`, and records an issue, when it takes longer than it ever should: a watchdog for what could hang.
public func within<Result: Sendable>(
    _ limit: Duration = .seconds(120),
    sourceLocation: SourceLocation = #_sourceLocation,
    _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
        group.addTask { try await body() }
        group.addTask {
            // SLEEP: the watchdog's own, which the body's end cuts short.
            try? await Task.sleep(for: limit)
            return nil
        }
        defer { group.cancelAll() }
        if let first = try await group.next(), let result = first { return result }
        Issue.record("still not done after \(limit)", sourceLocation: sourceLocation)
        throw CancellationError()
    }
}

/// Runs `body`; should it hang, records an issue and aborts both connections, which ends whatever waits on them.
///
/// Cancelling, as `within` does, is not enough for a defect in what cancellation itself relies on.
public func withWatchdog<Result>(
    _ one: Connection,
    _ other: Connection,
    _ body: (Connection, Connection) async throws -> Result
) async throws -> Result {
    let watchdog = Task {
        // SLEEP: the watchdog's own, which the body's end cuts short.
        guard (try? await Task.sleep(for: .seconds(120))) != nil else { return }
        Issue.record("still not done after 120 seconds: both connections are aborted")
        one.abort()
        other.abort()
    }
    defer { watchdog.cancel() }
    return try await body(one, other)
}
