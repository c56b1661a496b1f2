import SockeyeSystem

/// A lane's descriptors as the kernel watches them, and the memory that it receives into.
@safe final class LanePoller: @unchecked Sendable {
    // Sendable because a lane is on one thread at a time, and its poller goes with it.
    private let epoll: Int32
    private let events: UnsafeMutablePointer<Syscalls.Event>
    let inbox: UnsafeMutableRawPointer
    /// 256: as many as the kernel is asked for by the servers that this is to load.
    private static let eventsAtOnce = 256

    init() throws(Errno) {
        epoll = try Syscalls.epollCreate()
        unsafe events = .allocate(capacity: Self.eventsAtOnce)
        unsafe inbox = .allocate(byteCount: Traffic.longestPiece, alignment: 64)
    }

    deinit {
        Syscalls.close(epoll)
        unsafe events.deallocate()
        unsafe inbox.deallocate()
    }

    /// Watches a talker's descriptor, in both directions and edge-triggered.
    func watch(_ descriptor: Int32, _ index: Int) throws(Errno) {
        // An event brings back a pointer; here it is a number that is never followed. 0 would be none.
        try unsafe Syscalls.epollAdd(epoll, descriptor, owner: UnsafeMutableRawPointer(bitPattern: index + 1))
    }

    /// Waits for events, not beyond `wakeUp`. Returns how many there are.
    func wait(until wakeUp: UInt64, at now: UInt64) -> Int {
        do throws(Errno) {
            return try unsafe Syscalls.epollWait(
                epoll,
                events,
                capacity: Int32(Self.eventsAtOnce),
                nanoseconds: wakeUp > now ? Int64(wakeUp - now) : 0
            )
        } catch {
            preconditionFailure("epoll_wait: \(error)")  // SAFETY: a bug of ours, never an answer to input.
        }
    }

    /// Whose an event is, and what happened.
    @inline(__always)
    func event(_ number: Int) -> (index: Int, bits: UInt32) {
        let (owner, bits) = unsafe Syscalls.read(events + number)
        return (Int(bitPattern: owner) &- 1, bits)
    }
}
