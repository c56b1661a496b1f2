internal import SockeyeSystem

/// A sign from a test to its scripted peer: now.
///
///     let cue = Cue()
///     let peer = ScriptedPeer(.expect("hello"), .wait(for: cue), .send("at last"))
///
/// **Concurrency.** Anybody may give it, and several may wait for it. Given once, it stays given.
public final class Cue: Sendable {
    private struct State {
        var isGiven = false
        var waiting: [Int: CheckedContinuation<Void, Never>] = [:]
        var tickets = 0
        /// Those that gave up before they had begun to wait.
        var cancelled: Set<Int> = []
    }

    private let state = Locked(State())

    public init() {}

    /// Lets everybody go on who waits, now or later.
    public func give() {
        let waiting = state.with { state in
            state.isGiven = true
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for one in waiting { one.resume() }
    }

    /// Waits until it is given.
    ///
    /// - Cancellation: returns at once.
    public func wait() async {
        let ticket = state.with { state in
            state.tickets += 1
            return state.tickets
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let goesOn = state.with { state in
                    if state.isGiven || state.cancelled.remove(ticket) != nil { return true }
                    state.waiting[ticket] = continuation
                    return false
                }
                if goesOn { continuation.resume() }
            }
        } onCancel: {
            let waiting = state.with { state in
                let waiting = state.waiting.removeValue(forKey: ticket)
                if waiting == nil { state.cancelled.insert(ticket) }
                return waiting
            }
            waiting?.resume()
        }
        state.with { state in _ = state.cancelled.remove(ticket) }
    }
}
