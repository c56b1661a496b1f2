public import SockeyeSystem

/// How ``Listener/serve(options:_:)`` treats its clients.
///
///     var options = ServeOptions()
///     options.maximumConnections = 1000
///     options.idleTimeLimit = .seconds(60)
///     options.allow = [try NetworkPrefix(parsing: "192.168.0.0/16")]
///     try await listener.serve(options: options) { connection in … }
public struct ServeOptions: Sendable {
    /// How many connections are served at once, from 1 up. Default: nil, as many as there are descriptors.
    ///
    /// A connection counts until it is closed: after its handler has ended that waits for the client's own end, at most two
    /// seconds. A client that opens its next connection before it closes the old one needs room for both.
    public var maximumConnections: Int?

    /// The places of several listeners together, in place of ``maximumConnections``.
    package var places: ServePlaces?

    /// What happens to further clients. Default: they wait in the kernel's queue.
    public var whenFull = WhenFull.wait

    /// Ends a connection on which no byte has gone either way for so long; its handler gets `.timedOut`. Default: nil, never.
    /// Bytes that were sent before, and that a slow client takes now, count too.
    ///
    /// The client sees an end, or a reset where a send waits for it, since a part of an answer is no answer.
    /// Not guaranteed: precision. It ends between the limit and a quarter more.
    public var idleTimeLimit: Duration?

    /// Ends a connection that has lived for so long; its handler gets `.timedOut`. Default: nil, never.
    public var lifetime: Duration?

    /// Only clients from these networks. Default: none named, which allows all.
    ///
    /// Who is not allowed is disconnected with a reset before the handler sees it. Unix clients are in no network, and
    /// always allowed.
    public var allow: [NetworkPrefix] = []

    /// No clients from these networks, whatever ``allow`` says: deny wins. Default: none.
    public var deny: [NetworkPrefix] = []

    /// Called with the address of each client that ``allow`` or ``deny`` keeps out, before it is disconnected. Default: does
    /// nothing, since whoever may not come can come often. Runs on the listener's event loop, so it returns quickly.
    public var onDenied: @Sendable (SocketAddress) -> Void = { _ in }

    /// The same with the connection, which is still open: for whoever tells more than the address.
    package var onTurnedAway: (@Sendable (Connection) -> Void)?

    /// ``idleTimeLimit`` ends with a reset where this side has not finished sending: for servers whose clients would take the
    /// end for the end of a whole, as of a file. Without it, only a send that waits is cut off with a reset.
    package var resetsUnfinished = false

    /// Called when a handler throws, which ends its own connection only. Default: prints one line to standard error.
    ///
    /// Not called for the errors of a client that has gone, nor for the limits above (`.reset`, `.closed`, `.cancelled`,
    /// `.timedOut` of its own connection): those are daily life. The same errors of another connection, to a backend, say, are
    /// told, and so is a client that finishes in the middle of a message (`.endOfStream`). Runs on the connection's event loop,
    /// so it returns quickly.
    public var onHandlerError: @Sendable (any Error, Connection) -> Void = { error, connection in
        Diagnostics.report("sockeye: the handler of \(connection.remoteAddress) failed: \(error)")
    }

    public init() {}

    /// What happens to a client that is one too many.
    public enum WhenFull: Sendable, Hashable {
        /// It waits in the kernel's queue, connected but unheard, until another has gone.
        case wait
        /// It is accepted, told these bytes, and disconnected.
        case refuse(farewell: [UInt8])
    }

    /// Why these options make no sense, if they do not.
    var flaw: SocketError? {
        let words: String
        if let maximumConnections, maximumConnections < 1 {
            words = "a maximum of \(maximumConnections) connections serves nobody: it is 1 or more, or nil for no limit"
        } else if let idleTimeLimit, idleTimeLimit <= .zero {
            words = "an idle time limit of \(idleTimeLimit): it is above zero, or nil for no limit"
        } else if let lifetime, lifetime <= .zero {
            words = "a lifetime of \(lifetime): it is above zero, or nil for no limit"
        } else {
            return nil
        }
        return SocketError(.invalidArgument, .accept, detail: words)
    }

    /// Whether a client may talk to this server at all.
    package func admits(_ address: SocketAddress) -> Bool {
        guard address.family != .unix else { return true }
        if deny.contains(where: { $0.contains(address) }) { return false }
        return allow.isEmpty || allow.contains { $0.contains(address) }
    }
}
