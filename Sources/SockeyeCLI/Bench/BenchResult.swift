import Histogram
import Sockeye

/// What a run found.
struct BenchResult: Sendable {
    let plan: BenchPlan
    let address: SocketAddress
    let ending: Ending

    /// Nanoseconds from sending a message, or from when it was due, to its reply.
    var latencies = Histogram<UInt64>(
        highestTrackableValue: Tally.longestNanoseconds,
        numberOfSignificantValueDigits: .three
    )
    /// How long was measured.
    var seconds = 0.0
    /// Replies in that time.
    var messages = 0
    var receivedBytes = 0
    /// Connections that came about; with `--reconnect` also those during warm-up.
    var opened = 0
    /// Messages that were sent, or due, and had no reply when the run was over.
    var unanswered = 0
    /// How many of them were sent before anything was measured.
    var unansweredOfWarmUp = 0
    var faults = Faults()
    /// Processor time of the load's own threads in the measured time.
    var loadNanoseconds: Int64 = 0

    var messagesPerSecond: Double { seconds > 0 ? Double(messages) / seconds : 0 }
    var receivedBytesPerSecond: Double { seconds > 0 ? Double(receivedBytes) / seconds : 0 }
    var sentBytesPerSecond: Double { messagesPerSecond * Double(plan.traffic.requestBytes) }

    var hasFailed: Bool { faults.total > 0 || unanswered > 0 || ending == .stalled }

    /// How busy the load's threads were, from 0 to 1. Near 1 the load itself is the limit.
    var loadShare: Double {
        seconds > 0 ? Double(loadNanoseconds) / 1e9 / seconds / Double(min(plan.loops, plan.connections)) : 0
    }

    /// Above this the load's threads have no time left, and the rate says more about them than about the server.
    static let fullLoad = 0.95

    mutating func add(_ tally: Tally, _ outcome: LaneOutcome) {
        latencies.add(tally.latencies)
        faults.add(tally.faults)
        unanswered += tally.unanswered + tally.unansweredOfWarmUp
        unansweredOfWarmUp += tally.unansweredOfWarmUp
        opened += tally.opened
        messages += outcome.after.answered - outcome.before.answered
        receivedBytes += outcome.after.receivedBytes - outcome.before.receivedBytes
        loadNanoseconds += outcome.after.cpu - outcome.before.cpu
        seconds = max(seconds, Double(outcome.after.time &- min(outcome.after.time, outcome.before.time)) / 1e9)
    }

    // MARK: Latencies

    /// The percentiles that a person asks for.
    static let told: [(name: String, percentile: Double)] = [
        ("min", 0), ("median", 50), ("p90", 90), ("p99", 99), ("p99.9", 99.9), ("max", 100),
    ]

    func latency(_ percentile: Double) -> UInt64 {
        switch percentile {
        case 0: latencies.minNonZero == .max ? 0 : latencies.minNonZero
        case 100: latencies.maxRecorded
        default: latencies.valueAtPercentile(percentile)
        }
    }

    /// The whole curve, at percentiles that lie closer and closer to 100: ten for each nine, and no more nines than there
    /// are messages to tell them apart.
    var curve: [LatencyCurve.Point] {
        guard latencies.totalCount > 0 else { return [] }
        let nines = max(1, Self.decimalDigits(latencies.totalCount) - 1)
        var percentiles: [Double] = [0]
        var left = 100.0
        for _ in 0..<nines {
            for step in 1...9 { percentiles.append(100 - left + left * Double(step) / 10) }
            left /= 10
        }
        percentiles.append(100)
        return percentiles.map { LatencyCurve.Point(percentile: $0, nanoseconds: latency($0)) }
    }

    private static func decimalDigits(_ number: UInt64) -> Int { String(number).count }
}

/// A run's latencies as they are drawn and stored.
struct LatencyCurve: Sendable, Equatable {
    struct Point: Sendable, Equatable {
        var percentile: Double
        var nanoseconds: UInt64
    }

    var name: String
    var points: [Point]
}
