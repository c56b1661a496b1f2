import SockeyeSystem

/// How each system call can fail: the ERRORS of its man page (Linux man-pages 6.03), and for sockets those that tcp(7),
/// ip(7) and unix(7) add. Three calls are not here, or not whole:
///
/// - `close`, whose answer nobody looks at: the descriptor is gone either way.
/// - `epoll_wait` and `write` to an eventfd with anything but EINTR: EBADF, EFAULT and EINVAL say that the loop's own
///   descriptor or memory is not what it was, and a loop that went on would do so blindly. It traps (see `EventLoop`).
enum SystemCallFailures {
    static let table: [SystemCall: [Errno]] = [
        .socket: [
            .permissionDenied, .addressFamilyNotSupported, .invalidArgument, .tooManyOpenFiles,
            .tooManyOpenFilesInSystem, .noBufferSpace, .outOfMemory, .protocolNotSupported,
        ],
        .socketPair: [
            .addressFamilyNotSupported, .badAddress, .tooManyOpenFiles, .tooManyOpenFilesInSystem, .notSupported,
            .protocolNotSupported,
        ],
        .bind: [
            .permissionDenied, .addressInUse, .addressNotAvailable, .badDescriptor, .badAddress, .invalidArgument,
            .tooManyLinks, .nameTooLong, .noSuchFile, .outOfMemory, .notDirectory, .notSocket, .readOnly,
        ],
        .listen: [.addressInUse, .badDescriptor, .notSocket, .notSupported],
        .connect: [
            .permissionDenied, .notPermitted, .addressInUse, .addressNotAvailable, .addressFamilyNotSupported,
            .wouldBlock, .already, .badDescriptor, .connectionRefused, .badAddress, .inProgress, .interrupted,
            .alreadyConnected, .networkUnreachable, .hostUnreachable, .notSocket, .wrongProtocolType, .timedOut,
        ],
        .waitWritable: [.badAddress, .interrupted, .invalidArgument, .outOfMemory],
        .accept: [
            .wouldBlock, .badDescriptor, .connectionAborted, .badAddress, .interrupted, .invalidArgument,
            .tooManyOpenFiles, .tooManyOpenFilesInSystem, .noBufferSpace, .outOfMemory, .notSocket, .notSupported,
            .notPermitted, .protocolError, .networkDown, .noSuchOption, .hostDown, .noRoute, .hostUnreachable,
            .networkUnreachable, .socketTypeNotSupported, .protocolNotSupported, .timedOut,
        ],
        .shutdown: [.badDescriptor, .invalidArgument, .notConnected, .notSocket],
        .receive: [
            .wouldBlock, .badDescriptor, .connectionRefused, .badAddress, .interrupted, .invalidArgument,
            .outOfMemory, .notConnected, .notSocket, .connectionReset, .timedOut,
        ],
        .send: [
            .permissionDenied, .wouldBlock, .already, .badDescriptor, .connectionReset, .destinationRequired,
            .badAddress, .interrupted, .invalidArgument, .alreadyConnected, .messageTooLong, .noBufferSpace,
            .outOfMemory, .notConnected, .notSocket, .notSupported, .brokenPipe, .timedOut,
        ],
        .receiveFrom: [
            .wouldBlock, .badDescriptor, .connectionRefused, .badAddress, .interrupted, .invalidArgument,
            .outOfMemory, .notConnected, .notSocket,
        ],
        .sendTo: [
            .permissionDenied, .wouldBlock, .already, .badDescriptor, .connectionReset, .destinationRequired,
            .badAddress, .interrupted, .invalidArgument, .alreadyConnected, .messageTooLong, .noBufferSpace,
            .outOfMemory, .notConnected, .notSocket, .notSupported, .brokenPipe,
        ],
        .localAddress: [.badDescriptor, .badAddress, .invalidArgument, .noBufferSpace, .notSocket],
        .remoteAddress: [.badDescriptor, .badAddress, .invalidArgument, .noBufferSpace, .notConnected, .notSocket],
        .setOption: [.badDescriptor, .badAddress, .invalidArgument, .noSuchOption, .notSocket],
        .option: [.badDescriptor, .badAddress, .invalidArgument, .noSuchOption, .notSocket],
        .unsentBytes: [.badDescriptor, .badAddress, .invalidArgument, .notTerminal],
        .unreadBytes: [.badDescriptor, .badAddress, .invalidArgument, .notTerminal],
        .setNonblocking: [.badDescriptor, .interrupted, .invalidArgument, .notPermitted],
        .epollCreate: [.invalidArgument, .tooManyOpenFiles, .tooManyOpenFilesInSystem, .outOfMemory],
        .epollAdd: [
            .badDescriptor, .fileExists, .invalidArgument, .tooManyLinks, .noSuchFile, .outOfMemory, .noSpace,
            .notPermitted,
        ],
        .epollRemove: [.badDescriptor, .invalidArgument, .noSuchFile, .outOfMemory, .notPermitted],
        .epollWait: [.interrupted],
        .eventDescriptor: [
            .invalidArgument, .tooManyOpenFiles, .tooManyOpenFilesInSystem, .noSuchDevice, .outOfMemory,
        ],
        .signalEvent: [.interrupted],
        .fileIdentity: [
            .permissionDenied, .badDescriptor, .badAddress, .invalidArgument, .tooManyLinks, .nameTooLong, .noSuchFile,
            .outOfMemory, .notDirectory,
        ],
        // open(2) of a folder, and flock(2).
        .lockFolder: [
            .permissionDenied, .interrupted, .invalidArgument, .tooManyLinks, .tooManyOpenFiles, .nameTooLong,
            .tooManyOpenFilesInSystem, .noSuchFile, .outOfMemory, .notDirectory, .notPermitted, .noLocks, .wouldBlock,
        ],
        // recvmsg(2) and recvmmsg(2), with what a network may have told of an earlier datagram.
        .receiveMessage: receivingMessages,
        .receiveMessages: receivingMessages,
        .receiveDescriptors: receivingMessages,
        .sendMessage: sendingMessages,
        .sendMessages: sendingMessages,
        // And too many of them under way.
        .sendDescriptors: sendingMessages + [.tooManyReferences],
        .receiveError: [.wouldBlock, .badDescriptor, .badAddress, .interrupted, .invalidArgument, .outOfMemory],
        .epollWatch: [.badDescriptor, .invalidArgument, .tooManyLinks, .noSuchFile, .outOfMemory, .notPermitted],
        // pipe(2), open(2) and fstat(2).
        .pipe: [.badAddress, .invalidArgument, .tooManyOpenFiles, .tooManyOpenFilesInSystem],
        .openFile: [
            .permissionDenied, .interrupted, .invalidArgument, .isDirectory, .tooManyLinks, .tooManyOpenFiles,
            .nameTooLong, .tooManyOpenFilesInSystem, .noSuchFile, .outOfMemory, .notDirectory, .overflow,
            .notPermitted,
        ],
        .fileLength: [.badDescriptor, .badAddress, .outOfMemory, .overflow],
        // pread(2) of a file. EAGAIN is for what is no file.
        .readFile: [
            .badDescriptor, .badAddress, .interrupted, .invalidArgument, .inputOutput, .overflow, .illegalSeek,
        ],
        .sendFile: [
            .wouldBlock, .badDescriptor, .badAddress, .interrupted, .invalidArgument, .inputOutput, .outOfMemory,
            .overflow, .illegalSeek, .brokenPipe, .connectionReset, .timedOut,
        ],
        .splice: [
            .wouldBlock, .badDescriptor, .interrupted, .invalidArgument, .outOfMemory, .illegalSeek, .connectionReset,
            .timedOut,
        ],
        .spliceOut: [
            .wouldBlock, .badDescriptor, .interrupted, .invalidArgument, .outOfMemory, .illegalSeek, .brokenPipe,
            .connectionReset, .timedOut,
        ],
        .startThread: [.wouldBlock, .invalidArgument, .notPermitted],
    ]

