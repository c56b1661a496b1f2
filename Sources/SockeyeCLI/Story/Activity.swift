/// What one thread of another program does, as far as the kernel shows it.
enum Activity: Hashable, Sendable {
    /// It sleeps in this call until something comes on the connection.
    case reads(String)
    /// It sleeps in this call, which is about several sockets, or about one that is not told.
    case mayRead(String)
    case runs
    /// It sleeps, and not for the connection: `sleeps in sleep()`.
    case elsewhere(String)
    case unknown

    static let sleeps = elsewhere("sleeps in sleep()")
    static let waitsForLock = elsewhere("waits for a lock, for another of its threads, or for a time to pass")
    static let waitsForClient = elsewhere("waits in accept() for another client")
    static let waitsForChild = elsewhere("waits for a program that it has started to end")
    static let waitsForTerminal = elsewhere("waits for a line that is typed on its terminal")
    static let waitsForDisk = elsewhere("waits for a disk")
    static let isStopped = elsewhere("is stopped (Ctrl-Z, or a debugger)")

    private static let eventLoop = mayRead("epoll, for this and perhaps for more, such as a timer")

    /// What is open behind a descriptor, as the links in `/proc/PID/fd` name it.
    enum Target: Equatable, Sendable {
        /// The connection that is asked about.
        case connection
        case socket
        case pipe
        case terminal
        case other

        init(link: String, inode: String) {
            if link == "socket:[\(inode)]" {
                self = .connection
            } else if link.hasPrefix("socket:") {
                self = .socket
            } else if link.hasPrefix("pipe:") {
                self = .pipe
            } else {
                self = link.hasPrefix("/dev/pts/") || link.hasPrefix("/dev/tty") ? .terminal : .other
            }
        }
    }

    /// What a program has open.
    struct Descriptors: Sendable {
        var targets: [UInt64: Target] = [:]
        /// Of an epoll descriptor: the text of its `/proc/PID/fdinfo`.
        var polled: [UInt64: String] = [:]

        var ofConnection: [UInt64] { targets.filter { $0.value == .connection }.map(\.key) }
    }

    /// - Parameters:
    ///   - state: The letter in `/proc/PID/stat`.
    ///   - call: `/proc/PID/syscall`; nil where it cannot be read.
    ///   - place: `/proc/PID/wchan`, where in the kernel it sleeps; nil where it cannot be read.
    static func of(state: Character, call: String?, place: String?, _ descriptors: Descriptors) -> Activity {
        switch state {
        case "R": .runs
        case "T", "t": .isStopped
        case "D": .waitsForDisk
        case "S":
            call.flatMap(BlockedCall.init).map { of($0, descriptors) } ?? of(place: place ?? "")
        default: .unknown
        }
    }

    private static func of(_ call: BlockedCall, _ descriptors: Descriptors) -> Activity {
        switch call.kind {
        case .receive, .read: ofRead(call, descriptors.targets[call[0]] ?? .other)
        case .send: elsewhere("waits in send() until somebody reads")
        case .accept: waitsForClient
        case .connect: elsewhere("waits in connect() for another server")
        case .sleep: sleeps
        case .lock: waitsForLock
        case .child: waitsForChild
        case .poll: call[1] == 0 ? sleeps : .mayRead("poll(), probably for this")
        case .select: ofSelect(call, descriptors)
        case .epoll: ofPolled(descriptors.polled[call[0]], descriptors.ofConnection)
        }
    }

    private static func ofRead(_ call: BlockedCall, _ target: Target) -> Activity {
        switch target {
        case .connection: .reads("recv()")
        case .socket: elsewhere("waits in recv() on another socket")
        case .pipe: elsewhere("waits for what comes through a pipe")
        case .terminal: waitsForTerminal
        case .other: .unknown
        }
    }

    /// It is given how many descriptors there are to look at, then the addresses of the lists: to read, to write, the rest.
    private static func ofSelect(_ call: BlockedCall, _ descriptors: Descriptors) -> Activity {
        if call[1] == 0, call[2] == 0, call[3] == 0 { return sleeps }
        let isAsked = call[1] != 0 && descriptors.ofConnection.contains { $0 < call[0] }
        return isAsked
            ? .mayRead("select(), probably for this") : elsewhere("waits in select(), and not for this connection")
    }

    /// The lines of `fdinfo` have a descriptor and the events that are waited for, in hexadecimal. An event loop waits for this
    /// connection all the time, also while what it does next hangs on a timer or on somebody else.
    private static func ofPolled(_ text: String?, _ ours: [UInt64]) -> Activity {
        guard let text else { return eventLoop }
        let readable: UInt64 = 0x1
        let asks = text.split(separator: "\n").contains { line in
            let fields = line.split(separator: " ", omittingEmptySubsequences: true)
            guard line.hasPrefix("tfd:"), fields.count > 3, let number = UInt64(fields[1]) else { return false }
            return ours.contains(number) && (UInt64(fields[3], radix: 16) ?? 0) & readable != 0
        }
        return asks ? eventLoop : elsewhere("waits in epoll, and not for this connection")
    }

    /// The function of the kernel in which a thread sleeps; its name is no promise, so it may be unknown.
    private static func of(place: String) -> Activity {
        func isOne(_ names: String...) -> Bool { names.contains { place.contains($0) } }
        if isOne("nanosleep", "common_nsleep") { return sleeps }
        if isOne("futex") { return waitsForLock }
        if isOne("csk_accept", "unix_accept") { return waitsForClient }
        if place == "do_wait" || place == "kernel_wait4" { return waitsForChild }
        if isOne("pipe_read", "pipe_wait") { return elsewhere("waits for what comes through a pipe") }
        if isOne("n_tty_read") { return waitsForTerminal }
        if isOne("sk_wait_data") { return .mayRead("recv(), probably for this") }
        // Sockets and terminals share it.
        if place == "wait_woken" { return .mayRead("a read, of this connection or of its terminal") }
        if isOne("ep_poll", "epoll_wait") { return eventLoop }
        if isOne("poll_schedule", "do_sys_poll", "do_poll", "do_select") {
            return .mayRead("poll() or select(), probably for this")
        }
        return .unknown
    }
}
