import SockeyeSystem

/// What has passed through one relayed connection so far: shared by its two directions and by whoever watches it.
final class RelayMeter: Sendable {
    struct Direction: Sendable {
        /// Bytes that the side has sent, and in how many receives they came to the relay.
        var byteCount = 0
        var receives = 0
        /// Since when the relay's send to the other side waits.
        var sendingSince: ContinuousClock.Instant?
        var hasEnded = false
    }

    struct State: Sendable {
        var directions = PerSide { _ in Direction() }
        var lastActivity = ContinuousClock.now
        /// Counts what has happened, so that a watcher says a thing once.
        var turn = 0
        /// The side whose connection is broken: what is sent to it is lost.
        var broken: RelaySide?
    }

    private let state = Locked(State())

    var now: State { state.with(\.self) }

    private func note(_ change: (inout State) -> Void) {
        state.with { state in
            state.lastActivity = .now
            state.turn += 1
            change(&state)
        }
    }

    func received(_ bytes: [UInt8], from side: RelaySide) {
        note { state in
            state.directions[side].byteCount += bytes.count
            state.directions[side].receives += 1
        }
    }

    func beginSend(of side: RelaySide) { note { $0.directions[side].sendingSince = .now } }

    func endSend(of side: RelaySide) { note { $0.directions[side].sendingSince = nil } }

    func ended(_ side: RelaySide) { note { $0.directions[side].hasEnded = true } }

    func broke(_ side: RelaySide) { note { $0.broken = $0.broken ?? side } }
}
