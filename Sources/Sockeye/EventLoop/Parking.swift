internal import Synchronization

/// Where a task waits for its socket: an executor that keeps what it is given until the socket wakes it.
///
/// A task suspends by going to this actor: the runtime hands it over as a job, and `enqueue` leaves the job with the
/// registration that the task has named. When the socket wakes it, its loop runs the job, and the task goes on in the
/// function that it came from. A continuation does the same for more: it is a record in the task's list, made, changed
/// under a lock and taken out again, for each wait. See docs/design/0025.
///
/// It isolates nothing: `pass` has no state to protect.
@usableFromInline
final actor Parking: SerialExecutor {
    @usableFromInline static let shared = Parking()
    private let passed = Atomic<Int>(0)

    @inlinable
    nonisolated var unownedExecutor: UnownedSerialExecutor {
        unsafe UnownedSerialExecutor(ordinary: self)
    }

    @usableFromInline
    nonisolated func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        guard let place = unsafe ThisThread.place else {
            preconditionFailure("a task was parked without a socket")  // SAFETY: only `prepareToPark` leads here.
        }
        unsafe Unmanaged<Registration>.fromOpaque(place)._withUnsafeGuaranteedRef { $0.parkReader(job) }
    }

    /// Nothing: who gets here has been woken. The load keeps the compiler from leaving it out, and the way to it.
    @usableFromInline
    @inline(never)
    func pass() {
        _ = passed.load(ordering: .acquiring)
    }
}
