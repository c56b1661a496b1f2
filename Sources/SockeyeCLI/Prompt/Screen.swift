import SockeyeSystem

/// Whether a prompt stands on the last line of the terminal.
final class Screen: Sendable {
    private struct State {
        var hasPrompt = false
        var hasEnded = false
        /// Counts what has happened, so that a late prompt sees that it is not wanted any more.
        var turn = 0
    }

    private let state = Locked(State())

    func showPrompt() { show(after: nil) }

    func showPrompt(ifNothingSince turn: Int) { show(after: turn) }

    private func show(after turn: Int?) {
        state.with { state in
            if state.hasEnded || state.hasPrompt || (turn != nil && turn != state.turn) { return }
            state.hasPrompt = true
            state.turn += 1
            Console.put(Prompt.text)
        }
    }

    func hidePrompt() {
        state.with { state in
            state.turn += 1
            if state.hasPrompt { Console.put(Prompt.erase) }
            state.hasPrompt = false
        }
    }

    /// The terminal has moved to the next line with what was typed.
    @discardableResult func lineWasTyped() -> Int {
        state.with { state in
            state.hasPrompt = false
            state.turn += 1
            return state.turn
        }
    }

    /// No prompt from now on. True: it was not ended before.
    @discardableResult func end() -> Bool {
        state.with { state in
            if state.hasPrompt { Console.put("\n") }
            state.hasPrompt = false
            defer { state.hasEnded = true }
            return !state.hasEnded
        }
    }
}
