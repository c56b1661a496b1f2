/// The system calls that Sockeye makes, by their names in ``Syscalls``.
package enum SystemCall: UInt8, Sendable, Hashable, CaseIterable {
    // Making sockets and ending them.
    case socket, socketPair, bind, listen, connect, waitWritable, accept, shutdown, close
    // Bytes.
    case receive, send, receiveFrom, sendTo
    // What a socket tells of itself, and is told.
    case localAddress, remoteAddress, unsentBytes, unreadBytes, setOption, option, setNonblocking
    // The event loop.
    case epollCreate, epollAdd, epollRemove, epollWait, eventDescriptor, signalEvent, startThread
    // Programs, pipes and files.
    case pipe, read, write, spawn, open
}
