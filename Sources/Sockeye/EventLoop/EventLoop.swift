internal import SockeyeSystem
internal import Synchronization

// # What an edge-triggered loop with a readiness cache must get right
//
// Level-triggered epoll repeats "readable" for as long as there is something to read, which costs a re-registration or
// an extra call a message. Edge-triggered epoll says it once, when something *changes*. The price is that whoever
// misses an edge sleeps for ever. Each rule below has a test in `EdgeRulesTests`.
//
// 1. **Short reads.** A receive that returns less than was asked for has emptied the socket, so the cache says "not
//    ready" without the second call that would only answer EAGAIN. A read that fills the buffer proves nothing: the
//    cache stays, and the next receive calls again.
// 2. **A FIN that came with the last data.** Data and FIN may share one edge. The read is short, the cache is cleared,
//    and no further edge comes: so "read side closed" (RDHUP) is kept apart, sticky, and makes every later receive call.
// 3. **HUP and ERR while nobody reads.** They are recorded when they come, sticky, for whoever calls next; and they wake
//    both directions, since a writer waits for room that a dead peer never makes. Being edges, they cannot spin.
// 4. **An edge during the system call.** Between EAGAIN and clearing the cache another thread's edge may come in. Events
//    are counted; a clear that is based on an older count is void (`RegistrationState.noLongerReady`). The same step
//    decides about sleeping, so an edge is either seen before it or wakes it.
// 5. **A descriptor number that is reused.** A closed number comes back at once with the next accept. Events name the
//    `Registration` object, never the number; an object lives until its loop has finished the batch of events that may
//    still name it; and a number is closed only when no operation is inside a system call with it.
// 6. **EINTR.** An interrupted wait is a turn without events. Interrupted calls are repeated at station 1.
// 7. **A spurious event.** An event only means "try": the call decides, and EAGAIN waits again.

/// A thread that waits for sockets and runs the tasks that they wake.
///
/// It is the executor of those tasks, so that reading, handling and writing never change thread. It is a `TaskExecutor`
/// and not a serial one: it promises where a task runs, and isolation is the business of actors.
final class EventLoop: TaskExecutor, @unchecked Sendable {
    // Sendable because `poller`, `remote` and `isAsleep` are safe to use from any thread, and all the rest is touched
    // by the loop's own thread alone.
    let poller: Poller
    let index: Int
    /// Who is told when a job holds the loop up.
    let watch = LoopWatch()
    private let remote = RemoteQueue<Request>()
    private let isAsleep = Atomic<Bool>(false)
    private let wantsToFinish = Atomic<Bool>(false)
    /// Registrations that live here: while there are any, the loop runs on.
    private let attached = Atomic<Int>(0)
    // Without dynamic exclusivity checks, which cost more than the work: one thread uses them, and never re-entrantly.
    @exclusivity(unchecked) private var jobs = JobQueue()
    /// Jobs that an event has just woken: they run before the next event is looked at, while their memory is in the
    /// cache. Jobs that others add wait their turn.
    @exclusivity(unchecked) private var woken = JobQueue()
    @exclusivity(unchecked) private var isSignalling = false
    @exclusivity(unchecked) private var timers = TimerHeap()
    @exclusivity(unchecked) private var retired: [Registration] = []
    @exclusivity(unchecked) private var isRunning = true
    /// What the job that runs now may still spend without suspending; then it lets others run.
    @exclusivity(unchecked) private var budget = 0
    /// A system call costs 16. Taking a message out of the read buffer costs 1, since it is about that much faster.
    private static let operationCost = 16
    /// 64 system calls a job: enough to amortise a switch, few enough that ten thousand busy sockets all get their turn.
    private static let budgetPerJob = 64 * operationCost

    @exclusivity(unchecked) private var buffers = LoopBufferPool()

    private enum Request: Sendable {
        case run(UnownedJob)
        case start(LoopTimer)
        case stop(LoopTimer)
        case release(Registration)
        case finish
    }

