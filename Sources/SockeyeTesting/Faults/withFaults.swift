public import Sockeye
internal import SockeyeSystem

/// Runs `body` with sockets on which things go wrong.
///
///     try await withFaults(.shortReceives(), .failure(of: .connect, with: .connectionRefused)) {
///         try await myClient.run()
///     }
///
/// The faults hold for the sockets that `body` and its child tasks make, for as long as these sockets live. Sockets that are
/// there already are left alone, and so is what other tests do at the same time.
///
/// - Cancellation: that of `body`.
/// - Throws: What `body` throws.
public func withFaults<Result>(
    _ faults: Fault...,
    isolation: isolated (any Actor)? = #isolation,
    _ body: () async throws -> Result
) async rethrows -> Result {
    try await FaultSeam.with(FaultScript(faults), body)
}

/// The same around blocking calls of ``Socket``, on the present thread.
public func withFaults<Result>(_ faults: Fault..., body: () throws -> Result) rethrows -> Result {
    try FaultSeam.with(FaultScript(faults), body)
}

extension Connection {
    /// Lets things go wrong on this connection from now on, in place of what was injected before.
    ///
    ///     let (near, far) = try Connection.pair()
    ///     try near.inject(.reset(afterReceiving: 10))
    ///
    /// With no argument everything is well again.
    ///
    /// - Throws: `.closed` when it is closed on this side.
    public func inject(_ faults: Fault...) throws(SocketError) {
        try inject(FaultScript(faults))
    }
}

extension Listener {
    /// Lets things go wrong when this listener accepts, in place of what was injected before. The connections that it
    /// accepts are left alone: inject into them, or make the server within ``withFaults(_:_:)``.
    ///
    /// - Throws: `.closed` when it is closed.
    public func inject(_ faults: Fault...) throws(SocketError) {
        try inject(FaultScript(faults))
    }
}
