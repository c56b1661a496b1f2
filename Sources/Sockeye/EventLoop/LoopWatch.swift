internal import Synchronization

/// Tells observers when one job holds a loop up, so that all its connections wait. Off, and free, while nobody observes.
final class LoopWatch: Sendable {
    private let observers = Mutex<[SocketEvent.ID: any SocketObserver]>([:])
    private let count = Atomic<Int>(0)
    /// 100 ms: what a person begins to notice. Below it, busy machines would give false alarms.
    private static let limitNanoseconds: UInt64 = 100_000_000

    @inline(__always)
    var isOn: Bool { count.load(ordering: .relaxed) != 0 }

    func add(_ observation: Observation) {
        observers.withLock { $0[observation.id] = observation.observer }
        count.add(1, ordering: .relaxed)
    }

    func remove(_ observation: Observation) {
        let removed = observers.withLock { $0.removeValue(forKey: observation.id) }
        if removed != nil { count.subtract(1, ordering: .relaxed) }
    }

    func jobEnded(after nanoseconds: UInt64) {
        guard nanoseconds > Self.limitNanoseconds else { return }
        let event = SocketEvent(
            socket: .loop,
            operation: .loop,
            localAddress: nil,
            remoteAddress: nil,
            byteCount: nil,
            duration: .nanoseconds(Int64(clamping: nanoseconds)),
            error: nil
        )
        // Outside the lock: an observer may make or drop sockets.
        for observer in observers.withLock({ Array($0.values) }) { observer.observe(event) }
    }
}
