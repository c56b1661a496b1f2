/// The system calls that Sockeye makes, by their names in ``Syscalls``.
package enum SystemCall: UInt8, Sendable, Hashable, CaseIterable {
    // Making sockets and ending them.
    case socket, socketPair, bind, listen, connect, waitWritable, accept, shutdown, close
    // Bytes.
    case receive, send, receiveFrom, sendTo
    // What a socket tells of itself, and is told.
    case localAddress, remoteAddress, unsentBytes, unreadBytes, setOption, option, setNonblocking
    // Datagrams and what comes with them.
    case receiveMessage, sendMessage, receiveMessages, sendMessages, receiveError
    // The event loop.
    case epollCreate, epollAdd, epollRemove, epollWait, eventDescriptor, signalEvent, startThread
    // Programs, pipes and files.
    case pipe, read, write, spawn, open
    // Descriptors in messages, and what a Unix socket tells of its peer.
    case peerCredentials, sendDescriptors, receiveDescriptors, peerHasFinished, peerIsGone
    // The event loop, for Unix sockets.
    case epollWatch
    // Descriptors from elsewhere.
    case setBlocking, setCloseOnExec
    // The file of a Unix socket.
    case fileIdentity, setMode, lockFolder
    // Bytes without copying.
    case openFile, fileLength, readFile, sendFile, splice, spliceOut
    // What the kernel tells about a TCP connection.
    case statistics
}
