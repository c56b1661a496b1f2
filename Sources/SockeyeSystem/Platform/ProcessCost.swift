internal import CSockeye

/// What this process costs, and what it may have: for whoever measures.
package enum ProcessCost {
    /// Nanoseconds of processor time that the process has taken so far, user and system. In C: `getrusage`.
    package static var cpuNanoseconds: Int64 { sockeye_cpu_of_process() }

    /// The same for the thread that asks. In C: `getrusage` with `RUSAGE_THREAD`.
    package static var threadCPUNanoseconds: Int64 { sockeye_cpu_of_thread() }

    /// Lets the timers of the thread that asks be exact: by default the kernel may let them be 50 us late, to save power.
    /// In C: `prctl` with `PR_SET_TIMERSLACK`.
    package static func sharpenTimers() { sockeye_timer_slack_least() }

    /// Makes room for so many descriptors, as far as this user may. In C: `getrlimit`, `setrlimit`.
    ///
    /// - Returns: How many the process may have now.
    package static func makeRoom(forDescriptors count: Int) -> Int {
        let now = Int(sockeye_descriptor_limit())
        if now >= count { return now }
        let wanted = min(count, Int(sockeye_descriptor_limit_highest()))
        return wanted > now && sockeye_descriptor_limit_raise(Int64(wanted)) == 0 ? wanted : now
    }
}

extension Syscalls {
    /// Whether two stretches of bytes are the same. No system call, but C's: `memcmp`.
    package static func areEqual(_ one: UnsafeRawPointer, _ other: UnsafeRawPointer?, count: Int) -> Bool {
        unsafe sockeye_bytes_equal(one, other, count) == 1
    }
}
