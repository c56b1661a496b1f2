internal import SockeyeSystem

/// Life of a byte, station 2: the kernel says which sockets have something.
///
/// Waits for many descriptors at once. This is the epoll backend: every descriptor is added once, for both directions
/// and edge-triggered, and never rearmed. A backend offers what this type does: `add`, `remove`, `wait`, `wake`.
@safe final class Poller: @unchecked Sendable {
    // Sendable because the descriptors never change, `add`, `remove` and `wake` are system calls that any thread may
    // make, and only the loop's own thread calls `wait`, which alone touches the event buffer.
    private let epoll: Int32
    private let wakeup: Int32
    private let events: UnsafeMutablePointer<Syscalls.Event>
    /// 256: more per call saves nothing that can be measured, fewer costs calls when thousands are ready.
    private static let capacity = 256

    init() throws(Errno) {
        epoll = try Syscalls.epollCreate()
        do {
            wakeup = try Syscalls.eventDescriptor()
        } catch {
            Syscalls.close(epoll)
            throw error
        }
        unsafe events = .allocate(capacity: Self.capacity)
        try unsafe Syscalls.epollAdd(epoll, wakeup, owner: nil)
    }

    deinit {
        Syscalls.close(wakeup)
        Syscalls.close(epoll)
        unsafe events.deallocate()
    }

    /// Watches a descriptor. `owner` comes back with each of its events.
    func add(_ descriptor: Int32, owner: UnsafeMutableRawPointer) throws(Errno) {
        try unsafe Syscalls.epollAdd(epoll, descriptor, owner: owner)
    }

    // A Unix socket tells of room to write whenever its peer has received something, wanted or not; TCP only after a send
    // that found none. In an echo that would be one more event a message. So a Unix socket is added for reading alone, and
    // watched for writing from the first time on that a send has to wait. Changing the watch reports room that is there
    // already, so no edge is missed.

    /// Watches a descriptor of a Unix socket for reading alone.
    func addReading(_ descriptor: Int32, owner: UnsafeMutableRawPointer) throws(Errno) {
        try unsafe Syscalls.epollAddReading(epoll, descriptor, owner: owner)
    }

    /// Watches a descriptor for writing too.
    func watchBoth(_ descriptor: Int32, owner: UnsafeMutableRawPointer) throws(Errno) {
        try unsafe Syscalls.epollWatchBoth(epoll, descriptor, owner: owner)
    }

    func remove(_ descriptor: Int32) throws(Errno) {
        try Syscalls.epollRemove(epoll, descriptor)
    }

    /// Makes a `wait` in another thread return. Edge-triggered, so that the counter never has to be read back.
    func wake() {
        Syscalls.signalEvent(wakeup)
    }

    /// Waits up to `milliseconds` (-1: for ever) and hands each event to `body`. An interrupted wait has no events.
    @inline(__always)
    func wait(milliseconds: Int32, _ body: (UnsafeMutableRawPointer, Events) -> Void) throws(Errno) {
        let count = try unsafe Syscalls.epollWait(
            epoll,
            events,
            capacity: Int32(Self.capacity),
            milliseconds: milliseconds
        )
        for index in 0..<count {
            // Without an owner it is the wakeup, whose only purpose was that `wait` returned.
            let (owner, bits) = unsafe Syscalls.read(events + index)
            if let owner = unsafe owner { unsafe body(owner, Events(bits: bits)) }
        }
    }

    /// What epoll reports of a descriptor.
    struct Events {
        let bits: UInt32
        var isReadable: Bool { bits & Syscalls.eventRead != 0 }
        var isWritable: Bool { bits & Syscalls.eventWrite != 0 }
        /// The peer has sent its FIN.
        var isReadClosed: Bool { bits & Syscalls.eventReadClosed != 0 }
        /// Both directions are over, or the socket has an error to report.
        var isBothClosed: Bool { bits & Syscalls.eventBothClosed != 0 }
    }
}
