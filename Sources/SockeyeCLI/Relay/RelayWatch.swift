import Sockeye

/// For `--explain`: looks at a connection from time to time, and says when somebody waits for somebody.
struct RelayWatch: Sendable {
    let number: Int
    let connections: PerSide<Connection>
    let meter: RelayMeter
    let log: RelayLog
    /// 250 ms: soon enough for a person.
    private static let look = Duration.milliseconds(250)
    /// A send that waits so long is worth a word.
    private static let blockedAfter = Duration.seconds(1)
    /// Longer than most programs compute, and shorter than the patience of whoever looks.
    static let idleAfter = Duration.seconds(3)

    /// Until it is cancelled.
    func run() async {
        var saidIdle: Int?
        var blocked = PerSide<ContinuousClock.Instant?> { _ in nil }
        while await LoopTask.sleep(for: Self.look) {
            let state = meter.now
            for side in RelaySide.allCases { await tellBlocked(side, state, &blocked) }
            let quiet = ContinuousClock.now - state.lastActivity
            guard quiet >= Self.idleAfter, saidIdle != state.turn, !isSending(state) else { continue }
            saidIdle = state.turn
            if let words = idle(state, quiet).words { await log.explain(number, words) }
        }
    }

    private func isSending(_ state: RelayMeter.State) -> Bool {
        RelaySide.allCases.contains { state.directions[$0].sendingSince != nil }
    }

    private func tellBlocked(
        _ side: RelaySide,
        _ state: RelayMeter.State,
        _ told: inout PerSide<ContinuousClock.Instant?>
    ) async {
        let since = state.directions[side].sendingSince
        if told[side] != nil, since != told[side] {
            told[side] = nil
            await log.explain(number, RelayWords.flowsAgain(side))
        }
        guard let since, told[side] == nil, .now - since > Self.blockedAfter else { return }
        told[side] = since
        await log.explain(number, RelayWords.blocked(side, for: .now - since))
    }

    private func idle(_ state: RelayMeter.State, _ time: Duration) -> RelayIdle {
        var idle = RelayIdle(time: time, ended: Set(RelaySide.allCases.filter { state.directions[$0].hasEnded }))
        for side in RelaySide.allCases {
            let connection = connections[side]
            let underWay = connection.unacknowledgedBytes ?? 0
            if connection.remoteAddress.family == .unix || connection.localAddress.family == .unix {
                // What is sent is with the other program's socket at once, and counted with the kernel's own overhead.
                if underWay > 0 { idle.unreadUncounted.insert(side) }
            } else {
                idle.inFlight[side] = underWay
                idle.unread[side] = PeerSocket.behind(connection)?.unreadBytes
            }
        }
        idle.last = state.lastToSpeak
        idle.lastByte = state.lastToSpeak.flatMap { state.directions[$0].lastByte }
        return idle
    }
}
