import Sockeye

/// What a run is to do, all of it possible.
struct BenchPlan: Sendable {
    var connections = 64
    /// Messages in flight on each connection.
    var depth = 1
    /// Threads that make the load.
    var loops = 1
    /// How long is measured; nil without a bound in time, when `count` bounds it.
    var duration: Duration?
    /// How many messages are measured.
    var count: Int?
    /// How long messages go to and fro before any of them counts.
    var warmUp = Duration.milliseconds(500)
    /// Messages a second that are due, whatever the server does; nil for a message whenever a reply has come.
    var rate: Double?
    /// A new connection for each message.
    var reconnects = false
    var traffic: Traffic

    /// 10 seconds without a single reply: the server has stopped, and nothing is waited for any longer.
    static let patience = Duration.seconds(10)
    /// 1 second after the end: what was sent in time may still be answered.
    static let grace = Duration.seconds(1)
    /// 10 seconds: long enough for a p99.9, short enough to wait for.
    static let usualDuration = Duration.seconds(10)
}

/// When messages are due in an open loop: at even distances.
struct Schedule: Sendable {
    let start: UInt64
    let nanosecondsBetween: Double

    init(start: UInt64, rate: Double) {
        self.start = start
        nanosecondsBetween = 1e9 / rate
    }

    /// How long nothing is due between two messages.
    var pause: UInt64 { UInt64(nanosecondsBetween) }

    @inline(__always)
    func due(_ number: Int) -> UInt64 { start &+ UInt64(Double(number) * nanosecondsBetween) }
}
