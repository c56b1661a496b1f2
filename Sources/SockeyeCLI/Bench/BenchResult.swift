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
    /// Replies in that time, also those to messages of the warm-up; of a number that was asked for, its own replies alone.
    var replies = 0
    /// Bytes of these replies.
    var receivedBytes = 0
    /// Connections that came about; with `--reconnect` also those during warm-up.
    var opened = 0
    /// Messages that were sent, or due, and had no reply when the run was over.
    var unanswered = 0
    /// How many of them were sent before anything was measured.
    var unansweredOfWarmUp = 0
    /// Replies that came before anything was measured: who sent them has understood the question.
    var repliesInWarmUp = 0
    var faults = Faults()
    /// Processor time of the load's own threads in the measured time.
    var loadNanoseconds: Int64 = 0

    /// Messages that were sent, or due, while it was measured, and were answered, if only in the grace after the end.
    var messages: Int { Int(latencies.totalCount) - unanswered + unansweredOfWarmUp }

    /// nil when the run was too short for a rate: then it would say when the last reply happened to come, and no more.
    var messagesPerSecond: Double? { isTooShort ? nil : Double(replies) / seconds }
    var receivedBytesPerSecond: Double? { isTooShort ? nil : Double(receivedBytes) / seconds }
    var sentBytesPerSecond: Double? { messagesPerSecond.map { $0 * Double(plan.traffic.requestBytes) } }

    /// 10 ms: a pause that the system's scheduler makes is some milliseconds long.
    static let shortestForRate = 0.01
    /// 10 messages, where they and not a clock ended the run: of fewer, one more or less changes too much.
    static let fewestForRate = 10

    private var isTooShort: Bool {
        let isCounted = ending == .finished && plan.count != nil
        return seconds < Self.shortestForRate || (isCounted && replies < Self.fewestForRate)
    }

    var hasFailed: Bool { faults.total > 0 || unanswered > 0 || ending == .stalled || isEmpty }

    /// The time was over before a single message was measured, although one was always to be sent.
    var isEmpty: Bool { plan.rate == nil && ending == .time && replies == 0 }

    /// In an open loop so slow that nothing became due while it was measured.
    var nothingWasDue: Bool {
        plan.rate != nil && ending == .time && latencies.totalCount == 0 && !hasFailed
    }

    /// How busy the load's threads were, from 0 to 1. Near 1 the load itself is the limit. nil when a thread that begins and
    /// ends was most of what there was to measure.
    var loadShare: Double? {
        guard seconds >= Self.shortestForShare else { return nil }
        return Double(loadNanoseconds) / 1e9 / seconds / Double(min(plan.loops, plan.connections))
    }

    /// 100 ms.
    private static let shortestForShare = 0.1

    /// Above this the load's threads have no time left, and the rate says more about them than about the server.
    static let fullLoad = 0.95

    mutating func add(_ tally: Tally, _ outcome: LaneOutcome) {
        latencies.add(tally.latencies)
        faults.add(tally.faults)
        unanswered += tally.unanswered + tally.unansweredOfWarmUp
        unansweredOfWarmUp += tally.unansweredOfWarmUp
        opened += tally.opened
        repliesInWarmUp += outcome.before.answered
        replies += outcome.after.answered - outcome.before.answered
        receivedBytes += outcome.after.receivedBytes - outcome.before.receivedBytes
        loadNanoseconds += outcome.after.cpu - outcome.before.cpu
        seconds = max(seconds, Double(outcome.after.time &- min(outcome.after.time, outcome.before.time)) / 1e9)
    }

    /// Of a number that was asked for, those do not count that were still under way from the warm-up, nor do their bytes.
    mutating func leaveOutWarmUp() {
        guard plan.count != nil, ending == .finished, replies > messages else { return }
        receivedBytes = Int((Double(receivedBytes) * Double(messages) / Double(replies)).rounded())
        replies = messages
    }

    // MARK: Latencies

    /// The percentiles that a person asks for, and how many messages each needs to be another than the largest.
    static let told: [(name: String, percentile: Double, needs: UInt64)] = [
        ("min", 0, 1), ("median", 50, 3), ("p90", 90, 10), ("p99", 99, 100), ("p99.9", 99.9, 1000), ("max", 100, 1),
    ]
    static let fewestForPicture: UInt64 = 10

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
