extension SocketError {
    /// The few meanings that a program tells apart.
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// Nobody listens on that port, or a firewall said no.
        case refused
        /// Another socket holds the address.
        case addressInUse
        /// The address to bind is not one of this computer.
        case addressNotAvailable
        /// The system forbids it: a port below 1024, a file mode, a firewall on this computer.
        case permissionDenied
        /// No address is known for that name.
        case nameNotFound
        /// The name service gave no answer: there may be such a name, and asking again later may help.
        case nameServiceUnavailable
        /// The network has no way to the address.
        case unreachable
        /// The text is no address, an address of the wrong kind, or a network interface that this computer does not have.
        case invalidAddress
        /// The peer ended the connection abruptly; what was in flight may be lost.
        case reset
        /// Time ran out: the time limit of the caller, or the kernel gave up on a silent peer.
        case timedOut
        /// The task was cancelled.
        case cancelled
        /// This side has closed the connection or the listener.
        case closed
        /// Another task is already doing this on the same socket: one reader and one writer at a time.
        case busy
        /// The peer finished before all the bytes that were asked for had come.
        case endOfStream
        /// A named limit was passed.
        case limitExceeded
        /// A datagram is larger than the network or the buffer takes.
        case messageTooLong
        /// Descriptors, memory or kernel buffers have run out.
        case exhausted
        /// The socket is not connected, or its sending side is finished.
        case notConnected
        /// This system does not offer the feature.
        case unsupported
        /// An argument makes no sense for this socket.
        case invalidArgument
        /// Any other answer of the system; see ``SocketError/errno``.
        case system

        /// The meaning in lower-case words: what an error without an errno prints.
        public var words: String {
            switch self {
            case .refused: "connection refused"
            case .addressInUse: "address already in use"
            case .addressNotAvailable: "address is not of this computer"
            case .permissionDenied: "permission denied"
            case .nameNotFound: "name not found"
            case .nameServiceUnavailable: "the name service gave no answer"
            case .unreachable: "unreachable"
            case .invalidAddress: "invalid address"
            case .reset: "connection reset by peer"
            case .timedOut: "timed out"
            case .cancelled: "cancelled"
            case .closed: "already closed on this side"
            case .busy: "another task is already doing this on the same socket"
            case .endOfStream: "the peer finished too early"
            case .limitExceeded: "limit exceeded"
            case .messageTooLong: "message too long"
            case .exhausted: "out of resources"
            case .notConnected: "not connected"
            case .unsupported: "not supported here"
            case .invalidArgument: "invalid argument"
            case .system: "system error"
            }
        }

        /// The meaning of a system error; an unlisted number is `.system`, never a trap.
        init(_ errno: Errno) {
            self = Self.meanings[errno] ?? .system
        }

        private static let meanings: [Errno: Code] = [
            .connectionRefused: .refused,
            .addressInUse: .addressInUse,
            .addressNotAvailable: .addressNotAvailable,
            .permissionDenied: .permissionDenied,
            .notPermitted: .permissionDenied,
            .readOnly: .permissionDenied,
            .networkUnreachable: .unreachable,
            .hostUnreachable: .unreachable,
            .networkDown: .unreachable,
            .hostDown: .unreachable,
            .noRoute: .unreachable,
            .connectionReset: .reset,
            .brokenPipe: .reset,
            .connectionAborted: .reset,
            .networkReset: .reset,
            .timedOut: .timedOut,
            .cancelled: .cancelled,
            .messageTooLong: .messageTooLong,
            .tooManyOpenFiles: .exhausted,
            .tooManyOpenFilesInSystem: .exhausted,
            .noBufferSpace: .exhausted,
            .outOfMemory: .exhausted,
            .noSpace: .exhausted,
            .notConnected: .notConnected,
            .shutDown: .notConnected,
            .destinationRequired: .notConnected,
            .addressFamilyNotSupported: .unsupported,
            .protocolNotSupported: .unsupported,
            .socketTypeNotSupported: .unsupported,
            .notSupported: .unsupported,
            .noSuchOption: .unsupported,
            .notImplemented: .unsupported,
            .invalidArgument: .invalidArgument,
            .alreadyConnected: .invalidArgument,
            .wrongProtocolType: .invalidAddress,
            .nameTooLong: .invalidAddress,
            .noSuchFile: .nameNotFound,
            .noSuchDevice: .invalidAddress,
            .badDescriptor: .closed,
        ]
    }
}
