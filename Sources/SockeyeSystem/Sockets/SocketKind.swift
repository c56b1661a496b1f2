/// What a socket carries: a stream of bytes or single messages.
public enum SocketKind: Sendable, Hashable, CaseIterable {
    /// A stream of bytes in order, without message boundaries: TCP, or a Unix stream. `SOCK_STREAM` in C.
    case stream
    /// Messages that arrive whole or not at all, in any order: UDP, or a Unix datagram socket. `SOCK_DGRAM` in C.
    case datagram
    /// Messages that arrive whole and in order, between two ends: only Unix sockets. `SOCK_SEQPACKET` in C.
    case sequencedPacket
}

/// Which side of a connection ends.
public enum ShutdownDirection: Sendable, Hashable {
    /// Nothing more will be received. `SHUT_RD` in C.
    case receiving
    /// Nothing more will be sent: the peer sees the end after all that was sent. `SHUT_WR` in C.
    case sending
    /// Both. `SHUT_RDWR` in C.
    case both
}
