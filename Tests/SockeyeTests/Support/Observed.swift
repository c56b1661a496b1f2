import Sockeye
import Synchronization

/// What an observer has seen.
final class Observed: SocketObserver {
    private let state = Mutex<[SocketEvent]>([])

    var all: [SocketEvent] { state.withLock { $0 } }

    func observe(_ event: SocketEvent) { state.withLock { $0.append(event) } }
}
