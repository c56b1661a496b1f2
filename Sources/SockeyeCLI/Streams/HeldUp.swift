import SockeyeSystem

/// Calls that block for as long as somebody else likes, and that no cancellation ends: who has interrupted the command does not wait
/// for them without end.
///
/// **Concurrency.** May be used from any thread.
enum HeldUp {
    enum By: Hashable, Sendable {
        case output
        case recording
        case file(String)
        /// A file that is read, and may be a pipe in which nothing comes.
        case input(String)

        /// What is said of it when it is given up.
        var words: String {
            switch self {
            case .output: "sockeye: nobody reads standard output: what was still to be written is dropped"
            case .recording: "sockeye: nobody reads the recording: what was still to be written is dropped"
            case .file(let path): "sockeye: nobody is at the other end of \(SafeText.line(path)): it is given up"
            case .input(let path):
                "sockeye: ended while it waited for the rest of \(SafeText.line(path)): nothing was done"
            }
        }
    }

    private struct Calls {
        var count = 0
        var since: UInt64 = 0
    }

    private static let calls = Locked<[By: Calls]>([:])
    /// When the last of these calls returned.
    private static let ends = Locked<[By: UInt64]>([:])

    /// Runs a call that may block, on the thread that makes it.
    static func during<Result>(_ by: By, _ body: () throws(Errno) -> Result) throws(Errno) -> Result {
        begin(by)
        defer { end(by) }
        return try body()
    }

    static func begin(_ by: By) {
        calls.with { all in
            var these = all[by, default: Calls()]
            if these.count == 0 { these.since = Syscalls.monotonicNanoseconds() }
            these.count += 1
            all[by] = these
        }
    }

    static func end(_ by: By) {
        // First: who finds nobody in a call has to find when the last one was over.
        ends.with { $0[by] = Syscalls.monotonicNanoseconds() }
        calls.with { all in
            guard var these = all[by] else { return }
            these.count -= 1
            all[by] = these.count == 0 ? nil : these
        }
    }

    /// Whether somebody waits in such a call now.
    static func isBlocked(_ by: By) -> Bool { calls.with { $0[by] != nil } }

    /// What somebody waits for now, of which nothing can be told but that.
    static var present: By? { calls.with { $0.keys.first } }

    /// How long ago the last such call returned; nil where none ever did.
    static func timeSinceLast(_ by: By) -> Duration? {
        ends.with { $0[by] }.map { .nanoseconds(Syscalls.monotonicNanoseconds() &- $0) }
    }

    /// What has blocked without a pause for so long, counted from `start` at the earliest; nil when nothing has.
    static func by(for nanoseconds: UInt64, since start: UInt64) -> By? {
        let now = Syscalls.monotonicNanoseconds()
        return calls.with { all in
            all.first { _, these in
                let from = max(these.since, start)
                return now > from && now - from >= nanoseconds
            }?.key
        }
    }
}
