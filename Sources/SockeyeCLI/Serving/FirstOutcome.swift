import SockeyeSystem

/// What became of work, or that nobody waits for it any more: whichever comes first, also before somebody waits.
final class FirstOutcome<Success: Sendable>: Sendable {
    typealias Outcome = Result<Success, Errno>
    private struct State {
        var outcome: Outcome?
        var waiter: CheckedContinuation<Outcome, Never>?
    }

    private let state = Locked(State())

    func wait(_ waiter: CheckedContinuation<Outcome, Never>) {
        let outcome = state.with { state in
            if state.outcome == nil { state.waiter = waiter }
            return state.outcome
        }
        if let outcome { waiter.resume(returning: outcome) }
    }

    func settle(_ outcome: Outcome) {
        let waiter = state.with { state -> CheckedContinuation<Outcome, Never>? in
            guard state.outcome == nil else { return nil }
            state.outcome = outcome
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume(returning: outcome)
    }
}
