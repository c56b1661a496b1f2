internal import CSockeye

extension Syscalls {
    /// As ``epollWait(_:_:capacity:milliseconds:)``, with a time that is no whole number of milliseconds.
    ///
    /// A kernel before 5.11 cannot do that, and waits for the next whole one. In C: `epoll_pwait2`.
    package static func epollWait(
        _ epoll: Int32,
        _ events: UnsafeMutablePointer<Event>,
        capacity: Int32,
        nanoseconds: Int64
    ) throws(Errno) -> Int {
        let count = unsafe sockeye_epoll_wait_nanoseconds(epoll, events, capacity, nanoseconds)
        if count >= 0 { return Int(count) }
        switch Errno.last {
        case .interrupted: return 0
        case .notImplemented, .notPermitted:
            // A sandbox that does not know the call yet forbids it, which is the same to us.
            let milliseconds = Int32(clamping: nanoseconds / 1_000_000 + 1)
            return try unsafe epollWait(epoll, events, capacity: capacity, milliseconds: milliseconds)
        case let error: throw error
        }
    }
}
