public import SockeyeSystem

/// A Unix socket that waits for clients which talk in messages: see ``PacketConnection``.
///
///     let listener = try await PacketListener.bind(to: "unix:/tmp/x.sock")
///     try await listener.serve { connection in
///         while let message = try await connection.receive() { try await connection.send(message) }
///     }
///
/// **Concurrency.** As for ``Listener``.
public final class PacketListener: Sendable {
    private let listener: Listener

    private init(_ listener: Listener) {
        self.listener = listener
    }

    /// Binds to a path or an abstract name and listens on it. As ``Listener/bind(to:options:)`` otherwise.
    ///
    /// - Throws: `.unsupported` for an address that is not of a Unix socket.
    public static func bind(
        to endpoint: Endpoint,
        options: ListenerOptions = ListenerOptions()
    ) async throws(SocketError) -> PacketListener {
        var options = options
        options.kind = .sequencedPacket
        return PacketListener(try await Listener.bind(to: endpoint, options: options))
    }

    /// Takes over a socket from elsewhere that listens already. As ``Listener/adopt(_:options:)`` otherwise.
    public static func adopt(
        _ descriptor: Int32,
        options: ListenerOptions = ListenerOptions()
    ) throws(SocketError) -> PacketListener {
        var options = options
        options.kind = .sequencedPacket
        return PacketListener(try Listener.adopt(descriptor, options: options))
    }

    /// The address that clients connect to.
    public var localAddress: SocketAddress { listener.localAddress }

    /// As ``Listener/accept()``.
    public func accept() async throws(SocketError) -> PacketConnection {
        PacketConnection(try await listener.accept())
    }

    /// As ``Listener/serve(options:_:)``.
    public func serve(
        options: ServeOptions = ServeOptions(),
        _ handler: @escaping @Sendable @concurrent (PacketConnection) async throws -> Void
    ) async throws(SocketError) {
        try await listener.serve(options: options) { try await handler(PacketConnection($0)) }
    }

    /// As ``Listener/shutdown(drain:)``.
    @discardableResult
    public func shutdown(drain: Duration) async -> ShutdownSummary { await listener.shutdown(drain: drain) }

    /// As ``Listener/close()``.
    public func close() { listener.close() }
}
