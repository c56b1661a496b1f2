import Sockeye
import SockeyeSystem

/// UDP to UDP: each client gets a socket of its own towards the target, so that the answers find their way back.
///
/// There are no connections, so nobody says when it is over: a client that is silent for a minute is forgotten, as routers
/// do too.
struct DatagramRelay: Sendable {
    let target: TypedAddress
    let faults: PerSide<RelayFaults>
    let log: RelayLog
    /// 1024 clients: beyond that a new one is not relayed until another is forgotten.
    private static let most = 1024

    /// Until the task is cancelled.
    func run(on socket: DatagramSocket) async throws {
        var sessions: [SocketAddress: DatagramRelaySession] = [:]
        try await withThrowingDiscardingTaskGroup { group in
            var count = 0
            while true {
                let datagram: Datagram = try await socket.receive()
                if let session = sessions[datagram.from], !session.isOver {
                    await session.take(datagram.bytes, from: .client)
                    continue
                }
                sessions = sessions.filter { !$0.value.isOver }
                guard sessions.count < Self.most else { continue }
                count += 1
                guard let session = try await open(count, datagram.from, socket) else { continue }
                sessions[datagram.from] = session
                group.addTask { await session.run() }
                await session.take(datagram.bytes, from: .client)
            }
        }
    }

    private func open(
        _ number: Int,
        _ client: SocketAddress,
        _ listener: DatagramSocket
    ) async throws -> DatagramRelaySession? {
        do {
            let server = try await DatagramSocket.connect(to: target.endpoint)
            let session = DatagramRelaySession(number, client, listener, server, faults, log)
            await log.write(number, .open(client: "\(client)", server: server.remoteAddress.map { "\($0)" } ?? ""))
            await log.explain(number, [Remark("datagrams", RelayWords.datagramsBegin)])
            return session
        } catch {
            if error.code == .cancelled { throw error }
            await log.write(number, .failed("\(error)"))
            return nil
        }
    }
}

/// One client of a relay of datagrams.
final class DatagramRelaySession: Sendable {
    private let number: Int
    private let client: SocketAddress
    private let listener: DatagramSocket
    private let server: DatagramSocket
    private let faults: PerSide<RelayFaults>
    /// Where datagrams wait that do not go at once.
    private let queues: PerSide<FaultQueue?>
    private let log: RelayLog
    private let meter = RelayMeter()
    private let hasEnded = Locked(false)
    /// 60 seconds of silence: by then most routers have forgotten the peer as well.
    private static let idleTime = Duration.seconds(60)

    init(
        _ number: Int,
        _ client: SocketAddress,
        _ listener: DatagramSocket,
        _ server: DatagramSocket,
        _ faults: PerSide<RelayFaults>,
        _ log: RelayLog
    ) {
        self.number = number
        self.client = client
        self.listener = listener
        self.server = server
        self.faults = faults
        self.log = log
        queues = PerSide { faults[$0].isNone ? nil : FaultQueue() }
    }

    /// Nothing is relayed for this client any more: should it speak again, it is a new one.
    var isOver: Bool { hasEnded.with(\.self) }

    /// Until there was silence for long enough, or the task is cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.answer() }
            for side in RelaySide.allCases {
                if let queue = queues[side] { group.addTask { await self.deliver(queue, from: side) } }
            }
            while await LoopTask.sleep(for: .seconds(1)), .now - meter.now.lastActivity < Self.idleTime {}
            hasEnded.with { $0 = true }
            group.cancelAll()
        }
        server.close()
        let state = meter.now
        await log.write(
            number,
            .close(client: state.directions[.client].byteCount, server: state.directions[.server].byteCount)
        )
    }

    /// A datagram has come: it is told, and goes on now or later.
    func take(_ bytes: [UInt8], from side: RelaySide) async {
        meter.received(bytes, from: side)
        await log.write(number, .data(side, bytes))
        guard let queue = queues[side] else { return await pass(bytes, from: side) }
        let due = faults[side].due(at: .now, after: nil)
        if !queue.offer(bytes, due: due) {
            await log.explain(number, [Remark("datagram-dropped", RelayWords.datagramDropped(side))])
        }
    }

    private func answer() async {
        while !Task.isCancelled {
            do throws(SocketError) {
                let datagram: Datagram = try await server.receive()
                await take(datagram.bytes, from: .server)
            } catch {
                if error.code == .cancelled || error.code == .closed { return }
                // "Connection refused": the answer of the target's system to an earlier datagram. A later one may arrive.
                await log.write(number, .failed("\(error)"))
            }
        }
    }

    private func deliver(_ queue: FaultQueue, from side: RelaySide) async {
        var free = ContinuousClock.now
        while let entry = await queue.next() {
            let time = max(entry.due, free)
            let left = ContinuousClock.now.duration(to: time)
            if left > .zero { await LoopTask.sleep(for: left) }
            guard case .bytes(let bytes) = entry.item, !Task.isCancelled else { return }
            if let rate = faults[side].bytesPerSecond {
                free = max(free, .now) + .seconds(Double(bytes.count) / Double(rate))
            }
            await pass(bytes, from: side)
        }
    }

    /// What cannot be sent is lost, as datagrams are.
    private func pass(_ bytes: [UInt8], from side: RelaySide) async {
        do throws(SocketError) {
            // Nobody waits for room: all clients share the task that receives, and the socket that answers.
            let hasRoom =
                switch side {
                case .client: try server.trySend(bytes)
                case .server: try listener.trySend(bytes, to: client)
                }
            if !hasRoom { await log.explain(number, [Remark("datagram-dropped", RelayWords.datagramDropped(side))]) }
        } catch {
            if error.code != .cancelled, error.code != .closed { await log.write(number, .failed("\(error)")) }
        }
    }
}
