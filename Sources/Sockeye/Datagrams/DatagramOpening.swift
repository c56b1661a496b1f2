internal import SockeyeSystem

/// One attempt to make a datagram socket: options, the address of this side, the peer.
struct DatagramOpening {
    let options: DatagramOptions
    /// The address of this side; nil for the one that the kernel chooses.
    let local: SocketAddress?
    /// The peer; nil for a socket that anyone may send to.
    let remote: SocketAddress?
    private let start: UInt64

    init(_ options: DatagramOptions, bindsTo local: SocketAddress?, connectsTo remote: SocketAddress?) {
        self.options = options
        self.local = local
        self.remote = remote
        start = options.observer == nil ? 0 : Observation.now()
    }

    private var family: AddressFamily { remote?.family ?? local?.family ?? .ipv4 }

    func checkFamilies() throws(SocketError) {
        guard let local, let remote, local.family != remote.family else { return }
        let detail = "the source is \(local.family.phrase) address, and the peer \(remote) is not"
        throw SocketError(.invalidAddress, .bind, localAddress: local, detail: detail)
    }

    func open() throws(SocketError) -> DatagramSocket {
        let loop = try EventLoopGroup.loop(options.loops)
        let descriptor: Int32
        do {
            descriptor = try Syscalls.socket(family, .datagram, nonblocking: true)
        } catch {
            throw fail(.create, error)
        }
        var file: SocketFile?
        do {
            let hasCoalescing = try options.apply(to: descriptor, family, local)
            file = try bind(descriptor)
            try connect(descriptor)
            // First what may fail and leaves nothing: a registration owns the descriptor.
            let own = try step(.address) { () throws(Errno) in try Syscalls.localAddress(descriptor) }
            let registration = try step(.loop) { () throws(Errno) in
                try Registration(registering: descriptor, on: loop, state: .initialForDatagrams)
            }
            let socket = DatagramSocket(
                registration,
                local: own,
                remote: remote,
                traits: .init(of: descriptor, family, options, coalesces: hasCoalescing),
                file: file
            )
            let operation: SocketError.Operation = remote == nil ? .bind : .connect
            socket.observation?.report(operation, since: start, local: own, remote: remote)
            return socket
        } catch {
            file?.remove()
            Syscalls.close(descriptor)
            throw error.with(local: local, remote: remote)
        }
    }

    private func bind(_ descriptor: Int32) throws(SocketError) -> SocketFile? {
        if let local, family == .unix {
            return try SocketFile.bind(descriptor, to: local, .datagram, mode: options.fileMode) { () throws(Errno) in }
        }
        if options.fileMode != nil {
            let place = local.map { "\($0)" } ?? "a socket without a path"
            throw SocketError(.unsupported, .option, detail: "file mode: \(place) is no file")
        }
        if let local {
            try step(.bind) { () throws(Errno) in try Syscalls.bind(descriptor, RawSocketAddress(local)) }
        } else if family == .unix, remote != nil, options.unixName == .on {
            // Nothing but the family: the kernel finds a name that nobody has.
            try step(.bind) { () throws(Errno) in try Syscalls.bind(descriptor, RawSocketAddress(.unixUnnamed)) }
        }
        return nil
    }

    private func connect(_ descriptor: Int32) throws(SocketError) {
        guard let remote else { return }
        try step(.connect) { () throws(Errno) in try Syscalls.connect(descriptor, RawSocketAddress(remote)) }
    }

    private func step<Result>(
        _ operation: SocketError.Operation,
        _ body: () throws(Errno) -> Result
    ) throws(SocketError) -> Result {
        do {
            return try body()
        } catch {
            throw fail(operation, error)
        }
    }

    private func fail(_ operation: SocketError.Operation, _ errno: Errno) -> SocketError {
        let error = SocketError(errno, operation, localAddress: local, remoteAddress: remote)
        guard let address = operation == .connect ? remote : local ?? remote else { return error }
        if errno == .permissionDenied, operation == .connect, family != .unix, options.broadcast == .off {
            return error.adding(detail: DatagramSocket.broadcastAdvice)
        }
        if errno == .wrongProtocolType, operation == .connect {
            return error.adding(detail: "the socket there is no datagram socket")
        }
        return error.explaining(address, on: family)
    }

    func report(_ error: SocketError) {
        let operation: SocketError.Operation = remote == nil ? .bind : .connect
        Observation(options.observer)?.report(operation, since: start, local: local, remote: remote, error: error)
    }
}

extension DatagramSocket.Traits {
    /// What the kernel says of a socket that has got its options.
    init(of descriptor: Int32, _ family: AddressFamily, _ options: DatagramOptions, coalesces: Bool) {
        self.family = family
        var options = options
        // Said by the option's own name. The kernel's value says less: it is on for any socket that has an address of its own.
        if family == .ipv6, options[.ipv6Only] == true { options.family = .ipv6Only }
        self.options = options
        self.coalesces = coalesces
        if family == .unix {
            control = options.credentials == .on ? .credentials : .none
        } else {
            control = coalesces || options.localAddress == .on ? .addresses : .none
        }
        canSegment = family != .unix && (try? Syscalls.datagramOption(descriptor, .segment)) != nil
    }
}
