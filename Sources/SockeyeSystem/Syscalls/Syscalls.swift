/// Life of a byte, station 1: the system call.
///
/// One function a system call. A result of -1 becomes a thrown `Errno`; EINTR is retried here and nowhere else (never
/// for `close`, whose descriptor is gone either way); every descriptor is close-on-exec; nothing raises SIGPIPE.
/// This is the one file that imports libc.
package import CSockeye

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#elseif canImport(Darwin)
    internal import Darwin
#endif

extension Errno: Error {
    /// What the last failed call on this thread left behind.
    package static var last: Errno {
        get { Errno(rawValue: errno) }
        set { errno = newValue.rawValue }
    }
}

package enum Syscalls {
    /// Repeats `call` while it is interrupted; throws what else it reports.
    ///
    /// - Parameters:
    ///   - name: Which system call it is, for whoever wants to see or to replace its answer.
    ///   - descriptor: The socket that it is made on; -1 where there is none yet.
    @inline(__always)
    static func retrying<Result: SignedInteger>(
        _ name: SystemCall,
        _ descriptor: Int32 = -1,
        _ call: () -> Result
    ) throws(Errno) -> Result {
        if FaultSeam.isOn { return try FaultSeam.retrying(name, descriptor, call) }
        return try retrying(call)
    }

    /// As `retrying`, for a call that moves bytes, and that a test may allow fewer of them than it has room for.
    @inline(__always)
    static func moving(
        _ name: SystemCall,
        _ descriptor: Int32,
        _ count: Int,
        _ call: (Int) -> Int
    ) throws(Errno) -> Int {
        if FaultSeam.isOn { return try FaultSeam.moving(name, descriptor, count, call) }
        return try retrying { call(count) }
    }

    /// As `retrying`, for a call that answers with a new descriptor.
    @inline(__always)
    static func opening(
        _ name: SystemCall,
        _ descriptor: Int32 = -1,
        _ call: () -> Int32
    ) throws(Errno) -> Int32 {
        let opened = try retrying(name, descriptor, call)
        if FaultSeam.isOn { FaultSeam.opened(opened) }
        return opened
    }

    /// Repeats `call` while it is interrupted.
    @inline(__always)
    static func retrying<Result: SignedInteger>(_ call: () -> Result) throws(Errno) -> Result {
        while true {
            let result = call()
            if result != -1 { return result }
            let error = errno
            if error != EINTR { throw Errno(rawValue: error) }
        }
    }

    // MARK: Sockets

    package static func socket(_ family: AddressFamily, _ kind: SocketKind, nonblocking: Bool) throws(Errno) -> Int32 {
        let domain =
            switch family {
            case .ipv4: AF_INET
            case .ipv6: AF_INET6
            case .unix: AF_UNIX
            }
        var flags = kind.number | Int32(SOCK_CLOEXEC.rawValue)
        if nonblocking { flags |= Int32(SOCK_NONBLOCK.rawValue) }
        return try opening(.socket) { Glibc.socket(domain, flags, 0) }
    }

    package static func socketPair(nonblocking: Bool) throws(Errno) -> (Int32, Int32) {
        try socketPair(.stream, nonblocking: nonblocking)
    }

    package static func bind(_ descriptor: Int32, _ address: borrowing RawSocketAddress) throws(Errno) {
        _ = try retrying(.bind, descriptor) { unsafe address.withSockaddr { unsafe Glibc.bind(descriptor, $0, $1) } }
    }

    package static func listen(_ descriptor: Int32, backlog: Int32) throws(Errno) {
        _ = try retrying(.listen, descriptor) { Glibc.listen(descriptor, backlog) }
    }

    /// A connect that a signal interrupted goes on in the kernel and must not be repeated: it is `.inProgress` then.
    package static func connect(_ descriptor: Int32, _ address: borrowing RawSocketAddress) throws(Errno) {
        if FaultSeam.isOn, let error = FaultSeam.refusal(of: .connect, descriptor) {
            // These two mean that the kernel goes on with it.
            if error == .interrupted || error == .inProgress {
                let result = unsafe address.withSockaddr { unsafe Glibc.connect(descriptor, $0, $1) }
                throw result == 0 || Errno.last == .interrupted ? .inProgress : Errno.last
            }
            throw error
        }
        if unsafe address.withSockaddr({ unsafe Glibc.connect(descriptor, $0, $1) }) == 0 { return }
        let error = Errno.last
        throw error == .interrupted ? .inProgress : error
    }

    /// Blocks until the socket can be written to, or has an error.
    package static func waitWritable(_ descriptor: Int32) throws(Errno) {
        _ = try retrying(.waitWritable, descriptor) { sockeye_wait_writable(descriptor, -1) }
    }

    package static func accept(
        _ descriptor: Int32,
        nonblocking: Bool
    ) throws(Errno) -> (descriptor: Int32, peer: SocketAddress) {
        var peer = RawSocketAddress()
        let accepted = try opening(.accept, descriptor) {
            unsafe peer.withMutableSockaddr { unsafe sockeye_accept(descriptor, $0, $1, nonblocking ? 1 : 0) }
        }
        return (accepted, peer.address)
    }

    package static func localAddress(_ descriptor: Int32) throws(Errno) -> SocketAddress {
        var raw = RawSocketAddress()
        _ = try retrying(.localAddress, descriptor) {
            unsafe raw.withMutableSockaddr { unsafe getsockname(descriptor, $0, $1) }
        }
        return raw.address
    }

    package static func remoteAddress(_ descriptor: Int32) throws(Errno) -> SocketAddress {
        var raw = RawSocketAddress()
        _ = try retrying(.remoteAddress, descriptor) {
            unsafe raw.withMutableSockaddr { unsafe getpeername(descriptor, $0, $1) }
        }
        return raw.address
    }

    package static func shutdown(_ descriptor: Int32, _ direction: ShutdownDirection) throws(Errno) {
        let how =
            switch direction {
            case .receiving: Int32(SHUT_RD)
            case .sending: Int32(SHUT_WR)
            case .both: Int32(SHUT_RDWR)
            }
        _ = try retrying(.shutdown, descriptor) { Glibc.shutdown(descriptor, how) }
    }

    /// The descriptor is released whatever `close` answers: the number may be in use again at once, so there is no retry.
    package static func close(_ descriptor: Int32) {
        // First, since the number may be another socket's before this returns.
        if FaultSeam.isOn { FaultSeam.closing(descriptor) }
        _ = Glibc.close(descriptor)
    }

    // MARK: Bytes

    @inline(__always)
    package static func receive(
        _ descriptor: Int32,
        into bytes: UnsafeMutableRawPointer?,
        count: Int
    ) throws(Errno) -> Int {
        try moving(.receive, descriptor, count) { unsafe sockeye_receive(descriptor, bytes, $0) }
    }

    @inline(__always)
    package static func send(
        _ descriptor: Int32,
        _ bytes: UnsafeRawPointer?,
        count: Int
    ) throws(Errno) -> Int {
        try moving(.send, descriptor, count) { unsafe sockeye_send(descriptor, bytes, $0) }
    }

    package static func receiveFrom(
        _ descriptor: Int32,
        into bytes: UnsafeMutableRawPointer?,
        count: Int
    ) throws(Errno) -> (count: Int, from: SocketAddress) {
        var raw = RawSocketAddress()
        let received = try retrying(.receiveFrom, descriptor) {
            unsafe raw.withMutableSockaddr { unsafe recvfrom(descriptor, bytes, count, 0, $0, $1) }
        }
        return (received, raw.address)
    }

    package static func sendTo(
        _ descriptor: Int32,
        _ bytes: UnsafeRawPointer?,
        count: Int,
        _ address: borrowing RawSocketAddress
    ) throws(Errno) -> Int {
        try retrying(.sendTo, descriptor) {
            unsafe address.withSockaddr {
                unsafe sendto(descriptor, bytes, count, Int32(MSG_NOSIGNAL), $0, $1)
            }
        }
    }

    package static func unsentBytes(_ descriptor: Int32) throws(Errno) -> Int {
        Int(try retrying(.unsentBytes, descriptor) { sockeye_unsent_bytes(descriptor) })
    }

    package static func unreadBytes(_ descriptor: Int32) throws(Errno) -> Int {
        Int(try retrying(.unreadBytes, descriptor) { sockeye_unread_bytes(descriptor) })
    }

    // MARK: Options

    package static func setOption(_ descriptor: Int32, _ option: SocketOptionName, _ value: Int32) throws(Errno) {
        var value = value
        let (level, name) = option.numbers
        _ = try retrying(.setOption, descriptor) {
            unsafe setsockopt(descriptor, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
        }
    }

    package static func option(_ descriptor: Int32, _ option: SocketOptionName) throws(Errno) -> Int32 {
        var value: Int32 = 0
        var size = socklen_t(MemoryLayout<Int32>.size)
        let (level, name) = option.numbers
        _ = try retrying(.option, descriptor) { unsafe getsockopt(descriptor, level, name, &value, &size) }
        return value
    }

    /// Resets the connection at close instead of finishing it: `SO_LINGER` with a time of zero.
    package static func resetOnClose(_ descriptor: Int32) throws(Errno) {
        var value = linger(l_onoff: 1, l_linger: 0)
        _ = try retrying(.setOption, descriptor) {
            unsafe setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &value, socklen_t(MemoryLayout<linger>.size))
        }
    }

    /// Whether closing resets the connection: see `resetOnClose`.
    package static func resetsOnClose(_ descriptor: Int32) throws(Errno) -> Bool {
        var value = linger()
        var size = socklen_t(MemoryLayout<linger>.size)
        _ = try retrying(.option, descriptor) {
            unsafe getsockopt(descriptor, SOL_SOCKET, SO_LINGER, &value, &size)
        }
        return value.l_onoff != 0 && value.l_linger == 0
    }

    /// The error that an asynchronous connect ended with; nil when it succeeded. Reading it clears it.
    package static func pendingError(_ descriptor: Int32) throws(Errno) -> Errno? {
        let value = try option(descriptor, .pendingError)
        return value == 0 ? nil : Errno(rawValue: value)
    }

    package static func isDatagram(_ descriptor: Int32) throws(Errno) -> Bool {
        try option(descriptor, .kind) == Int32(SOCK_DGRAM.rawValue)
    }

    package static func setNonblocking(_ descriptor: Int32) throws(Errno) {
        _ = try retrying(.setNonblocking, descriptor) { sockeye_set_nonblocking(descriptor) }
    }
}

