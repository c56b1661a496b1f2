public import SockeyeSystem

/// Life of a byte, station 6: a task for each client, and the handler that gets its bytes.
extension Listener {
    /// Accepts clients for as long as the listener lives, and runs `handler` for each in a task of its own.
    ///
    ///     try await listener.serve { connection in
    ///         while let data = try await connection.receive(upTo: 1024) { try await connection.send(data) }
    ///     }
    ///
    /// A connection closes when its handler returns or throws, and everything that was sent arrives. A handler runs on
    /// the event loop that owns its connection, beside the handlers of that loop's other connections: while it computes,
    /// they wait. Let long computations run elsewhere: `await Task.detached { … }.value`, or an `@concurrent` function.
    ///
    /// When descriptors run out, the clients that are there go on, new ones wait in the kernel's queue, and it takes
    /// them as soon as it can.
    ///
    /// - Returns: After ``close()``, when the last handler has ended.
    /// - Cancellation: throws `.cancelled` after all handlers, whose tasks are cancelled too, have ended.
    /// - Concurrency: one `serve` or `accept` at a time.
    /// - Throws: `.cancelled`; `.busy` while another task accepts; an error of the listener itself. Never an error of a
    ///   client or a handler: see ``ServeOptions/onHandlerError``.
    public func serve(
        options: ServeOptions = ServeOptions(),
        _ handler: @escaping @Sendable @concurrent (Connection) async throws -> Void
    ) async throws(SocketError) {
        let policy = ServePolicy(options, handler)
        // A child of its own, so that accepting runs on the loop and not on the main actor or wherever the caller is.
        let failure = await withTaskGroup(of: SocketError?.self) { group in
            group.addTask(executorPreference: registration.loop) { await self.acceptAndHandle(policy) }
            return await group.next() ?? nil
        }
        if let failure { throw failure }
    }

    private func acceptAndHandle(_ policy: ServePolicy) async -> SocketError? {
        await withDiscardingTaskGroup { handlers in
            var shortage = AcceptBackoff()
            while true {
                do throws(SocketError) {
                    let connection = try await accept()
                    handlers.addTask(executorPreference: connection.registration.loop) {
                        await policy.handle(connection)
                    }
                } catch {
                    switch error.code {
                    case .closed:
                        return nil
                    case .exhausted:
                        if shortage.isWorthSaying() { Diagnostics.report("sockeye: \(error); new clients wait") }
                        _ = await LoopTimer.sleep(for: shortage.pause, on: registration.loop)
                    default:
                        // Cancelled, or the listener itself is broken: the handlers are not left alone with that.
                        handlers.cancelAll()
                        return error
                    }
                }
            }
        }
    }
}

/// What a server does with each connection: one object that all its tasks share.
private final class ServePolicy: Sendable {
    private let options: ServeOptions
    private let handler: @Sendable @concurrent (Connection) async throws -> Void

    init(_ options: ServeOptions, _ handler: @escaping @Sendable @concurrent (Connection) async throws -> Void) {
        self.options = options
        self.handler = handler
    }

    /// The life of one connection.
    ///
    /// What a task keeps on its stack while it waits is most of what an idle connection costs: there is one frame here
    /// beside the handler's own, and the rest is kept out of line.
    @inline(__always)
    func handle(_ connection: Connection) async {
        connection.registration.adoptCurrentTask()
        let failure = await withTaskCancellationHandler {
            await outcome(of: connection)
        } onCancel: {
            connection.registration.ownerWasCancelled()
        }
        connection.registration.releaseOwner()
        if let failure { report(failure, of: connection) }
        await connection.close()
    }

    @inline(__always)
    private func outcome(of connection: Connection) async -> (any Error)? {
        do {
            try await handler(connection)
            return nil
        } catch {
            return error
        }
    }

    @inline(never)
    private func report(_ error: any Error, of connection: Connection) {
        if !isDailyLife(error) { options.onHandlerError(error, connection) }
    }

    private func isDailyLife(_ error: any Error) -> Bool {
        if error is CancellationError { return true }
        guard let error = error as? SocketError else { return false }
        return error.code == .reset || error.code == .closed || error.code == .cancelled
    }
}

/// What to do while descriptors have run out: neither spin nor die, and say so once in a while.
struct AcceptBackoff {
    /// 50 ms: soon enough for whoever waits, and 20 tries a second cost nothing.
    let pause = Duration.milliseconds(50)
    /// Every 5 seconds a line is enough.
    private static let quiet = Duration.seconds(5)
    private var lastSaid: ContinuousClock.Instant?

    mutating func isWorthSaying(at now: ContinuousClock.Instant = .now) -> Bool {
        if let lastSaid, now - lastSaid < Self.quiet { return false }
        lastSaid = now
        return true
    }
}
