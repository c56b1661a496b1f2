public import SockeyeSystem

/// One end of a conversation in messages: a Unix socket that keeps them apart and in order. In C: `SOCK_SEQPACKET`.
///
///     let (one, other) = try PacketConnection.pair()
///     try await one.send("first")
///     try await one.send("second")
///     let message = try await other.receive()          // "first", whole
///
/// What is sent in one call is received in one call, and there is an end, as with a stream. It is a type of its own since a
/// ``Connection`` has the right to hand out bytes in any pieces, and here the pieces are the messages.
///
/// **Cancellation, Concurrency.** As for ``Connection``: one task may receive while another sends.
public final class PacketConnection: Sendable {
    let connection: Connection

    init(_ connection: Connection) {
        self.connection = connection
    }

    /// Connects to a ``PacketListener``, or to another program's socket of this kind. As
    /// ``Connection/connect(to:options:)`` otherwise.
    ///
    /// - Throws: `.unsupported` for an address that is not of a Unix socket; `.invalidAddress` when the server there has a
    ///   stream or a datagram socket.
    public static func connect(
        to endpoint: Endpoint,
        options: ConnectionOptions = ConnectionOptions()
    ) async throws(SocketError) -> PacketConnection {
        var options = options
        options.kind = .sequencedPacket
        return PacketConnection(try await Connection.connect(to: endpoint, options: options))
    }

    /// Two connected ends in this process. In C: `socketpair`.
    public static func pair(
        options: ConnectionOptions = ConnectionOptions()
    ) throws(SocketError) -> (PacketConnection, PacketConnection) {
        var options = options
        options.kind = .sequencedPacket
        let (one, other) = try Connection.pair(options: options)
        return (PacketConnection(one), PacketConnection(other))
    }

    /// Takes over a connected socket from elsewhere. As ``Connection/adopt(_:options:)`` otherwise.
    public static func adopt(
        _ descriptor: Int32,
        options: ConnectionOptions = ConnectionOptions()
    ) throws(SocketError) -> PacketConnection {
        var options = options
        options.kind = .sequencedPacket
        return PacketConnection(try Connection.adopt(descriptor, options: options))
    }

    /// As ``Connection/release()``.
    public func release() throws(SocketError) -> Int32 { try connection.release() }

    // MARK: Messages

    /// Sends one message, whole. In C: `send`.
    ///
    /// - Throws: `.invalidArgument` for an empty message, which the other end could not tell from the end of the conversation;
    ///   `.messageTooLong` for one that is larger than the kernel's buffer (some 200 KiB; see
    ///   ``SocketOption/sendBufferBytes``); otherwise as ``Connection/send(_:)-([UInt8])``.
    public func send(_ message: [UInt8]) async throws(SocketError) {
        if message.isEmpty { throw emptyMessage }
        try await connection.send(message)
    }

    /// Sends text as UTF-8. As ``send(_:)-([UInt8])`` otherwise.
    public func send(_ message: String) async throws(SocketError) {
        try await send(Array(message.utf8))
    }

    /// Sends one message, and descriptors with it. As ``Connection/send(_:passing:)-([UInt8],_)`` otherwise.
    public func send(_ message: [UInt8], passing descriptors: [Int32]) async throws(SocketError) {
        if message.isEmpty { throw emptyMessage }
        try await connection.send(message, passing: descriptors)
    }

    /// Waits for a message and returns it, whole.
    ///
    /// - Parameter maximum: Room in bytes, from 1 to 65,536, which is also the default.
    /// - Returns: nil once the peer has finished. A peer of another make may send empty messages: they come as empty arrays,
    ///   except directly before the end, where the kernel does not tell the two apart.
    /// - Throws: `.messageTooLong` for a message that is larger than `maximum`; it is lost, and the next receive has the next
    ///   one. Otherwise as ``Connection/receive(upTo:)``.
    ///
    /// In C: `recvmsg` with `MSG_TRUNC`.
    public func receive(upTo maximum: Int = 65_536) async throws(SocketError) -> [UInt8]? {
        try await connection.receiveMessage(upTo: maximum, descriptors: 0)?.bytes
    }

    /// Waits for a message, and the descriptors that were passed with it. As ``receive(upTo:)`` otherwise.
    ///
    /// - Parameter limit: How many descriptors at most. When more come than that, or than this process may open, they are all
    ///   closed, the message is lost, and it throws `.limitExceeded` or `.exhausted`.
    public func receive(
        upTo maximum: Int = 65_536,
        descriptors limit: Int
    ) async throws(SocketError) -> DescriptorMessage? {
        try await connection.receiveMessage(upTo: maximum, descriptors: limit)
    }

    private var emptyMessage: SocketError {
        let detail = "an empty message: the other end could not tell it from the end"
        return SocketError(.invalidArgument, .send, remoteAddress: remoteAddress, detail: detail)
    }

    // MARK: The end, and the rest

    /// As ``Connection/finishSending()``.
    public func finishSending() async throws(SocketError) { try await connection.finishSending() }
    /// As ``Connection/close()``.
    public func close() async { await connection.close() }
    /// As ``Connection/abort()``.
    public func abort() { connection.abort() }

    /// The address of this side. In C: `getsockname`.
    public var localAddress: SocketAddress { connection.localAddress }
    /// The address of the peer; for most clients the unnamed one.
    public var remoteAddress: SocketAddress { connection.remoteAddress }
    /// As ``Connection/peerCredentials``.
    public var peerCredentials: PeerCredentials {
        get throws(SocketError) { try connection.peerCredentials }
    }

    /// As ``Connection/setOption(_:to:)``.
    public func setOption<Value>(_ option: SocketOption<Value>, to value: Value) throws(SocketError) {
        try connection.setOption(option, to: value)
    }

    /// As ``Connection/option(_:)``.
    public func option<Value>(_ option: SocketOption<Value>) throws(SocketError) -> Value {
        try connection.option(option)
    }
}

extension Connection {
    /// One message of a socket that keeps them apart, with its descriptors.
    fileprivate func receiveMessage(
        upTo maximum: Int,
        descriptors limit: Int
    ) async throws(SocketError) -> DescriptorMessage? {
        var operation = Receiving()
        try beginReceiving(&operation, upTo: maximum)
        var came = CameWithDescriptors()
        while true {
            switch try receiveStep(operation, upTo: maximum, into: &came) {
            case .done: return try message(came, limit)
            case .wait: await registration.waitCancellably(.read)
            case .yield: await Task.yield()
            }
        }
    }

    private func message(_ came: CameWithDescriptors, _ limit: Int) throws(SocketError) -> DescriptorMessage? {
        defer { registration.end(.read) }
        do throws(SocketError) {
            let open = try OpenDescriptor.wrap(came.descriptors, areTruncated: came.areTruncated, atMost: limit)
            let (whole, room) = (came.wholeCount, came.bytes.count)
            if whole > room { throw SocketError.messageTooLong(whole, room: room, .receive) }
            if whole == 0, (try? Syscalls.peerHasFinished(registration.descriptor)) ?? true { return nil }
            return DescriptorMessage(bytes: came.bytes, descriptors: open)
        } catch {
            throw error.with(local: nil, remote: remoteAddress)
        }
    }
}