    private static let receivingMessages: [Errno] = [
        .wouldBlock, .badDescriptor, .connectionRefused, .badAddress, .interrupted, .invalidArgument, .outOfMemory,
        .notConnected, .notSocket, .hostUnreachable, .networkUnreachable, .messageTooLong,
    ]

    private static let sendingMessages: [Errno] = [
        .permissionDenied, .wouldBlock, .already, .badDescriptor, .connectionReset, .destinationRequired, .badAddress,
        .interrupted, .invalidArgument, .alreadyConnected, .messageTooLong, .noBufferSpace, .outOfMemory, .notConnected,
        .notSocket, .notSupported, .brokenPipe, .connectionRefused, .hostUnreachable, .networkUnreachable,
        .notPermitted,
    ]

    /// How a call can fail in a conversation: connecting a datagram socket sends nothing, so there is nothing to wait for.
    static func failures(of call: SystemCall, in conversation: Conversation) -> [Errno] {
        let all = table[call] ?? []
        guard call == .connect, conversation.isOfDatagrams else { return all }
        return all.filter { ![.interrupted, .inProgress, .wouldBlock].contains($0) }
    }

    /// What a call may do besides failing: move one byte.
    static let shortCalls: Set<SystemCall> = [.receive, .send, .readFile, .sendFile, .splice, .spliceOut]
}

extension Errno {
    /// ENOTTY, which says of an ioctl that this descriptor has no such thing.
    static let notTerminal = Errno(rawValue: 25)
    /// ENOLCK: the kernel has no memory for a lock.
    static let noLocks = Errno(rawValue: 37)
}
