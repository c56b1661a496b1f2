import SockeyeSystem

/// How far `sockeye connect` has come, for who interrupts it.
final class ConnectProgress: Sendable {
    private struct State {
        var isConnecting = false
        /// Whether there is an input of which all is to be sent.
        var owesInput = false
        var isSending = false
        var sentBytes = 0
    }

    private let state = Locked(State())

    func isConnecting(_ value: Bool) { state.with { $0.isConnecting = value } }

    /// From here on all of standard input is to be sent.
    func inputBegins() { state.with { $0.owesInput = true } }

    func inputHasEnded() { state.with { $0.owesInput = false } }

    /// Runs `send`, which may be broken off.
    func sending(_ count: Int, _ send: () async throws -> Void) async throws {
        state.with { $0.isSending = true }
        try await send()
        state.with { state in
            state.isSending = false
            state.sentBytes += count
        }
    }

    /// An input from which nothing ever came may be one that somebody merely holds open, as a service's is; once something came, the
    /// rest is owed, though just now there may be none.
    ///
    /// - Parameter beginning: What must have happened before anything can be sent; nil for a connection.
    func undone(_ target: String, beginning: String? = nil) -> Undone {
        Undone { [state] in
            let state = state.with(\.self)
            if state.isConnecting { return "ended before \(beginning ?? "there was a connection to \(target)")" }
            guard state.owesInput else { return nil }
            let sent = "\(Quantity.bytes(state.sentBytes)) of it \(state.sentBytes == 1 ? "was" : "were")"
            if state.isSending || StandardStream.input.isReadable {
                // Sending is done when the system has the bytes; what it has not delivered, ending throws away.
                let given = Quantity.bytes(state.sentBytes)
                return "ended before all of standard input was sent: the system was given \(given)"
            }
            let isPromised = state.sentBytes > 0 && !StandardStream.input.isTerminal
            return isPromised ? "ended before standard input had: \(sent) sent" : nil
        }
    }
}