    /// Starts the loop's thread, which keeps the loop alive until `finish`.
    init(index: Int) throws(Errno) {
        self.index = index
        poller = try Poller()
        try Syscalls.startThread { self.run() }
    }

    deinit {
        unsafe jobs.deallocate()
        unsafe woken.deallocate()
        unsafe buffers.deallocate()
    }

    /// The loop whose thread this is.
    @inline(__always)
    static var current: EventLoop? {
        guard let loop = unsafe ThisThread.loop else { return nil }
        return unsafe Unmanaged<EventLoop>.fromOpaque(loop).takeUnretainedValue()
    }

    @inline(__always)
    var isCurrent: Bool { unsafe ThisThread.loop == Unmanaged.passUnretained(self).toOpaque() }

    // MARK: From any thread

    func enqueue(_ job: consuming ExecutorJob) {
        run(woken: UnownedJob(job))
    }

    /// Runs a job on the loop's thread, soon.
    @inline(__always)
    func run(woken job: UnownedJob) {
        if isCurrent {
            if unsafe isSignalling { unsafe woken.append(job) } else { unsafe jobs.append(job) }
        } else {
            send(.run(job))
        }
    }

    /// Hands a request to the loop's thread. The wakeup is one system call a sleep, however many requests come.
    private func send(_ request: Request) {
        // The runtime names the executor of a job without holding it, and the job may be the last that does: it can run, and the
        // loop be gone, before this thread has looked whether it must be woken.
        let keeper = unsafe Unmanaged.passRetained(self)
        remote.push(request)
        wakeIfAsleep()
        unsafe Self.letGo(keeper)
    }

    /// Opaque, so that the compiler does not take the reference for one that the caller has anyway.
    @inline(never)
    private static func letGo(_ loop: Unmanaged<EventLoop>) { unsafe loop.release() }

    private func wakeIfAsleep() {
        // Cheaper to look first: mostly it is awake, and an exchange would take the cache line from it.
        if isAsleep.load(ordering: .sequentiallyConsistent), isAsleep.exchange(false, ordering: .sequentiallyConsistent)
        {
            poller.wake()
        }
    }

    func start(_ timer: LoopTimer) {
        if isCurrent { unsafe timers.insert(timer) } else { send(.start(timer)) }
    }

    func stop(_ timer: LoopTimer) {
        if isCurrent { unsafe timers.remove(timer) } else { send(.stop(timer)) }
    }

    /// Ends the loop's thread once its last socket, job and timer have gone: a connection outlives the group it came from.
    func finish() {
        wantsToFinish.store(true, ordering: .sequentiallyConsistent)
        send(.finish)
    }

    /// Lets go of a registration once no event of the present batch can name it.
    func releaseAfterTurn(_ registration: Registration) {
        // From elsewhere without a wakeup: only memory waits, and only while nothing else happens on this loop.
        if isCurrent { unsafe retired.append(registration) } else { remote.push(.release(registration)) }
    }

    /// Counts an operation that completed at once. True: the job has had its share, and lets others run.
    @inline(__always)
    func spendOperation() -> Bool {
        unsafe budget &-= Self.operationCost
        return unsafe budget <= 0
    }

    /// Counts a read that was served from a read buffer, whichever loop its connection belongs to. True: the job that runs on
    /// this thread has had its share, and lets others run.
    @inline(__always)
    static func spendBufferedRead() -> Bool {
        guard let loop = unsafe ThisThread.loop else { return false }
        return unsafe Unmanaged<EventLoop>.fromOpaque(loop)._withUnsafeGuaranteedRef { loop in
            unsafe loop.budget &-= 1
            return unsafe loop.budget <= 0
        }
    }

    /// Counts an operation that was as much work as several.
    func spendOperations(_ count: Int) {
        unsafe budget &-= count * Self.operationCost
    }

    func attach() {
        attached.add(1, ordering: .relaxed)
    }

    func detach() {
        let left = attached.subtract(1, ordering: .sequentiallyConsistent).newValue
        // A loop that only waits for its last socket has to hear of it; on its own thread it sees so at its next turn.
        if left == 0, !isCurrent, wantsToFinish.load(ordering: .sequentiallyConsistent) { send(.finish) }
    }

