/// A socket as the system knows it: one method a system call, and each blocks as the system call does.
///
///     let server = try Socket(.ipv4, .stream)
///     try server.setOption(.reuseAddress, to: true)
///     try server.bind(to: "127.0.0.1:1337")
///     try server.listen()
///     let client = try server.accept()                     // waits for a client
///     print("Connection from \(try client.remoteAddress)")
///     if let data = try client.receive(upTo: 1024) { print(String(decoding: data, as: UTF8.self)) }
///     try client.sendAll("Got it!")
///
/// It is what Python's `socket.socket` is. It cannot be copied, and closes exactly once: when it goes out of scope, on
/// every way out, or earlier with ``close()``.
///
/// **Concurrency.** The methods block their thread, so they belong on a thread of your own and not in an `async`
/// function; use ``Connection`` there. A borrowed socket may send on one thread and receive on another.
public struct Socket: ~Copyable, Sendable {
    /// The number that the system knows the socket by, for calls that Sockeye does not offer. The socket still owns it.
    public let descriptor: Int32

    /// Creates a socket that is neither bound nor connected. The corresponding C function is `socket`.
    ///
    /// - Throws: `.unsupported` for a family that this kernel does not have, `.exhausted` without a free descriptor.
    public init(_ family: AddressFamily, _ kind: SocketKind = .stream) throws(SocketError) {
        do {
            descriptor = try Syscalls.socket(family, kind, nonblocking: false)
        } catch {
            let isKind = kind == .sequencedPacket && family != .unix
            let detail = isKind ? "only Unix sockets carry sequenced packets" : nil
            throw SocketError(error, .create, detail: detail)
        }
    }

    /// Takes over an open descriptor, which the socket closes from now on. Unchecked: see ``adopt(_:kind:)``.
    package init(adopting descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        Syscalls.close(descriptor)
    }

    /// Closes the socket now instead of at the end of its scope. The corresponding C function is `close`.
    ///
    /// What was sent still goes out, unless received bytes were left unread: then the system resets the connection and
    /// the peer may lose it. Read to the end first, or use ``Connection``, which does.
    public consuming func close() {}

    /// Hands the descriptor to the caller, who closes it.
    public consuming func release() -> Int32 {
        let released = descriptor
        discard self
        return released
    }

    // MARK: Servers

    /// Gives the socket its own address. Port 0 picks a free one; read it from ``localAddress``. In C: `bind`.
    ///
    /// - Throws: `.addressInUse`, `.addressNotAvailable`, `.permissionDenied` (ports below 1024), `.invalidAddress` for an
    ///   address of another family or on an interface that does not exist.
    public func bind(to address: SocketAddress) throws(SocketError) {
        do {
            try Syscalls.bind(descriptor, RawSocketAddress(address))
        } catch {
            throw SocketError(error, .bind, localAddress: address).explaining(address, on: ownFamily)
        }
    }

    /// Binds to an address written as text, such as `"127.0.0.1:1337"`. A name is looked up, which may take its time.
    public func bind(to endpoint: Endpoint) throws(SocketError) {
        try bind(to: endpoint.addresses(for: .bind, family: family)[0])
    }

    /// Lets clients connect. In C: `listen`.
    ///
    /// - Parameter backlog: How many clients may wait, connected but not yet accepted. It does not limit how many are
    ///   served at once. The kernel caps it at `net.core.somaxconn`, 4096 on current systems.
    public func listen(backlog: Int = 4096) throws(SocketError) {
        do {
            try Syscalls.listen(descriptor, backlog: Int32(clamping: backlog))
        } catch {
            throw SocketError(error, .listen, localAddress: try? localAddress)
        }
    }

    /// Waits for the next client and returns its connection. In C: `accept`.
    public func accept() throws(SocketError) -> Socket {
        do {
            return Socket(adopting: try Syscalls.accept(descriptor, nonblocking: false).descriptor)
        } catch {
            throw SocketError(error, .accept, localAddress: try? localAddress)
        }
    }

    // MARK: Clients

    /// Connects to a peer and waits until that has worked or failed. In C: `connect`.
    ///
    /// For a datagram socket nothing is sent: it fixes where ``send(_:)`` goes and from whom ``receive(upTo:)`` takes.
    ///
    /// - Throws: `.refused`, `.unreachable`, `.timedOut` (after about two minutes), `.addressNotAvailable`,
    ///   `.invalidAddress` for an address of another family.
    public func connect(to address: SocketAddress) throws(SocketError) {
        do throws(Errno) {
            do {
                try Syscalls.connect(descriptor, RawSocketAddress(address))
            } catch .inProgress {
                // A signal came in between. The kernel goes on, and a second connect would be refused: wait for the outcome.
                try Syscalls.waitWritable(descriptor)
                if let error = try Syscalls.pendingError(descriptor) { throw error }
            }
        } catch {
            throw SocketError(error, .connect, remoteAddress: address).explaining(address, on: ownFamily)
        }
    }

    /// Connects to an address written as text, such as `"localhost:1337"`. A name is looked up, which may take its
    /// time, and the first of its addresses is tried; use ``Connection`` to try them all.
    public func connect(to endpoint: Endpoint) throws(SocketError) {
        try connect(to: endpoint.addresses(for: .connect, family: family)[0])
    }

