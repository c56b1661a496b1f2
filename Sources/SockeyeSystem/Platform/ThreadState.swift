internal import CSockeye

/// Whether a thread sleeps in a system call: what a lesson has to know before it shows that a call blocks.
package struct ThreadState: Sendable, Equatable {
    private let id: Int32

    /// The thread that runs now. In C: `gettid`.
    package static var current: ThreadState { ThreadState(id: sockeye_thread_id()) }

    /// False for a thread that runs or is gone. The state stands after the name, which may hold anything in parentheses:
    /// see the kernel's Documentation/filesystems/proc.rst.
    package var isAsleep: Bool {
        guard let text = SystemFile.text("/proc/self/task/\(id)/stat"), let end = text.lastIndex(of: ")") else {
            return false
        }
        return text[end...].dropFirst().first { $0 != " " } == "S"
    }
}