    // MARK: From the loop's own thread

    @inline(__always)
    func takeBuffer() -> LoopBuffer? { unsafe buffers.take() }

    /// False: there are enough already.
    @inline(__always)
    func keep(_ buffer: LoopBuffer) -> Bool { unsafe buffers.keep(buffer) }

    // MARK: The thread

    private func run() {
        unsafe ThisThread.loop = Unmanaged.passUnretained(self).toOpaque()
        while hasReasonToRun {
            runJobs()
            takeRequests()
            waitForEvents()
            releaseRetired()
            fireTimers()
        }
        unsafe ThisThread.loop = nil
    }

    /// A loop whose group has gone still serves the sockets, tasks and timers that it has.
    private var hasReasonToRun: Bool {
        unsafe isRunning || !jobs.isEmpty || !timers.isEmpty || attached.load(ordering: .sequentiallyConsistent) != 0
            || remote.hasItems
    }

    /// Runs the jobs that are there now; those that they add wait for the next turn, so that events get theirs.
    private func runJobs() {
        for _ in unsafe 0..<jobs.count {
            guard let job = unsafe jobs.popFirst() else { return }
            run(job)
        }
    }

    @inline(__always)
    private func run(_ job: UnownedJob) {
        unsafe budget = Self.budgetPerJob
        guard watch.isOn else {
            unsafe job.runSynchronously(on: asUnownedTaskExecutor())
            return
        }
        let start = Syscalls.monotonicNanoseconds()
        unsafe job.runSynchronously(on: asUnownedTaskExecutor())
        watch.jobEnded(after: Syscalls.monotonicNanoseconds() &- start)
    }

    @inline(__always)
    private func runWoken() {
        while let job = unsafe woken.popFirst() {
            run(job)
        }
    }

    private func takeRequests() {
        guard remote.hasItems else { return }
        remote.drain { request in
            switch request {
            case .run(let job): unsafe jobs.append(job)
            case .start(let timer): unsafe timers.insert(timer)
            case .stop(let timer): unsafe timers.remove(timer)
            case .release(let registration): unsafe retired.append(registration)
            case .finish: unsafe isRunning = false
            }
        }
    }

    /// Sleeps until an event, a request or a timer; not at all while there are jobs.
    private func waitForEvents() {
        var milliseconds: Int32 = 0
        var sleeps = false
        if unsafe jobs.isEmpty, hasReasonToRun {
            milliseconds = unsafe timers.millisecondsToNext()
            if milliseconds != 0 {
                isAsleep.store(true, ordering: .sequentiallyConsistent)
                // A request that came before the flag was up has not woken anybody: look again now that it is up.
                sleeps = true
                if remote.hasItems { milliseconds = 0 }
            }
        }
        do {
            try unsafe poller.wait(milliseconds: milliseconds) { owner, events in
                unsafe isSignalling = true
                unsafe Unmanaged<Registration>.fromOpaque(owner)._withUnsafeGuaranteedRef { $0.signal(events) }
                unsafe isSignalling = false
                runWoken()
            }
        } catch {
            // Only a descriptor that somebody else closed can bring this about: our own invariant is broken.
            preconditionFailure("epoll_wait: \(error)")  // SAFETY: a bug of ours, never an answer to input.
        }
        if sleeps { isAsleep.store(false, ordering: .sequentiallyConsistent) }
    }

    private func releaseRetired() {
        guard unsafe !retired.isEmpty else { return }
        for registration in unsafe retired {
            // Balances `passRetained` in `Registration.init`.
            unsafe Unmanaged.passUnretained(registration).release()
        }
        unsafe retired.removeAll(keepingCapacity: true)
    }

    private func fireTimers() {
        guard unsafe !timers.isEmpty else { return }
        let now = Syscalls.monotonicNanoseconds()
        while let timer = unsafe timers.popDue(at: now) { timer.action() }
    }
}
