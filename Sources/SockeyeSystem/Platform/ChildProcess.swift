internal import CSockeye

/// A program that this one has started, in a process group of its own.
///
/// **Concurrency.** May be used from any thread. Exactly one calls ``waitForEnd()``, and does so: else a dead process stays.
package final class ChildProcess: Sendable {
    package let id: Int32
    /// Its number may belong to another process once it was reaped.
    private let hasEnded = Locked(false)

    package enum Signal: Sendable {
        /// A request to end. `SIGTERM`.
        case terminate
        /// The end. `SIGKILL`.
        case kill
    }

    /// Starts a program, with nothing of this process open but the descriptors named here.
    ///
    /// - Parameters:
    ///   - arguments: The program, looked for in `PATH` if its name has no slash, and what it is told; not empty.
    ///   - variables: Added to this process's own environment, or in place of those there.
    ///   - input: What it reads as its standard input; it stays the caller's. `output`, `errors`: likewise.
    package init(
        _ arguments: [String],
        variables: [(name: String, value: String)],
        input: Int32,
        output: Int32,
        errors: Int32 = 2
    ) throws(Errno) {
        let names = Set(variables.map(\.name))
        let inherited = Self.environment().filter { entry in !names.contains(String(entry.prefix { $0 != "=" })) }
        let environment = inherited + variables.map { "\($0.name)=\($0.value)" }
        id = try Syscalls.spawn(arguments, environment: environment, input: input, output: output, errors: errors)
    }

    /// Blocks the thread until the program has ended, and returns its status, or 128 and the signal that ended it, as shells
    /// do. In C: `waitid`, `waitpid`.
    package func waitForEnd() -> Int32 {
        while sockeye_child_wait(id) < 0, Errno.last == .interrupted {}
        hasEnded.with { $0 = true }
        while true {
            let status = sockeye_child_reap(id)
            if status >= 0 || Errno.last != .interrupted { return status }
        }
    }

    /// Sends a signal to the program and to what it has started; nothing once it has ended. In C: `kill`.
    package func send(_ signal: Signal) {
        hasEnded.with { hasEnded in
            if hasEnded { return }
            _ = sockeye_child_signal(id, signal == .kill ? sockeye_signal_kill() : sockeye_signal_terminate())
        }
    }

    private static func environment() -> [String] {
        var entries: [String] = []
        while let entry = unsafe sockeye_environment_entry(Int32(entries.count)) {
            unsafe entries.append(String(cString: entry))
        }
        return entries
    }
}

extension SystemFile {
    /// Whether it is a folder; nil when it cannot be looked at. In C: `stat`.
    package static func isFolder(_ path: String) -> Bool? {
        let answer = unsafe sockeye_is_folder(path)
        return answer < 0 ? nil : answer == 1
    }

    /// Where a shell would find a program; nil when it would find none. In C: `access`.
    package static func program(_ name: String) -> String? {
        guard !name.contains("/") else { return unsafe sockeye_is_executable(name) == 1 ? name : nil }
        let path = ThisProcess.environment("PATH") ?? "/usr/local/bin:/usr/bin:/bin"
        return path.split(separator: ":").lazy.map { "\($0)/\(name)" }.first { unsafe sockeye_is_executable($0) == 1 }
    }
}

extension ThisProcess {
    /// Lets this process open as many descriptors as it may allow itself: mostly there is a low limit that anybody can raise
    /// to a high one. In C: `setrlimit` with `RLIMIT_NOFILE`.
    package static func raiseDescriptorLimit() { sockeye_raise_descriptor_limit() }
}
