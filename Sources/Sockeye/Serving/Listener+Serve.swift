public import SockeyeSystem
internal import Synchronization

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
    /// When descriptors or memory run out, or the system forbids a client, the clients that are there go on, new ones wait in
    /// the kernel's queue, and it takes them as soon as it can. It tries 20 times a second, and says so on standard error
    /// every 5 seconds.
    ///
    /// - Returns: After ``close()``, when the last handler has ended; after ``shutdown(drain:)``, also one that came first.
    /// - Cancellation: throws `.cancelled` after all handlers, whose tasks are cancelled too, have ended.
    /// - Concurrency: one `serve` or `accept` at a time.
    /// - Throws: `.invalidArgument` for a limit that makes no sense; `.cancelled`; `.busy` while another task serves or accepts;
    ///   `.closed` when the listener is closed before it begins; an error of the listener itself. Never an error of a client or
    ///   a handler: see ``ServeOptions/onHandlerError``.
    public func serve(
        options: ServeOptions = ServeOptions(),
        _ handler: @escaping @Sendable @concurrent (Connection) async throws -> Void
    ) async throws(SocketError) {
        if let flaw = options.flaw { throw flaw.with(local: localAddress, remote: nil) }
        let policy = ServePolicy(options, handler)
        guard try beginServing(policy) else { return }
        // A child of its own, so that accepting runs on the loop and not on the main actor or wherever the caller is.
        let failure = await withTaskGroup(of: SocketError?.self) { group in
            group.addTask(executorPreference: registration.loop) { await self.acceptAndHandle(policy) }
            return await group.next() ?? nil
        }
        serving.withLock { $0.policy = nil }
        policy.end()
        if let failure { throw failure }
    }

    /// False: the service was shut down before it began. Which of two tasks comes first must not decide about an error.
    private func beginServing(_ policy: ServePolicy) throws(SocketError) -> Bool {
        let obstacle = serving.withLock { serving -> SocketError.Code? in
            if serving.policy != nil { return .busy }
            if serving.isShutDown { return .cancelled }
            if registration.snapshot.isClosed { return .closed }
            serving.policy = policy
            return nil
        }
        guard let obstacle, obstacle != .cancelled else { return obstacle == nil }
        throw SocketError(obstacle, .accept, localAddress: localAddress)
    }

    private func acceptAndHandle(_ policy: ServePolicy) async -> SocketError? {
        await withDiscardingTaskGroup { handlers in
            let failure = await acceptUntilTheEnd(policy, &handlers)
            // Cancelled, or the listener itself is broken: the handlers are not left alone with that.
            let hasLeftOvers = await policy.drain(on: registration.loop)
            if failure != nil || hasLeftOvers { handlers.cancelAll() }
            return failure
        }
    }

    private func acceptUntilTheEnd(_ policy: ServePolicy, _ handlers: inout DiscardingTaskGroup) async -> SocketError? {
        var shortage = AcceptBackoff()
        while true {
            do throws(SocketError) {
                await policy.waitForRoom(on: registration.loop)
                let connection = try await accept()
                guard policy.options.admits(connection.remoteAddress) else {
                    policy.options.onDenied(connection.remoteAddress)
                    policy.options.onTurnedAway?(connection)
                    connection.abort()
                    continue
                }
                var isIn = policy.admit()
                if !isIn { isIn = await policy.admit(on: registration.loop) }
                if isIn {
                    handlers.addTask(executorPreference: connection.registration.loop) {
                        await policy.handle(connection)
                    }
                } else {
                    refuse(connection, policy, &handlers)
                }
            } catch {
                switch error.code {
                case .closed where error.errno == nil:
                    return nil
                case .exhausted, .permissionDenied, .unsupported:
                    // A shortage; or what a firewall of this computer, or the network of one client, has against it.
                    if shortage.isWorthSaying() { Diagnostics.report("sockeye: \(error); new clients wait") }
                    _ = await LoopTimer.sleep(for: shortage.pause, on: registration.loop)
                default:
                    return error
                }
            }
        }
    }

    private func refuse(_ connection: Connection, _ policy: ServePolicy, _ handlers: inout DiscardingTaskGroup) {
        guard case .refuse(let farewell) = policy.options.whenFull, policy.beginFarewell() else {
            connection.abort()
            return
        }
        handlers.addTask(executorPreference: connection.registration.loop) {
            // A new connection has room for a line, so this does not wait; one that has gone already needs none.
            try? await connection.send(farewell)
            await connection.close()
            policy.endFarewell()
        }
    }

    /// Ends the service gently: no new clients; those in conversation may finish it; the rest is cancelled when the time
    /// is over.
    ///
    ///     let summary = await listener.shutdown(drain: .seconds(10))
    ///     print("\(summary.finished) finished, \(summary.cancelled) had to be cut off")
    ///
    /// `serve` returns too, without an error, and so does one that begins only now. Who waits in the kernel's queue is refused.
    ///
    /// - Parameter drain: How long the conversations may last. Zero or less cancels them at once.
    /// - Returns: When all connections have closed, how many ended in which way; zeros when nobody serves.
    ///   A handler that waits for a task which is not its child is waited for: cancelling does not reach that one.
    /// - Cancellation: returns at once, with what is known by then; the shutdown goes on. A handler that shuts its own server
    ///   down is cancelled by it: let it start a task for that, `Task { await listener.shutdown(drain: …) }`.
    @discardableResult
    public func shutdown(drain: Duration) async -> ShutdownSummary {
        let policy = endService(drain: drain)
        close()
        guard let policy else { return ShutdownSummary(finished: 0, cancelled: 0) }
        return await policy.summaryAtEnd(on: registration.loop)
    }
}

extension Listener {
    /// Takes nobody in any more, as ``shutdown(drain:)`` does: for several listeners that end at the same moment, and would
    /// give each other's places away.
    package func beginShutdown(drain: Duration) {
        _ = endService(drain: drain)
    }

    private func endService(drain: Duration) -> ServePolicy? {
        let policy = serving.withLock { serving in
            serving.isShutDown = true
            return serving.policy
        }
        policy?.beginShutdown(drain: drain)
        return policy
    }

    /// What ``shutdown(drain:)`` would return if the process ended now.
    package var progress: ShutdownSummary {
        serving.withLock { $0.policy }?.progress ?? ShutdownSummary(finished: 0, cancelled: 0)
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
