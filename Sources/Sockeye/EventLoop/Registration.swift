internal import SockeyeSystem
internal import Synchronization

/// Life of a byte, station 3: who waits for it.
///
/// A descriptor that an event loop watches, and the tasks that wait for it: one that reads and one that writes, each
/// from any thread. It owns the descriptor, and closes it when it is closed and nobody is inside a system call on it.
///
/// Why edges need care, and what this type does about it: see the essay at the top of `EventLoop.swift`.
@safe final class Registration: @unchecked Sendable {
    // Sendable because the only mutable fields are the atomic state and two slots: a slot is written by the task that
    // is about to wait, before the step that sets `waiting`, and read by the one thread that clears that bit.
    let descriptor: Int32
    let loop: EventLoop
    private let state: Atomic<UInt64>
    private var reader: UnsafeContinuation<Void, Never>?
    private var writer: UnsafeContinuation<Void, Never>?

    /// Takes the descriptor over, which must not block. When it throws, the descriptor is still the caller's.
    init(
        registering descriptor: Int32,
        on loop: EventLoop,
        state: RegistrationState = .initial
    ) throws(Errno) {
        self.descriptor = descriptor
        self.loop = loop
        self.state = Atomic(state.bits)
        // The kernel keeps an unowned pointer to this object; `retire` keeps the object until no event can name it.
        let owner = unsafe Unmanaged.passRetained(self)
        do {
            try unsafe loop.poller.add(descriptor, owner: owner.toOpaque())
        } catch {
            unsafe owner.release()
            throw error
        }
        Self.live.add(1, ordering: .relaxed)
    }

    /// How many are registered now: tests check that it comes back to where it was.
    static let live = Atomic<Int>(0)

    /// Applies one transition of the state in one atomic step.
    @inline(__always)
    private func update<Result>(_ transition: (inout RegistrationState) -> Result) -> Result {
        var old = state.load(ordering: .acquiring)
        while true {
            var new = RegistrationState(bits: old)
            let result = transition(&new)
            let (exchanged, seen) = state.weakCompareExchange(
                expected: old,
                desired: new.bits,
                successOrdering: .acquiringAndReleasing,
                failureOrdering: .acquiring
            )
            if exchanged { return result }
            old = seen
        }
    }

    // MARK: Operations

    /// Claims a direction. Every success is followed by exactly one `end`.
    @inline(__always)
    func begin(_ direction: Direction) throws(Interruption) {
        switch update({ $0.begin(direction) }) {
        case .begun: return
        case .busy: throw .busy
        case .closed: throw .closed
        }
    }

    @inline(__always)
    func end(_ direction: Direction) {
        if update({ $0.end(direction) }) { lastOneOut() }
    }

    /// What is known before a system call.
    @inline(__always)
    var snapshot: RegistrationState { RegistrationState(bits: state.load(ordering: .acquiring)) }

    /// Records that a system call found no more to do.
    @inline(__always)
    func noLongerReady(_ direction: Direction, since snapshot: RegistrationState) {
        let count = snapshot.eventCount
        update { $0.noLongerReady(direction, since: count) }
    }

    /// Records that a receive has returned the end of the stream.
    func noteEnd() {
        update { $0.noteEnd() }
    }

    /// Ends an operation that found no more to do: both in one step.
    @inline(__always)
    func endDrained(_ direction: Direction, since snapshot: RegistrationState) {
        let count = snapshot.eventCount
        let last = update {
            $0.noLongerReady(direction, since: count)
            return $0.end(direction)
        }
        if last { lastOneOut() }
    }

    /// Suspends until the direction may be ready, or throws when the operation is to be given up.
    ///
    /// - Cancellation: wakes at once.
    func waitUntilReady(_ direction: Direction) async throws(Interruption) {
        await withTaskCancellationHandler {
            unsafe await withUnsafeContinuation { continuation in
                switch direction {
                case .read: unsafe reader = unsafe continuation
                case .write: unsafe writer = unsafe continuation
                }
                if !update({ $0.suspend(direction) }) { unsafe continuation.resume() }
            }
        } onCancel: {
            if update({ $0.cancel(direction) }) { resume(direction) }
        }
        let now = snapshot
        if now.refusesWaiting { throw .closed }
        if now.isCancelled(direction) { throw .cancelled }
    }

    private func resume(_ direction: Direction) {
        switch direction {
        case .read: unsafe reader?.resume()
        case .write: unsafe writer?.resume()
        }
    }

    private func resumeAll(_ wake: RegistrationState.Wake) {
        if wake.contains(.read) { resume(.read) }
        if wake.contains(.write) { resume(.write) }
    }

    /// Closed by another task while this operation ran: a task of its own sees to a gentle end.
    func lastOneOut() {
        if snapshot.isAborted {
            retire()
        } else {
            Task(executorPreference: loop) { await self.linger(for: Registration.lingerTime) }
        }
    }

    /// Makes a quick call on the descriptor while it is certain to be open; nil when it is closed.
    func using<Result>(_ body: (Int32) -> Result?) -> Result? {
        guard update({ $0.hold() }) else { return nil }
        defer { if update({ $0.letGo() }) { lastOneOut() } }
        return body(descriptor)
    }

    // MARK: Events and the end

    /// Events from the kernel, on the loop's thread.
    @inline(__always)
    func signal(_ events: Poller.Events) {
        let wake = update {
            $0.signal(
                read: events.isReadable,
                write: events.isWritable,
                readEnded: events.isReadClosed,
                bothEnded: events.isBothClosed
            )
        }
        resumeAll(wake)
    }

    /// Wakes whoever waits, with `.closed`; nothing new begins. More than once is fine.
    ///
    /// - Returns: Whether the descriptor is now the caller's, who lets it `linger` or calls `retire`. If not, the last
    ///   operation that still runs takes care of it.
    func close(abruptly: Bool = false) -> Bool {
        let (wake, last) = update { $0.close(abruptly: abruptly) }
        resumeAll(wake)
        return last
    }

    /// Keeps the released descriptor for reading on: for the caller of `close` that got true, before it retires it.
    func beginLingering() {
        update { $0.linger() }
    }

    /// Makes a task that waits in this direction give up, as if it were cancelled.
    func expire(_ direction: Direction) {
        if update({ $0.cancel(direction) }) { resume(direction) }
    }

    /// Closes the descriptor, and lets go of this object once the loop can no longer hold an event that names it.
    func retire() {
        // Closing alone takes a descriptor out of epoll only when no other refers to the same open file, and a child
        // process that is between fork and exec holds such another: its event would name an object that is gone.
        try? loop.poller.remove(descriptor)
        Syscalls.close(descriptor)
        Self.live.subtract(1, ordering: .relaxed)
        loop.releaseAfterTurn(self)
    }
}

/// Why an operation was given up without an answer of the system.
enum Interruption: Error {
    /// The task was cancelled.
    case cancelled
    /// The socket was closed on this side.
    case closed
    /// Another task is in the same operation.
    case busy
}
