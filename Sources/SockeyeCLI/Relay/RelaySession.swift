import Sockeye

/// One client of the relay, and the target that the relay has connected to for it: both directions, until both are over.
struct RelaySession: Sendable {
    let number: Int
    let connections: PerSide<Connection>
    let faults: PerSide<RelayFaults>
    let log: RelayLog
    private let meter = RelayMeter()
    private let teller: RelayTeller
    /// 1 s: how long a reset waits for what was said before it to arrive, since it would throw that away.
    private static let settleTime = Duration.seconds(1)

    init(number: Int, client: Connection, server: Connection, faults: PerSide<RelayFaults>, log: RelayLog) {
        self.number = number
        connections = PerSide { $0 == .client ? client : server }
        self.faults = faults
        self.log = log
        teller = RelayTeller(number: number, log: log)
    }

    func run() async {
        let (client, server) = (connections[.client], connections[.server])
        await log.write(number, .open(client: "\(client.remoteAddress)", server: "\(server.remoteAddress)"))
        await teller.tell(.opened(client: client.remoteAddress, server: server.remoteAddress))
        await withTaskGroup(of: Void.self) { group in
            if log.isExplaining {
                let watch = RelayWatch(connections: connections, meter: meter, teller: teller)
                group.addTask { await watch.run() }
            }
            let isWhole = await relay()
            if !isWhole { await cutOff() }
            group.cancelAll()
        }
        // Both at once: each may wait for its peer.
        async let closed: Void = server.close()
        await client.close()
        await closed
        let state = meter.now
        await log.write(
            number,
            .close(client: state.directions[.client].byteCount, server: state.directions[.server].byteCount)
        )
    }

    /// - Returns: false when the relay ends in the middle of it.
    private func relay() async -> Bool {
        let isWhole = await withTaskGroup(of: (RelaySide, RelayWay.End).self) { group in
            var wasStopped = false
            for side in RelaySide.allCases {
                let way = way(of: side)
                group.addTask { (side, await way.run()) }
            }
            for await (side, end) in group {
                switch end {
                case .finished: await tellEnd(of: side)
                case .reset(let side): await passReset(of: side, &group)
                case .cut(let side, let isReset): await cut(side, isReset, &group)
                // What that side still says may be on its way: the other direction ends with it.
                case .broken: continue
                case .stopped: wasStopped = true
                }
            }
            return !(wasStopped && Task.isCancelled)
        }
        // A side that is gone without a word of its own, after its last words have been passed on.
        if let broken = meter.now.broken {
            await teller.tell(.reset(broken))
            await reset(broken.other)
        }
        return isWhole
    }

    /// The relay is ending, and neither side knows of it: a reset says that something is missing, and a FIN would say that
    /// all is well.
    private func cutOff() async {
        await log.write(number, .stopped)
        for side in RelaySide.allCases { connections[side].abort() }
    }

    private func way(of side: RelaySide) -> RelayWay {
        RelayWay(
            number: number,
            side: side,
            source: connections[side],
            sink: connections[side.other],
            faults: faults[side],
            meter: meter,
            log: log,
            teller: teller
        )
    }

    private func passReset(of side: RelaySide, _ group: inout TaskGroup<(RelaySide, RelayWay.End)>) async {
        await teller.tell(.reset(side))
        await reset(side.other)
        connections[side].abort()
        group.cancelAll()
    }

    private func cut(_ side: RelaySide, _ isReset: Bool, _ group: inout TaskGroup<(RelaySide, RelayWay.End)>) async {
        await log.write(number, .cut(side, isReset: isReset))
        if isReset {
            await reset(side.other)
            connections[side].abort()
        }
        group.cancelAll()
    }

    private func reset(_ side: RelaySide) async {
        let connection = connections[side]
        let end = ContinuousClock.now + Self.settleTime
        while (connection.unacknowledgedBytes ?? 0) > 0, .now < end, await LoopTask.sleep(for: .milliseconds(1)) {}
        connection.abort()
    }

    private func tellEnd(of side: RelaySide) async {
        await teller.tell(.ended(side, PerSide { PeerSocket.behind(connections[$0]) }))
    }
}
