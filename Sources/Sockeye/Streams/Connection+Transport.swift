internal import SockeyeSystem

// What the kernel says of a connection beyond its bytes, for the tool's explanations. Each of them is nil when the
// connection is closed or the kernel does not say.
extension Connection {
    /// Bytes that were sent and are not with the peer's kernel yet. In C: `ioctl` with `SIOCOUTQ`.
    package var unacknowledgedBytes: Int? { registration.using { try? Syscalls.unsentBytes($0) } }

    /// Bytes that have come and were not received yet. In C: `ioctl` with `FIONREAD`.
    package var unreadBytes: Int? { registration.using { try? Syscalls.unreadBytes($0) } }

    /// Segments with data that have come: where the peer sends small pieces at once, each send is one. TCP only.
    package var segmentsReceived: Int? { registration.using { try? Syscalls.segmentsReceived($0) } }

    /// Whether a receive waits now for bytes to come, and a send for room.
    package var waits: (receive: Bool, send: Bool) {
        let state = registration.snapshot
        return (state.isWaiting(.read), state.isWaiting(.write))
    }

    /// Whether the server's ``ServeOptions/idleTimeLimit`` has ended it.
    package var wasSilent: Bool { registration.snapshot.timeLimit == .silence }

    /// Whether the end has been sent, after which nothing is missing at the other side.
    package var hasFinishedSending: Bool { registration.snapshot.hasFinishedSending }

    /// What has come of a message that a framed or counted receive waits for, `4 of the 10 bytes of a message have come`; nil when
    /// there is none, and before ``keepUnfinishedMessage()``.
    package var unfinishedMessage: String? { observation?.unfinishedMessage }

    /// From now on ``unfinishedMessage`` is kept, where there is an observer.
    package func keepUnfinishedMessage() { observation?.keepUnfinished() }

    /// The number under which its observer sees it; nil when it has none.
    package var observedAs: SocketEvent.ID? { observation?.id }
}
