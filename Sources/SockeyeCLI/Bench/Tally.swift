import Histogram
import SockeyeSystem

/// What a lane has counted, and how much it is still to do.
struct Tally: Sendable {
    /// An hour: what takes longer counts as an hour.
    static let longestNanoseconds: UInt64 = 3_600_000_000_000

    private(set) var latencies = Histogram<UInt64>(
        highestTrackableValue: longestNanoseconds,
        numberOfSignificantValueDigits: .three
    )
    /// Replies so far, also those to what was sent during warm-up.
    private(set) var answered = 0
    /// Bytes of these replies.
    private(set) var receivedBytes = 0
    private(set) var opened = 0
    /// Messages that were sent, or due, and had no reply at the end.
    private(set) var unanswered = 0
    /// Messages of the warm-up that had no reply at the end: no latency is known of them, but they are no success.
    private(set) var unansweredOfWarmUp = 0
    private(set) var faults = Faults()
    /// When the last reply came.
    private(set) var lastAnswer: UInt64 = 0

    /// What is sent before it is warm-up, and not counted.
    private var measuresFrom: UInt64 = .max
    private(set) var endsAt: UInt64 = 0
    /// How many messages may still be sent once it is measured.
    private var budget = Int.max

    mutating func begin(measuringFrom start: UInt64, until end: UInt64, budget: Int?) {
        measuresFrom = start
        endsAt = end
        self.budget = budget ?? .max
    }

    /// Nothing more is sent, and nothing more becomes due.
    mutating func end(at now: UInt64) { endsAt = min(endsAt, now) }

    /// Whether nothing more is to be sent at that time: what was asked for has been, or the time is up.
    @inline(__always)
    func isOver(at now: UInt64) -> Bool { now >= endsAt || budget == 0 }

    /// How many of `wanted` messages may be sent now; 0 when the run is over.
    @inline(__always)
    mutating func take(_ wanted: Int, at now: UInt64) -> Int {
        if isOver(at: now) { return 0 }
        if now < measuresFrom { return wanted }
        let taken = min(wanted, budget)
        budget &-= taken
        return taken
    }

    mutating func noteOpened() { opened += 1 }

    /// Replies that came at `now` to messages that were sent, or due, at `since`.
    @inline(__always)
    mutating func noteAnswered(_ count: Int, since: UInt64, at now: UInt64) {
        answered &+= count
        lastAnswer = now
        guard since >= measuresFrom else { return }
        latencies.record(min(now &- since, Self.longestNanoseconds), count: UInt64(truncatingIfNeeded: count))
    }

    @inline(__always)
    mutating func noteReceived(_ byteCount: Int) { receivedBytes &+= byteCount }

    /// Messages for which nothing had come at the end: they count with the time that they had waited, or a server that
    /// stops answering would look as good as one that answers.
    mutating func noteUnanswered(_ count: Int, since: UInt64, at now: UInt64) {
        guard since < now, count > 0 else { return }
        if since < measuresFrom {
            unansweredOfWarmUp += count
            return
        }
        unanswered += count
        latencies.record(min(now &- since, Self.longestNanoseconds), count: UInt64(count))
    }

    mutating func note(_ fault: Fault) { faults.add(fault) }

    /// How things stand; for the thread that counts.
    func standing(at now: UInt64) -> Standing {
        Standing(
            time: now,
            cpu: ProcessCost.threadCPUNanoseconds,
            answered: answered,
            receivedBytes: receivedBytes,
            faults: faults.total
        )
    }
}

/// What a lane has counted at one moment.
struct Standing: Sendable {
    /// Nanoseconds of the monotonic clock.
    var time: UInt64 = 0
    /// Nanoseconds of processor time of the lane's thread.
    var cpu: Int64 = 0
    var answered = 0
    var receivedBytes = 0
    var faults = 0
}
