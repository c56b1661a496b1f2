internal import SockeyeSystem
internal import Synchronization

/// One socket's tie to its observer. A socket without an observer has none, and pays one test for nil.
final class Observation: Sendable {
    let observer: any SocketObserver
    let id: SocketEvent.ID
    /// What is there of a message that is not whole yet, in words; only for who asked for it, since words cost something.
    private let unfinished = Locked<String?>(nil)
    private let wantsUnfinished = Atomic(false)
    private static let lastID = Atomic<UInt64>(0)

    init?(_ observer: (any SocketObserver)?) {
        guard let observer else { return nil }
        self.observer = observer
        id = SocketEvent.ID(rawValue: Self.lastID.add(1, ordering: .relaxed).newValue)
    }

    /// From now on ``unfinishedMessage`` is kept.
    func keepUnfinished() { wantsUnfinished.store(true, ordering: .relaxed) }

    var unfinishedMessage: String? { unfinished.with(\.self) }

    /// - Parameter words: empty: nothing is unfinished.
    func note(_ words: () -> String) {
        guard wantsUnfinished.load(ordering: .relaxed) else { return }
        let words = words()
        unfinished.with { $0 = words.isEmpty ? nil : words }
    }

    /// The time now, for `report(since:)`.
    static func now() -> UInt64 { Syscalls.monotonicNanoseconds() }

    func report(
        _ operation: SocketError.Operation,
        since start: UInt64,
        local: SocketAddress?,
        remote: SocketAddress?,
        byteCount: Int? = nil,
        datagramCount: Int? = nil,
        error: SocketError? = nil
    ) {
        let duration = Duration.nanoseconds(Int64(clamping: Self.now() &- start))
        observer.observe(
            SocketEvent(
                socket: id,
                operation: operation,
                localAddress: local,
                remoteAddress: remote,
                byteCount: byteCount,
                datagramCount: datagramCount,
                duration: duration,
                error: error
            )
        )
    }
}
