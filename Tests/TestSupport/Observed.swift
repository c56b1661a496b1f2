public import Sockeye
import Synchronization

/// What an observer has seen.
public final class Observed: SocketObserver {
    private let state = Mutex<[SocketEvent]>([])

    public init() {}

    public var all: [SocketEvent] { state.withLock { $0 } }

    public func observe(_ event: SocketEvent) { state.withLock { $0.append(event) } }
}
