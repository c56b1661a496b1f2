import Sockeye

/// For `--explain`: looks at a connection from time to time, and says when somebody waits for somebody.
struct RelayWatch: Sendable {
    let connections: PerSide<Connection>
    let meter: RelayMeter
    let teller: RelayTeller
    /// 250 ms: soon enough for a person.
    private static let look = Duration.milliseconds(250)
    /// A send that waits so long is worth a word.
    private static let blockedAfter = Duration.seconds(1)
    /// Longer than most programs compute, and shorter than the patience of whoever looks.
    static let idleAfter = Duration.seconds(3)

    /// Until it is cancelled.
    func run() async {
        var idleWatch = IdleWatch()
        var waits = PerSide { _ in Wait() }
        while await LoopTask.sleep(for: Self.look) {
            let state = meter.now
            for side in RelaySide.allCases {
                await tellBlocked(side, state, &waits)
                // In this order: what arrives in between is counted twice, and nothing is said.
                let underWay = connections[side].unacknowledgedBytes ?? 0
                guard let socket = PeerSocket.behind(connections[side]) else { continue }
                await teller.tell(.looked(side, unread: socket.unreadBytes, underWay: underWay))
            }
            let quiet = ContinuousClock.now - state.lastActivity
            guard quiet >= Self.idleAfter, idleWatch.isDue(at: .now, turn: state.turn), !isSending(state) else {
                continue
            }
            let idle = await idle(state, quiet)
            // What has come meanwhile ends the silence.
            guard meter.now.turn == state.turn, idleWatch.isNew(idle.remark?.id) else { continue }
            await teller.tell(.quiet(idle))
        }
    }

    private func isSending(_ state: RelayMeter.State) -> Bool {
        RelaySide.allCases.contains { state.directions[$0].sendingSince != nil }
    }

    private func tellBlocked(_ side: RelaySide, _ state: RelayMeter.State, _ waits: inout PerSide<Wait>) async {
        let since = state.directions[side].sendingSince
        if waits[side].told != nil, since != waits[side].told {
            waits[side].told = nil
            await teller.tell(.flows(side))
        }
        let sink = connections[side.other]
        let standstill = waits[side].send.look(isWaiting: since != nil, SendWait.Evidence(sink), at: .now)
        guard let (time, evidence) = standstill, waits[side].told == nil, time > Self.blockedAfter else { return }
        waits[side].told = since
        await teller.tell(.blocked(side, time, evidence))
    }

    private struct Wait: Sendable {
        var send = SendWait()
        /// When the send began that was told of: it is told when it has gone through, too.
        var told: ContinuousClock.Instant?
    }

    private func idle(_ state: RelayMeter.State, _ time: Duration) async -> RelayIdle {
        var idle = RelayIdle(time: time, ended: Set(RelaySide.allCases.filter { state.directions[$0].hasEnded }))
        for side in RelaySide.allCases {
            let connection = connections[side]
            if connection.remoteAddress.family == .unix || connection.localAddress.family == .unix {
                // What is sent is with the other program's socket at once, and counted with the kernel's own overhead.
                if connection.unacknowledgedBytes ?? 0 > 0 { idle.unreadUncounted.insert(side) }
            } else {
                idle.sent[side] = SendWait.Evidence(connection)
                guard let socket = PeerSocket.behind(connection) else { continue }
                idle.unread[side] = socket.unreadBytes
                idle.occupations[side] = await ProgramLook.occupation(of: socket)
            }
        }
        return idle
    }
}
