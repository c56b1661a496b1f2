import Sockeye
import SockeyeSystem

/// One recorded client, played against a server: it sends what it sent then, and compares what is answered.
final class ReplayClient: Sendable {
    private struct State {
        var comparison: AnswerComparison
        /// The server has finished, or broken the connection off.
        var hasEnded = false
        var failure: SocketError?
        /// Waits for so many bytes, or for the end.
        var waiter: CheckedContinuation<Void, Never>?
        var awaited = 0
    }

    private let transport: ReplayTransport
    private let state: Locked<State>

    init(_ transport: ReplayTransport, recorded: [UInt8]) {
        self.transport = transport
        state = Locked(State(comparison: AnswerComparison(recorded: recorded)))
    }

    // MARK: Receiving

    /// Takes what the server says until it ends. A task of its own runs it, beside the one that plays.
    func receive() async {
        do throws(SocketError) {
            while let bytes = try await transport.receive() { change { $0.comparison.take(bytes) } }
            change { $0.hasEnded = true }
        } catch {
            change { state in
                state.hasEnded = true
                if error.code != .cancelled, error.code != .closed { state.failure = error }
            }
        }
    }

    private func change(_ body: @Sendable (inout State) -> Void) {
        let waiter = state.with { state -> CheckedContinuation<Void, Never>? in
            body(&state)
            guard Self.isReady(state) else { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    private static func isReady(_ state: State) -> Bool {
        state.hasEnded || state.comparison.difference != nil || state.comparison.count >= state.awaited
    }

    /// Waits until so many bytes have come, equal to the recorded ones, or the end: at most for the time that is given.
    ///
    /// - Returns: Whether that many have come.
    func waitForBytes(_ count: Int, atMost limit: Duration) async -> Bool {
        await wait(for: count, atMost: limit)
        return state.with { $0.comparison.count >= count }
    }

    /// Waits until the server has ended, at most for the time that is given.
    func waitForEnd(atMost limit: Duration) async -> Bool {
        await wait(for: .max, atMost: limit)
        return state.with(\.hasEnded)
    }

    private func wait(for count: Int, atMost limit: Duration) async {
        state.with { $0.awaited = count }
        await Patience.run(for: limit) { [self] in
            await withTaskCancellationHandler {
                await withCheckedContinuation { waiter in
                    let goesOn = state.with { state in
                        // The flag is up before the handler below runs: either it is seen here, or the handler sees the waiter.
                        let goesOn = Self.isReady(state) || Task.isCancelled
                        if !goesOn { state.waiter = waiter }
                        return goesOn
                    }
                    if goesOn { waiter.resume() }
                }
            } onCancel: {
                let waiter = state.with { state in
                    defer { state.waiter = nil }
                    return state.waiter
                }
                waiter?.resume()
            }
        }
    }

    // MARK: Playing

    func send(_ bytes: [UInt8]) async throws(SocketError) { try await transport.send(bytes) }

    func finishSending() async throws(SocketError) { try await transport.finishSending() }

    func abort() { transport.abort() }

    func close() async { await transport.close() }

    var hasEnded: Bool { state.with(\.hasEnded) }

    /// How many bytes came as recorded, and where the answers part, if they do.
    var result: (count: Int, difference: AnswerComparison.Difference?, failure: SocketError?) {
        state.with { ($0.comparison.count, $0.comparison.difference, $0.failure) }
    }

    /// Nothing more is waited for: so many bytes should have come by now.
    func finishComparing(upTo count: Int) {
        state.with { state in if state.comparison.count < count { state.comparison.finish() } }
    }
}