/// The socket options that Sockeye names, and their numbers.
package enum SocketOptionName: Sendable {
    case reuseAddress, reusePort, ipv6Only, noDelay, pendingError, kind, sendBuffer, receiveBuffer
    case choosePortLate

    fileprivate var numbers: (level: Int32, name: Int32) {
        switch self {
        case .reuseAddress: (SOL_SOCKET, SO_REUSEADDR)
        case .reusePort: (SOL_SOCKET, SO_REUSEPORT)
        case .ipv6Only: (Int32(IPPROTO_IPV6), IPV6_V6ONLY)
        case .noDelay: (Int32(IPPROTO_TCP), TCP_NODELAY)
        case .pendingError: (SOL_SOCKET, SO_ERROR)
        case .kind: (SOL_SOCKET, SO_TYPE)
        case .sendBuffer: (SOL_SOCKET, SO_SNDBUF)
        case .receiveBuffer: (SOL_SOCKET, SO_RCVBUF)
        case .choosePortLate: (Int32(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT)
        }
    }
}

// MARK: Event loop

extension Syscalls {
    package typealias Event = epoll_event
    package static let eventRead = sockeye_event_read
    package static let eventWrite = sockeye_event_write
    package static let eventReadClosed = sockeye_event_read_closed
    package static let eventBothClosed = sockeye_event_hangup | sockeye_event_error

    package static func epollCreate() throws(Errno) -> Int32 { try opening(.epollCreate) { sockeye_epoll_create() } }

    package static func epollAdd(
        _ epoll: Int32,
        _ descriptor: Int32,
        owner: UnsafeMutableRawPointer?
    ) throws(Errno) {
        _ = try retrying(.epollAdd, epoll) { unsafe sockeye_epoll_add(epoll, descriptor, owner) }
    }

    package static func epollRemove(_ epoll: Int32, _ descriptor: Int32) throws(Errno) {
        _ = try retrying(.epollRemove, epoll) { sockeye_epoll_remove(epoll, descriptor) }
    }

    /// An interrupted wait is no error and no event: it answers 0, and the loop comes round again.
    package static func epollWait(
        _ epoll: Int32,
        _ events: UnsafeMutablePointer<Event>,
        capacity: Int32,
        milliseconds: Int32
    ) throws(Errno) -> Int {
        var error: Errno?
        if FaultSeam.isOn { error = FaultSeam.refusal(of: .epollWait, epoll) }
        if error == nil {
            let count = unsafe epoll_wait(epoll, events, capacity, milliseconds)
            if count >= 0 { return Int(count) }
            error = .last
        }
        if let error, error != .interrupted { throw error }
        return 0
    }

    /// Whose event it is, and what happened.
    @inline(__always)
    package static func read(_ event: UnsafePointer<Event>) -> (owner: UnsafeMutableRawPointer?, bits: UInt32) {
        unsafe (event.pointee.data.ptr, event.pointee.events)
    }

    package static func eventDescriptor() throws(Errno) -> Int32 {
        try opening(.eventDescriptor) { sockeye_eventfd() }
    }

    /// Makes an event descriptor readable. It cannot fail in a way that matters: a full counter is readable already.
    package static func signalEvent(_ descriptor: Int32) {
        var one: UInt64 = 1
        _ = try? retrying(.signalEvent, descriptor) { unsafe Glibc.write(descriptor, &one, 8) }
    }

    /// Best effort: a closed or full standard error must not disturb the program.
    package static func writeToStandardError(_ text: String) {
        var text = text
        text.withUTF8 { _ = unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }

    /// Nanoseconds of the monotonic clock.
    package static func monotonicNanoseconds() -> UInt64 {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
    }

    /// Starts a detached thread that no signal interrupts and that runs `body` to its end.
    package static func startThread(_ body: @escaping @Sendable () -> Void) throws(Errno) {
        if FaultSeam.isOn, let error = FaultSeam.refusal(of: .startThread) { throw error }
        let context = unsafe Unmanaged.passRetained(ThreadBody(body)).toOpaque()
        let code = unsafe sockeye_thread_start(
            { context in
                if let context = unsafe context {
                    unsafe Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().body()
                }
                return nil
            },
            context
        )
        if code != 0 {
            unsafe Unmanaged<ThreadBody>.fromOpaque(context).release()
            throw Errno(rawValue: code)
        }
    }

    private final class ThreadBody: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    /// The cores that this process may run on, which `taskset` and containers narrow.
    package static var availableProcessors: Int { max(1, Int(sockeye_available_processors())) }
}

// MARK: Interfaces

extension Syscalls {
    /// The index of a network interface by its name or its number; nil when there is none. In C: `if_nametoindex`.
    package static func interfaceIndex(_ name: String) -> UInt32? {
        // C would take what stands before it.
        if name.utf8.contains(0) { return nil }
        let index = unsafe if_nametoindex(name)
        if index != 0 { return index }
        return UInt32(name).flatMap { $0 == 0 ? nil : $0 }
    }

    package static func interfaceName(_ index: UInt32) -> String? {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(IF_NAMESIZE)) { buffer in
            guard let name = unsafe if_indextoname(index, buffer.baseAddress) else { return nil }
            return unsafe String(cString: name)
        }
    }
}
