import Histogram
import Sockeye
import SockeyeSystem

/// A run from connecting to the result, seen from above: the lanes do the work on threads of their own, and this starts and
/// watches them.
struct BenchRun: Sendable {
    let plan: BenchPlan
    let endpoint: Endpoint
    /// Raised by a signal: the run ends early, and what it has is the result.
    let wantsToEnd: Locked<Bool>
    let progress: BenchProgress

    /// 50 ms: as often as lanes tell how they stand.
    private static let tick = Duration.milliseconds(50)

    static func nanoseconds(_ duration: Duration) -> UInt64 {
        let (seconds, attoseconds) = duration.components
        return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds / 1_000_000_000)
    }

    /// - Throws: `SocketError` when not even the connections came about.
    func run() async throws -> BenchResult {
        let addresses = try await addresses()
        let count = min(plan.loops, plan.connections)
        let lanes = try self.lanes(count)
        let address = try await connect(lanes, addresses)
        let begin = Syscalls.monotonicNanoseconds()
        let start = begin + Self.nanoseconds(plan.warmUp)
        let clock = BenchClock(start: start, end: plan.duration.map { start + Self.nanoseconds($0) } ?? .max)
        for thread in lanes {
            let lane = thread.lane
            let budget = plan.count.map { $0 / count + (lane.index < $0 % count ? 1 : 0) }
            thread.lane.address = address
            thread.lane.tally.begin(measuringFrom: clock.start, until: clock.end, budget: budget)
            thread.lane.schedule = plan.rate.map { rate in
                Schedule(
                    start: begin + UInt64(Double(lane.index) * 1e9 / rate),
                    rate: rate * Double(lane.talkers.count) / Double(plan.connections)
                )
            }
        }
        let outcomes = try await work(lanes, clock)
        return collect(lanes, outcomes, address)
    }

    private func lanes(_ count: Int) throws(SocketError) -> [LaneThread] {
        do throws(Errno) {
            var lanes: [LaneThread] = []
            for index in 0..<count {
                let connections = Array(stride(from: index, to: plan.connections, by: count))
                lanes.append(LaneThread(try Lane(index: index, plan: plan, connections: connections)))
            }
            return lanes
        } catch {
            throw SocketError(error, .loop)
        }
    }

    /// The addresses behind the name, looked up once and off the loops.
    private func addresses() async throws -> [SocketAddress] {
        let found = await Worker().run { [endpoint] in
            Result { () throws(SocketError) in try endpoint.addresses(for: .connect, family: nil) }
        }
        return try found.get()
    }

    /// The first lane finds out which address has the server; the others follow it there.
    private func connect(_ lanes: [LaneThread], _ addresses: [SocketAddress]) async throws -> SocketAddress {
        let wantsToEnd = wantsToEnd
        let isReconnecting = plan.reconnects
        if isReconnecting, addresses.count == 1 { return addresses[0] }
        if let error = try await lanes[0].run({ $0.connectAll(to: addresses, wantsToEnd) }) { throw error }
        let address = lanes[0].lane.address
        for lane in isReconnecting ? [] : lanes.dropFirst() {
            if let error = try await lane.run({ $0.connectAll(to: [address], wantsToEnd) }) { throw error }
        }
        return address
    }

    private func work(_ lanes: [LaneThread], _ clock: BenchClock) async throws -> [LaneOutcome] {
        let wantsToEnd = wantsToEnd
        let latest = lanes.map(\.lane.latest)
        let work = lanes.map { lane in
            LoopTask.start { try await lane.run { $0.work(clock, wantsToEnd) } }
        }
        let watch = LoopTask.start {
            while await LoopTask.sleep(for: Self.tick) {
                progress.show(latest.map { $0.with { $0 } }, clock, plan)
            }
        }
        var outcomes: [LaneOutcome] = []
        for one in work { outcomes.append(try await one.value) }
        watch.cancel()
        _ = try? await watch.value
        progress.clear()
        return outcomes
    }

    private func collect(_ lanes: [LaneThread], _ outcomes: [LaneOutcome], _ address: SocketAddress) -> BenchResult {
        let ending = outcomes.map(\.ending).first { $0 != .finished } ?? .finished
        var result = BenchResult(plan: plan, address: address, ending: ending)
        for (lane, outcome) in zip(lanes, outcomes) {
            result.add(lane.lane.tally, outcome)
        }
        result.leaveOutWarmUp()
        return result
    }
}
