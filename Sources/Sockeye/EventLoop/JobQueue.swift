/// The jobs that are ready to run on a loop, first in, first out: a ring that grows and never shrinks.
///
/// An array with `removeFirst` would move its elements for each job.
@safe struct JobQueue {
    private var ring: UnsafeMutablePointer<UnownedJob>
    private var capacity = 256
    private var first = 0
    private(set) var count = 0

    init() {
        unsafe ring = .allocate(capacity: capacity)
    }

    var isEmpty: Bool { count == 0 }

    @inline(__always)
    mutating func append(_ job: UnownedJob) {
        if count == capacity { grow() }
        unsafe (ring + ((first &+ count) & (capacity &- 1))).initialize(to: job)
        count &+= 1
    }

    @inline(__always)
    mutating func popFirst() -> UnownedJob? {
        guard count > 0 else { return nil }
        let job = unsafe (ring + first).pointee
        first = (first &+ 1) & (capacity &- 1)
        count &-= 1
        return job
    }

    /// The capacity stays a power of two, so that wrapping round is a mask.
    private mutating func grow() {
        let larger = UnsafeMutablePointer<UnownedJob>.allocate(capacity: capacity * 2)
        for index in 0..<count {
            unsafe (larger + index).initialize(to: ring[(first + index) & (capacity - 1)])
        }
        unsafe ring.deallocate()
        unsafe ring = unsafe larger
        first = 0
        capacity *= 2
    }

    /// Frees the ring; a loop does so when it goes.
    func deallocate() {
        unsafe ring.deallocate()
    }
}