    // MARK: Bytes

    /// Waits for bytes and returns those that are there, at least one and at most `maximum`. In C: `recv`.
    ///
    /// - Returns: nil once the peer has finished sending. For a datagram socket one datagram; what does not fit into
    ///   `maximum` is lost, and an empty datagram is an empty array.
    public func receive(upTo maximum: Int) throws(SocketError) -> [UInt8]? {
        let bytes = try unsafe receiveArray(upTo: maximum) { descriptor, base, count throws(Errno) in
            try unsafe Syscalls.receive(descriptor, into: base, count: count)
        }
        return bytes.isEmpty && isAtEnd ? nil : bytes
    }

    /// Sends bytes once and returns how many the system took, which may be fewer than given. In C: `send`.
    public func send(_ bytes: [UInt8]) throws(SocketError) -> Int {
        try unsafe sendOnce(bytes.span.bytes)
    }

    /// Sends all the bytes, or throws. In C: `send`, until everything is with the system.
    public func sendAll(_ bytes: [UInt8]) throws(SocketError) {
        var rest = unsafe bytes.span.bytes
        while !rest.isEmpty {
            rest = rest.extracting(droppingFirst: try sendOnce(rest))
        }
    }

    /// Sends text as UTF-8, all of it, or throws.
    public func sendAll(_ text: String) throws(SocketError) {
        try sendAll(Array(text.utf8))
    }

    /// Sends one datagram to an address. In C: `sendto`.
    public func send(_ bytes: [UInt8], to address: SocketAddress) throws(SocketError) {
        do {
            _ = try unsafe bytes.span.bytes.withUnsafeBytes { buffer throws(Errno) in
                try unsafe Syscalls.sendTo(
                    descriptor,
                    buffer.baseAddress,
                    count: buffer.count,
                    RawSocketAddress(address)
                )
            }
        } catch {
            let local = try? localAddress
            throw SocketError(error, .send, localAddress: local, remoteAddress: address).explaining(
                address,
                on: ownFamily
            )
        }
    }

    /// Waits for one datagram and returns it with its sender's address. In C: `recvfrom`.
    public func receiveFrom(upTo maximum: Int) throws(SocketError) -> (bytes: [UInt8], from: SocketAddress) {
        var sender: SocketAddress?
        let bytes = try unsafe receiveArray(upTo: maximum) { descriptor, base, count throws(Errno) in
            let received = try unsafe Syscalls.receiveFrom(descriptor, into: base, count: count)
            sender = received.from
            return received.count
        }
        return (bytes, sender ?? .unixUnnamed)
    }

    /// Ends one direction, or both, while the socket stays open. In C: `shutdown`.
    public func shutdown(_ direction: ShutdownDirection) throws(SocketError) {
        do {
            try Syscalls.shutdown(descriptor, direction)
        } catch {
            throw SocketError(error, .finishSending, localAddress: try? localAddress, remoteAddress: try? remoteAddress)
        }
    }

    // MARK: Addresses

    /// The address of this side. In C: `getsockname`.
    public var localAddress: SocketAddress {
        get throws(SocketError) {
            do { return try Syscalls.localAddress(descriptor) } catch { throw SocketError(error, .address) }
        }
    }

    /// The address of the peer. In C: `getpeername`.
    ///
    /// - Throws: `.notConnected` while there is none, or no longer one.
    public var remoteAddress: SocketAddress {
        get throws(SocketError) {
            do { return try Syscalls.remoteAddress(descriptor) } catch { throw SocketError(error, .peerAddress) }
        }
    }

    /// 1 MiB: one system call never brings more that is worth waiting for, and "up to a lot" must not allocate a lot.
    private static let largestReceiveBytes = 1 << 20

    /// What the socket was created for: an unbound socket's own address has its family already.
    private var family: AddressFamily? { (try? localAddress)?.family }

    /// The same, of a socket that does not work any more too.
    private var ownFamily: AddressFamily? { try? Syscalls.family(descriptor) }

    private func sendOnce(_ bytes: RawSpan) throws(SocketError) -> Int {
        do {
            return try unsafe bytes.withUnsafeBytes { buffer throws(Errno) in
                try unsafe Syscalls.send(descriptor, buffer.baseAddress, count: buffer.count)
            }
        } catch {
            throw SocketError(error, .send, localAddress: try? localAddress, remoteAddress: try? remoteAddress)
        }
    }

    /// Receives into a new array of exactly the bytes that came.
    func receiveArray(
        upTo maximum: Int,
        _ call: (Int32, UnsafeMutableRawPointer?, Int) throws(Errno) -> Int
    ) throws(SocketError) -> [UInt8] {
        guard maximum > 0 else {
            throw SocketError(
                .invalidArgument,
                .receive,
                detail: "receive(upTo: \(maximum)): ask for at least one byte"
            )
        }
        let count = min(maximum, Self.largestReceiveBytes)
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
        defer { unsafe buffer.deallocate() }
        do {
            let received = try unsafe call(descriptor, buffer.baseAddress, count)
            return unsafe Array(buffer[..<received])
        } catch {
            throw SocketError(error, .receive, localAddress: try? localAddress, remoteAddress: try? remoteAddress)
        }
    }
}
