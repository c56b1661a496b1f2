extension Connection {
    /// The number by which an observer knows this connection: that of all its events.
    ///
    /// With it a handler can tell which events are about the connection that it holds.
    ///
    /// ```swift
    /// try await listener.serve { connection in
    ///     log("\(connection.eventID, default: "unobserved") is served")
    /// }
    /// ```
    ///
    /// nil when the connection has no ``SocketObserver``.
    ///
    /// **Concurrency.** It never changes, and any task may ask for it.
    public var eventID: SocketEvent.ID? { observation?.id }
}
