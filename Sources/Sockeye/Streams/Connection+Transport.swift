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
}
