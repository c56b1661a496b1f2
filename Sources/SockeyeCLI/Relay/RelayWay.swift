import Sockeye
import SockeyeSystem

/// One direction of a relayed connection: from one side to the other, until that side has finished.
struct RelayWay: Sendable {
    /// How a direction ended.
    enum End: Sendable, Equatable {
        /// The side has finished sending, and the other has been told.
        case finished
        /// The side has broken the connection off.
        case reset(RelaySide)
        /// Nothing can be sent to this side any more: what it still says may be on its way.
        case broken(RelaySide)
        /// The options wanted it.
        case cut(RelaySide, isReset: Bool)
        /// The relay is ending, or the other direction has ended both.
        case stopped
    }

    let number: Int
    let side: RelaySide
    let source: Connection
    let sink: Connection
    let faults: RelayFaults
    let meter: RelayMeter
    let log: RelayLog
    let teller: RelayTeller
    /// So many pieces of one direction are asked after at the reader: a long transfer is not held up by asking.
    private static let piecesAskedAfter = 64

    func run() async -> End {
        if faults.isNone { return await runAtOnce() }
        let queue = FaultQueue()
        let sender = FaultSender(queue: queue, faults: faults, side: side, way: self)
        return await withTaskGroup(of: End?.self) { group in
            group.addTask {
                await fill(queue)
                return nil
            }
            group.addTask { await sender.run() }
            // The sender has the last word; when it ends, nobody needs what else would be received.
            while let part = await group.next() {
                guard let end = part else { continue }
                group.cancelAll()
                return end
            }
            return .stopped
        }
    }

    /// Without faults each piece is sent on before the next is received: no memory, and the sender feels the receiver.
    private func runAtOnce() async -> End {
        var segments = SegmentCount()
        var pieces = 0
        while true {
            switch await receive(&segments) {
            case .bytes(let bytes):
                if log.isExplaining, pieces < Self.piecesAskedAfter { await tellWhatLies() }
                pieces += 1
                if let end = await send(bytes) { return end }
            case .end: return await finish()
            case .reset: return .reset(side)
            case nil: return .stopped
            }
        }
    }

    private func fill(_ queue: FaultQueue) async {
        var last: ContinuousClock.Instant?
        var segments = SegmentCount()
        while let item = await receive(&segments) {
            let due = faults.due(at: .now, after: last)
            last = due
            guard await queue.put(item, due: due) else { return }
            guard case .bytes = item else { return }
        }
        queue.close()
    }

    /// What the side says next; nil when the relay ends.
    private func receive(_ segments: inout SegmentCount) async -> FaultQueue.Item? {
        do throws(SocketError) {
            guard let bytes = try await source.receive(upTo: 65_536) else {
                meter.ended(side)
                await log.write(number, .end(side))
                return .end
            }
            meter.received(bytes, from: side)
            // Before it goes on: an answer never stands before its question.
            await log.write(number, .data(side, bytes))
            if log.isExplaining {
                let arrival = segments.arrival(on: source, of: bytes.count)
                await teller.tell(.received(side, bytes, arrival, goesOn: faults.isNone))
            }
            return .bytes(bytes)
        } catch {
            guard error.code == .reset || error.code == .timedOut else { return nil }
            meter.ended(side)
            await log.write(number, .reset(side))
            return .reset
        }
    }

    /// - Returns: nil when everything is with the kernel.
    func send(_ bytes: [UInt8]) async -> End? {
        meter.beginSend(of: side)
        defer { meter.endSend(of: side) }
        do throws(SocketError) {
            try await sink.send(bytes)
            await teller.tell(.delivered(side.other, bytes.count))
            return nil
        } catch {
            return end(of: error)
        }
    }

    /// Passes the end on, unless the other side is beyond hearing it.
    func finish() async -> End {
        if meter.now.broken == side { return .finished }
        do throws(SocketError) {
            try await sink.finishSending()
            return .finished
        } catch {
            return end(of: error)
        }
    }

    private func end(of error: SocketError) -> End {
        switch error.code {
        case .cancelled, .closed: return .stopped
        default:
            meter.broke(side.other)
            return .broken(side.other)
        }
    }

    func tellPassed(_ count: Int, pieces: Int, sends: Int, by cause: String) async {
        guard pieces != sends || !cause.isEmpty else { return }
        await teller.tell(.passed(side, bytes: count, pieces: pieces, sends: sends, by: cause))
    }

    /// Whether what was sent before is still unread where the next piece goes.
    private func tellWhatLies() async {
        guard let socket = PeerSocket.behind(sink), socket.unreadBytes > 0 else { return }
        await teller.tell(.lies(side.other, unread: socket.unreadBytes))
    }
}
