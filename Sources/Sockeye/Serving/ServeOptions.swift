/// How ``Listener/serve(options:_:)`` treats its clients.
public struct ServeOptions: Sendable {
    /// Called when a handler throws, which ends its own connection only. Default: prints one line to standard error.
    ///
    /// Not called for the errors of a client that has gone (`.reset`, `.closed`, `.cancelled`): those are daily life.
    /// Runs on the connection's event loop, so it returns quickly.
    public var onHandlerError: @Sendable (any Error, Connection) -> Void = { error, connection in
        Diagnostics.report("sockeye: the handler of \(connection.remoteAddress) failed: \(error)")
    }

    public init() {}
}
