import Sockeye

/// Takes from a queue what is due, and sends it on as the faults want it.
struct FaultSender: Sendable {
    let queue: FaultQueue
    let faults: RelayFaults
    let side: RelaySide
    let way: RelayWay
    /// 1 MiB: what a merge holds at most.
    private static let largestMerge = 1 << 20
    /// 2 ms: long enough for a program that reads at once to see each slice by itself.
    private static let slicePause = Duration.milliseconds(2)

    /// Until the side has ended, or one of the connections has.
    func run() async -> RelayWay.End {
        defer { queue.close() }
        var sent = 0
        var free = ContinuousClock.now
        while let entry = await queue.next() {
            await Self.sleep(until: entry.due)
            switch entry.item {
            case .end: return await way.finish()
            case .reset: return .reset(side)
            case .bytes(let bytes):
                let (bytes, pieces) = await merged(bytes)
                var rest = bytes[...]
                let room = faults.cutAfter.map { $0 - sent } ?? .max
                rest = rest.prefix(room)
                sent += rest.count
                if let end = await send(rest, pieces, &free) { return end }
                if rest.count == room { return .cut(side, isReset: faults.isReset) }
            }
        }
        return .stopped
    }

    private func merged(_ first: [UInt8]) async -> (bytes: [UInt8], pieces: Int) {
        var (bytes, pieces) = (first, 1)
        guard faults.merge > .zero else { return (bytes, pieces) }
        await LoopTask.sleep(for: faults.merge)
        let now = ContinuousClock.now
        while bytes.count < Self.largestMerge, let more = queue.nextBytes(dueAt: now) {
            bytes += more
            pieces += 1
        }
        return (bytes, pieces)
    }

    /// - Parameter free: When the rate allows the next byte.
    private func send(_ bytes: ArraySlice<UInt8>, _ pieces: Int, _ free: inout ContinuousClock.Instant) async
        -> RelayWay.End?
    {
        var rest = bytes
        var sends = 0
        while !rest.isEmpty {
            let piece = rest.prefix(faults.largestSend)
            if let rate = faults.bytesPerSecond {
                await Self.sleep(until: free)
                free = max(free, .now) + .seconds(Double(piece.count) / Double(rate))
            } else if sends > 0 {
                await LoopTask.sleep(for: Self.slicePause)
            }
            if let end = await way.send(Array(piece)) { return end }
            rest = rest.dropFirst(piece.count)
            sends += 1
        }
        await way.tellPassed(bytes.count, pieces: pieces, sends: sends, by: faults.words)
        return nil
    }

    private static func sleep(until time: ContinuousClock.Instant) async {
        let left = ContinuousClock.now.duration(to: time)
        if left > .zero { await LoopTask.sleep(for: left) }
    }
}
