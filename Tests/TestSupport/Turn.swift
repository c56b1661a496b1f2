import Synchronization
public import Testing

/// Lets only so many tests run at the same time: the others wait for their turn.
///
/// Swift Testing starts all tests of a run at once. On a small machine hundreds of them then share two processors and thousands of
/// descriptors, and what is meant to be a generous time limit is not.
public struct Turn: SuiteTrait, TestTrait, TestScoping {
    private let gate: Gate
    @TaskLocal private static var isTaken = false

    public var isRecursive: Bool { true }

    fileprivate init(_ gate: Gate) { self.gate = gate }

    @concurrent
    public func provideScope(
        for test: Test,
        testCase: Test.Case?,
        performing function: @Sendable @concurrent () async throws -> Void
    ) async throws {
        // A suite within a suite has the trait twice.
        if Self.isTaken { return try await function() }
        await gate.enter()
        defer { gate.leave() }
        try await Self.$isTaken.withValue(true) { try await function() }
    }
}

extension Trait where Self == Turn {
    /// For tests within this process.
    public static var inTurn: Self { Turn(.forThisProcess) }
    /// For tests that start programs: they wait more than they compute.
    public static var inTurnWithPrograms: Self { Turn(.forPrograms) }
}

/// Counts who is inside, first come, first served.
private final class Gate: Sendable {
    static let forThisProcess = Gate(places: 8)
    static let forPrograms = Gate(places: 4)

    private struct State {
        var places: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Mutex<State>

    init(places: Int) { state = Mutex(State(places: places)) }

    func enter() async {
        await withCheckedContinuation { continuation in
            let mayEnter = state.withLock { state in
                if state.places > 0 {
                    state.places -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if mayEnter { continuation.resume() }
        }
    }

    func leave() {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            if state.waiting.isEmpty {
                state.places += 1
                return nil
            }
            return state.waiting.removeFirst()
        }
        next?.resume()
    }
}
