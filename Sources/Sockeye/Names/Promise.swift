internal import Synchronization

/// A value that one task waits for. The first to set it wins, so a wait can end before the work that it waits for.
final class Promise<Value: Sendable>: Sendable {
    private struct State {
        var value: Value?
        var continuation: CheckedContinuation<Void, Never>?
    }

    private let state = Mutex(State())

    /// nil until it is set.
    var value: Value? { state.withLock { $0.value } }

    /// Sets the value, unless it is set already.
    func fulfill(_ value: Value) {
        let continuation = state.withLock { state -> CheckedContinuation<Void, Never>? in
            guard state.value == nil else { return nil }
            state.value = value
            return state.continuation.take()
        }
        continuation?.resume()
    }

    /// Suspends the task until the value is set.
    ///
    /// - Parameter start: Starts the work. Not called when the value is set already.
    func wait(_ start: () -> Void = {}) async {
        await withCheckedContinuation { continuation in
            let isSet = state.withLock { state in
                if state.value == nil { state.continuation = continuation }
                return state.value != nil
            }
            if isSet { continuation.resume() } else { start() }
        }
    }
}
