extension Socket {
    // MARK: Passing descriptors

    /// Sends bytes and, with the first of them, copies of open descriptors to another program. In C: `sendmsg` with
    /// `SCM_RIGHTS`.
    ///
    /// The descriptors stay open here and stay the caller's. They travel with the bytes, of which there is at least one.
    ///
    /// - Returns: How many bytes the system took, which may be fewer than given; the descriptors have gone with them.
    /// - Throws: `.unsupported` on a socket that is no Unix socket, `.limitExceeded` for more than
    ///   ``OpenDescriptor/mostInOneMessage``, `.invalidArgument` for one that is not open, or without bytes.
    public func send(_ bytes: [UInt8], passing descriptors: [Int32]) throws(SocketError) -> Int {
        try OpenDescriptor.check(passing: descriptors, on: descriptor)
        guard !bytes.isEmpty else {
            throw SocketError(.invalidArgument, .send, detail: "descriptors travel with bytes: send at least one")
        }
        do {
            return try unsafe bytes.span.bytes.withUnsafeBytes { buffer throws(Errno) in
                try unsafe Syscalls.send(descriptor, buffer.baseAddress, count: buffer.count, passing: descriptors)
            }
        } catch {
            throw OpenDescriptor.explain(SocketError(error, .send, remoteAddress: try? remoteAddress))
        }
    }

    /// Waits for bytes, and the descriptors that were passed with them. In C: `recvmsg` with `MSG_CMSG_CLOEXEC`.
    ///
    /// - Parameter limit: How many descriptors at most; when more come they are all closed again.
    /// - Returns: nil once the peer has finished sending.
    /// - Throws: `.limitExceeded` as said, `.exhausted` when this process may not open so many (both after closing all that
    ///   came, and the bytes are lost), `.messageTooLong` for a message larger than `maximum`.
    public func receive(upTo maximum: Int, descriptors limit: Int) throws(SocketError) -> DescriptorMessage? {
        var passed: (descriptors: [Int32], areTruncated: Bool) = ([], false)
        var whole = 0
        let bytes = try unsafe receiveArray(upTo: maximum) { descriptor, base, room throws(Errno) in
            let came = try unsafe Syscalls.receivePassed(descriptor, into: base, room: room)
            passed = (came.descriptors, came.areTruncated)
            whole = came.arrival.length
            return min(whole, room)
        }
        let open = try OpenDescriptor.wrap(passed.descriptors, areTruncated: passed.areTruncated, atMost: limit)
        guard whole <= bytes.count else { throw .messageTooLong(whole, room: bytes.count, .receive) }
        if bytes.isEmpty, open.isEmpty, isAtEnd { return nil }
        return DescriptorMessage(bytes: bytes, descriptors: open)
    }

    /// Whether a receive of nothing was the end, and not an empty message.
    var isAtEnd: Bool {
        switch try? Syscalls.kind(descriptor) {
        case .datagram: false
        case .sequencedPacket: (try? Syscalls.peerHasFinished(descriptor)) ?? true
        case .stream, nil: true
        }
    }

    // MARK: From elsewhere, and to elsewhere

    /// Two connected ends in this process. In C: `socketpair`.
    ///
    ///     let pair = try Socket.pair()
    ///     try pair.one.sendAll("hi")
    public static func pair(_ kind: SocketKind = .stream) throws(SocketError) -> SocketPair {
        do {
            let (one, other) = try Syscalls.socketPair(kind, nonblocking: false)
            return SocketPair(one: Socket(adopting: one), other: Socket(adopting: other))
        } catch {
            throw SocketError(error, .create)
        }
    }

    /// Takes over an open descriptor from elsewhere: a parent process, another library, a message.
    ///
    /// It must be a socket of a family and kind that Sockeye knows. It is made blocking and close-on-exec. Whoever shares the
    /// open socket (a parent, a `dup`) shares the blocking too. From here on the socket closes it.
    ///
    /// - Parameter kind: What it has to be; nil for any.
    /// - Throws: `.invalidArgument` for what is no such socket, with what it is instead; `.closed` for a number that is not
    ///   open. The descriptor then stays the caller's, as it was.
    public static func adopt(_ descriptor: Int32, kind: SocketKind? = nil) throws(SocketError) -> Socket {
        _ = try Adoption.check(descriptor, kind: kind, role: nil)
        do {
            try Syscalls.setCloseOnExec(descriptor)
            try Syscalls.setBlocking(descriptor)
        } catch {
            throw SocketError(error, .adopt, detail: "descriptor \(descriptor)")
        }
        return Socket(adopting: descriptor)
    }
}

/// Two connected sockets: a tuple cannot hold what cannot be copied. Frozen, so that each can be taken out.
@frozen
public struct SocketPair: ~Copyable, Sendable {
    public let one: Socket
    public let other: Socket
}
