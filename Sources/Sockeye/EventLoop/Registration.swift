internal import SockeyeSystem
internal import Synchronization

/// Life of a byte, station 3: who waits for it.
///
/// A descriptor that an event loop watches, and the tasks that wait for it: one that reads and one that writes, each
/// from any thread. It owns the descriptor, and closes it when it is closed and nobody is inside a system call on it.
///
/// Why edges need care, and what this type does about it: see the essay at the top of `EventLoop.swift`.
@usableFromInline
@safe final class Registration: @unchecked Sendable {
    // Sendable because the only mutable fields are atomic, and two slots: a slot is written by the task that is about to
    // wait, before the step that sets `waiting`, and read by the one thread that clears that bit.
    let descriptor: Int32
    /// Whether the loop is told of room to write: a Unix socket's only once a send has waited. See `Poller`.
    private let watchesWriting: Atomic<Bool>
    let loop: EventLoop
    private let state: Atomic<UInt64>
    private let hasTakenBytes = Atomic(false)
    /// The task whose cancellation `ownerWasCancelled` tells, as a number that is only ever compared; 0 for none.
    private let owner = Atomic<UInt>(0)
    @exclusivity(unchecked) private var reader = Waiter.nobody
    @exclusivity(unchecked) private var writer = Waiter.nobody

    /// Who waits, and how it is woken.
    @safe private enum Waiter {
        case nobody
        case task(UnsafeContinuation<Void, Never>)
        /// The owner: see `Parking`.
        case parked(UnownedJob)
    }

    /// Takes the descriptor over, which must not block. When it throws, the descriptor is still the caller's.
    init(
        registering descriptor: Int32,
        on loop: EventLoop,
        state: RegistrationState = .initial,
        family: AddressFamily? = nil
    ) throws(Errno) {
        self.descriptor = descriptor
        self.loop = loop
        self.state = Atomic(state.bits)
        watchesWriting = Atomic(family != .unix)
        // The kernel keeps an unowned pointer to this object; `retire` keeps the object until no event can name it.
        let owner = unsafe Unmanaged.passRetained(self)
        loop.attach()
        do {
            if family == .unix {
                try unsafe loop.poller.addReading(descriptor, owner: owner.toOpaque())
            } else {
                try unsafe loop.poller.add(descriptor, owner: owner.toOpaque())
            }
        } catch {
            loop.detach()
            unsafe owner.release()
            throw error
        }
        Self.live.add(1, ordering: .relaxed)
        if FaultSeam.isOn { watchFaults() }
    }

    /// How many are registered now: tests check that it comes back to where it was.
    static let live = Atomic<Int>(0)

    /// What is known now.
    @inline(__always)
    var snapshot: RegistrationState { RegistrationState(bits: state.load(ordering: .acquiring)) }

