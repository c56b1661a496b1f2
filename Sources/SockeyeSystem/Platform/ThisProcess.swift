internal import CSockeye

/// The running process, and what its user has told it besides arguments.
package enum ThisProcess {
    /// Makes this thread, and every thread that it starts, leave SIGINT, SIGTERM and SIGHUP to ``waitForEndingSignal(milliseconds:)``,
    /// and ignores SIGPIPE. A SIGHUP that is ignored, as under `nohup`, stays so. Call it before anything has started a thread.
    /// In C: `pthread_sigmask`, `signal`.
    package static func prepareSignals() { sockeye_signals_prepare() }

    /// Opens `/dev/null` on the standard streams that are closed: else a socket or an event loop gets their number, and is
    /// read from and written to as if it were one. Writing to a standard output that was closed still fails. Call it first of
    /// all.
    package static func openStandardStreams() { sockeye_standard_streams_open() }

    /// Blocks the thread until SIGINT, SIGTERM or SIGHUP comes, and returns its number; 0 when none came within the time.
    /// In C: `sigtimedwait`.
    ///
    /// - Parameter milliseconds: -1 for ever.
    package static func waitForEndingSignal(milliseconds: Int32 = -1) -> Int32 { sockeye_signals_wait(milliseconds) }

    /// The terminal has gone. `SIGHUP`.
    package static var hangup: Int32 { sockeye_signal_hangup() }

    /// Ends the process at once; nothing runs and nothing is written any more. In C: `_exit`.
    package static func exit(_ status: Int32) -> Never { sockeye_exit(status) }

    package static var id: Int32 { sockeye_process_id() }

    /// Whether this process may do what other users may not. In C: `geteuid`.
    package static var isRoot: Bool { sockeye_user_id() == 0 }

    /// A variable of the environment; nil when it is not set. In C: `getenv`.
    package static func environment(_ name: String) -> String? {
        unsafe sockeye_environment(name).map { unsafe String(cString: $0) }
    }

    /// How often this thread has given up its core to wait: a call that raised it has blocked. In C: `getrusage`.
    package static var threadWaits: Int64 { sockeye_thread_waits() }

    /// Blocks the thread for a while. In C: `poll` of nothing.
    package static func pause(milliseconds: Int32) { _ = sockeye_wait_readable(-1, milliseconds) }
}
