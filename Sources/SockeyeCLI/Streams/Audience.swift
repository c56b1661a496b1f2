import Sockeye
import SockeyeSystem

/// Whoever reads standard output, and may go away while clients are served: `sockeye serve | head -1`.
///
/// Then the server ends, but not in the middle of an answer: clients that are talking go on until they pause, and those
/// that are silent are disconnected.
final class Audience: Sendable {
    private struct State {
        var hasLeft = false
        var onLeaving: (@Sendable () -> Void)?
        /// The connections on which nothing is being said, by the number of that silence.
        var silent: [Int: Connection] = [:]
        var silences = 0
    }

    private let state = Locked(State())
    /// 300 ms: a client that has more to say says it within that time.
    private static let pause = Duration.milliseconds(300)

    var hasLeft: Bool { state.with { $0.hasLeft } }

    /// Calls `body` once, when nobody reads any more: as soon as that is seen, and at the latest with the next write.
    func onLeaving(_ body: @escaping @Sendable () -> Void) {
        state.with { $0.onLeaving = body }
        guard !Output.standard.isTerminal else { return }
        // Without a thread to spare it is seen with the next write.
        try? Syscalls.startThread {
            if StandardStream.output.waitUntilUnread() { self.leave() }
        }
    }

    func show(_ bytes: [UInt8]) async {
        if await !Output.standard.writeIfRead(bytes) { leave() }
    }

    /// What a client says next; nil at its end, and when it pauses although nobody reads any more.
    func next(of dialogue: Dialogue) async throws -> [UInt8]? {
        let silence = state.with { state -> Int? in
            guard !state.hasLeft else { return nil }
            state.silences += 1
            state.silent[state.silences] = dialogue.connection
            return state.silences
        }
        guard let silence else { return try await Patience.next(of: dialogue, within: Self.pause) }
        defer { state.with { $0.silent[silence] = nil } }
        return try await dialogue.next()
    }

    private func leave() {
        let body = state.with { state -> (@Sendable () -> Void)? in
            state.hasLeft = true
            defer { state.onLeaving = nil }
            return state.onLeaving
        }
        guard let body else { return }
        body()
        let silences = state.with { Array($0.silent.keys) }
        LoopTask.start {
            await LoopTask.sleep(for: Self.pause)
            let silent = self.state.with { state in silences.compactMap { state.silent[$0] } }
            await withDiscardingTaskGroup { group in
                for connection in silent { group.addTask { await connection.close() } }
            }
        }
    }
}

extension Dialogue {
    /// The next piece or message, for a server that shows it, or shows it to nobody.
    func next(shownTo audience: Audience?) async throws -> [UInt8]? {
        guard let audience else { return try await next() }
        return try await audience.next(of: self)
    }
}
