/// Sees every operation on the sockets that it was given to, when it has ended.
///
///     struct Printer: SocketObserver {
///         func observe(_ event: SocketEvent) { print(event) }
///     }
///     var options = ConnectionOptions()
///     options.observer = Printer()
///
/// A listener's observer also learns when one task holds up an event loop, and all connections on it, for longer than
/// 100 ms: the operation is `.loop` then.
///
/// Recordings, metrics and explanations are written on this one stream. Nothing is paid when there is none.
///
/// **Concurrency.** `observe` is called by the task whose operation it was, on any thread and from several at once; it
/// returns quickly, since that task, and perhaps a whole event loop, waits for it.
public protocol SocketObserver: Sendable {
    func observe(_ event: SocketEvent)
}

/// One operation that has ended: what it was, on which socket, and what came of it.
public struct SocketEvent: Sendable, CustomStringConvertible {
    /// Tells sockets apart. Numbers are not used again in the life of a process.
    public struct ID: Hashable, Sendable, CustomStringConvertible {
        public let rawValue: UInt64
        /// Not a socket: the event is about an event loop.
        public static let loop = ID(rawValue: 0)
        public var description: String { "#\(rawValue)" }
    }

    public let socket: ID
    public let operation: SocketError.Operation
    public let localAddress: SocketAddress?
    public let remoteAddress: SocketAddress?
    /// Bytes received or sent; nil for operations that carry none. A receive of 0 is the end of the stream.
    public let byteCount: Int?
    /// How many datagrams the bytes came or went in; nil for streams, and for operations that carry none. One of 0 bytes is
    /// a message, and no end.
    public internal(set) var datagramCount: Int?
    /// From the call to its end, waiting included. For an event loop: how long one task held it up.
    public let duration: Duration
    public let error: SocketError?

    /// `#2 receive 127.0.0.1:53211: 5 bytes in 1.2 ms`
    public var description: String {
        if let error { return "\(socket) \(error)" }
        if socket == .loop { return "event loop: held up by one task for \(TimeWords.short(duration))" }
        var text = "\(socket) \(operation.rawValue)"
        if let address = remoteAddress ?? localAddress { text += " \(address)" }
        if let byteCount { text += ": \(byteCount) byte\(byteCount == 1 ? "" : "s")" }
        if let datagramCount { text += " in \(datagramCount) datagram\(datagramCount == 1 ? "" : "s")" }
        return text + " in \(TimeWords.short(duration))"
    }
}