    /// Applies one transition of the state in one atomic step.
    @inline(__always)
    func update<Result>(_ transition: (inout RegistrationState) -> Result) -> Result {
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

    // MARK: Waiting

    /// Says where the owner waits for input, which then goes to `Parking.shared` at once.
    ///
    /// False: it runs elsewhere than on the loop, and waits by `waitAsOwner`. The loop would be in its way: what is parked goes on
    /// when the loop has time for it, and whoever is elsewhere may be cancelled while something else holds the loop up.
    @usableFromInline
    func prepareToPark() -> Bool {
        guard loop.isCurrent else { return false }
        unsafe ThisThread.place = Unmanaged.passUnretained(self).toOpaque()
        return true
    }

    /// Keeps the owner until there may be input, or lets it go on at once when there is a reason to.
    @inline(__always)
    func parkReader(_ job: UnownedJob) {
        unsafe reader = .parked(job)
        if !update({ $0.suspend(.read, isOwner: true) }) { loop.run(woken: job) }
    }

    private func suspend(_ direction: Direction, _ continuation: UnsafeContinuation<Void, Never>, isOwner: Bool) {
        switch direction {
        case .read: unsafe reader = .task(continuation)
        case .write:
            unsafe writer = .task(continuation)
            if !watchesWriting.load(ordering: .relaxed) { watchWriting() }
        }
        if !update({ $0.suspend(direction, isOwner: isOwner) }) { unsafe continuation.resume() }
    }

    /// Should it fail, for want of memory in the kernel, the socket counts as over: the next attempt says what there is, of
    /// whoever waits to read as well.
    @inline(never)
    private func watchWriting() {
        watchesWriting.store(true, ordering: .relaxed)
        do {
            try unsafe loop.poller.watchBoth(descriptor, owner: Unmanaged.passUnretained(self).toOpaque())
        } catch {
            resumeAll(update { $0.signal(read: false, write: true, readEnded: false, bothEnded: true) })
        }
    }

    /// Suspends until the direction may be ready, or the task is cancelled, or the registration is closed.
    @usableFromInline
    func waitCancellably(_ direction: Direction, isolation: isolated (any Actor)? = #isolation) async {
        await withTaskCancellationHandler {
            unsafe await withUnsafeContinuation { continuation in
                unsafe suspend(direction, continuation, isOwner: false)
            }
        } onCancel: {
            expire(direction)
        }
    }

    /// As `waitCancellably`, for the owner: without a cancellation handler of its own.
    @usableFromInline
    func waitAsOwner(_ direction: Direction, isolation: isolated (any Actor)? = #isolation) async {
        unsafe await withUnsafeContinuation { continuation in
            unsafe suspend(direction, continuation, isOwner: true)
        }
    }

    /// Makes a task that waits in this direction give up, as if it were cancelled.
    func expire(_ direction: Direction) {
        if update({ $0.cancel(direction) }) { resume(direction) }
    }

    func resumeReader() { resume(.read) }

    private func resume(_ direction: Direction) {
        switch direction {
        case .read: unsafe resume(reader)
        case .write: unsafe resume(writer)
        }
    }

    @inline(__always)
    private func resume(_ waiter: Waiter) {
        switch waiter {
        case .nobody: break
        case .task(let continuation): unsafe continuation.resume()
        case .parked(let job): loop.run(woken: job)
        }
    }

    private func resumeAll(_ wake: RegistrationState.Wake) {
        if wake.contains(.read) { resume(.read) }
        if wake.contains(.write) { resume(.write) }
    }

    // MARK: The owner

    // A cancellation handler for each wait costs 1,500 instructions, as much as all the rest of a small message. The
    // task that lives with a connection installs one for all its waits, and says so here; every other task has its own.

    /// The present task will call `ownerWasCancelled` when it is cancelled, until it calls `releaseOwner`.
    func adoptCurrentTask() {
        owner.store(ThisThread.task, ordering: .relaxed)
    }

    func releaseOwner() {
        owner.store(0, ordering: .relaxed)
    }

    func ownerWasCancelled() {
        resumeAll(update { $0.cancelOwner() })
    }

    /// Whether the present task is the owner.
    @inline(__always)
    var isOwnedByCurrentTask: Bool {
        let owner = owner.load(ordering: .relaxed)
        return owner != 0 && owner == ThisThread.task
    }

    func noteSendCutShort() {
        update { $0.noteSendCutShort() }
    }

    func noteFinishedSending() {
        update { $0.noteFinishedSending() }
    }

    /// Records that a receive has returned the end of the stream.
    func noteEnd() {
        update { $0.noteEnd() }
    }

    /// Called where a slow path ends, so that the hop back to the caller's executor stays on that path: else the compiler
    /// moves it to where fast and slow path meet, and every message pays for it. The load keeps it from seeing through.
    @usableFromInline
    @inline(never)
    func slowPathEnded() {
        _ = state.load(ordering: .acquiring)
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

    /// As `close`, for a time limit of the server: whoever waits gets `.timedOut`.
    ///
    /// Where a send waits the peer gets a reset: a clean end would make a part of an answer look like the whole.
    ///
    /// - Parameter resetsUnfinished: The same unless this side has finished sending, whoever waits.
    func closeOutOfTime(_ limit: TimeLimit, resetsUnfinished: Bool = false) {
        let before = snapshot
        let isReset = before.isWaiting(.write) || (resetsUnfinished && !before.hasFinishedSending)
        if isReset { using { descriptor in try? Syscalls.resetOnClose(descriptor) } }
        let (wake, last) = update { $0.closeOutOfTime(limit, abruptly: isReset) }
        resumeAll(wake)
        if last { lastOneOut() }
    }

    /// Records that bytes were taken from the read buffer: a store, where an update of the state would cost a locked instruction.
    @inline(__always)
    func noteActivity() { hasTakenBytes.store(true, ordering: .relaxed) }

    /// Whether any operation has got anywhere since this was last asked.
    func takeTouched() -> Bool {
        let hasTaken = hasTakenBytes.exchange(false, ordering: .relaxed)
        return update { $0.takeTouched() } || hasTaken
    }

    /// Makes a quick call on the descriptor while it is certain to be open; nil when it is closed.
    func using<Result>(_ body: (Int32) -> Result?) -> Result? {
        guard update({ $0.hold() }) else { return nil }
        defer { if update({ $0.letGo() }) { lastOneOut() } }
        return body(descriptor)
    }

    /// Closes the descriptor, and lets go of this object once the loop can no longer hold an event that names it.
    func retire() {
        leaveLoop { Syscalls.close(descriptor) }
        if update({ $0.retire() }) { tellThoseWhoWait() }
    }

    /// Ends the tie to the loop; `after` runs when no new event can come, and before the object may go.
    func leaveLoop(_ after: () -> Void = {}) {
        // Closing alone takes a descriptor out of epoll only when no other refers to the same open file, and a child
        // process that is between fork and exec holds such another: its event would name an object that is gone.
        try? loop.poller.remove(descriptor)
        after()
        Self.live.subtract(1, ordering: .relaxed)
        loop.releaseAfterTurn(self)
        loop.detach()
    }
}
