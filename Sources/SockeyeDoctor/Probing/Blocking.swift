import SockeyeSystem

/// Work that blocks, each piece on a thread of its own that ends with it: a diagnosis makes a few dozen, and then no more.
enum Blocking {
    static func run<Result: Sendable>(_ work: @escaping @Sendable () -> Result) async -> Result {
        await withCheckedContinuation { continuation in
            do {
                try Syscalls.startThread { continuation.resume(returning: work()) }
            } catch {
                // Without a thread to spare the loop waits: late is better than never.
                continuation.resume(returning: work())
            }
        }
    }
}

/// A point in time by the monotonic clock, for calls that take milliseconds.
struct Deadline {
    private let end: UInt64
    private let start = Syscalls.monotonicNanoseconds()

    init(in limit: Duration) {
        let (seconds, attoseconds) = limit.components
        end = start + UInt64(max(seconds, 0)) * 1_000_000_000 + UInt64(max(attoseconds, 0)) / 1_000_000_000
    }

    /// 0 when the time is over; otherwise at least 1.
    var milliseconds: Int32 {
        let now = Syscalls.monotonicNanoseconds()
        return now >= end ? 0 : Int32(clamping: (end - now) / 1_000_000 + 1)
    }

    /// The time since this was made.
    var elapsed: Duration { .nanoseconds(Int64(Syscalls.monotonicNanoseconds() - start)) }
}
