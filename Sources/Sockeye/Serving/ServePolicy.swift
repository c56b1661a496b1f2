internal import SockeyeSystem
internal import Synchronization

/// What a server does with each connection, and how many it has: one object that all the tasks of a `serve` share.
final class ServePolicy: Sendable {
    let options: ServeOptions
    private let handler: @Sendable @concurrent (Connection) async throws -> Void
    /// nil for as many as there are descriptors.
    private let places: ServePlaces?
    private let state = Mutex(State())

    private struct State {
        var connections = 0
        var refusals = 0
        /// How long those that are there may still talk; set by `shutdown`.
        var drain: Duration?
        /// Rings when a connection has ended, or a shutdown begins.
        var change: Alarm?
        var summary = ShutdownSummary(finished: 0, cancelled: 0)
        var isOver = false
        var waiting: [Alarm] = []
    }

    init(_ options: ServeOptions, _ handler: @escaping @Sendable @concurrent (Connection) async throws -> Void) {
        self.options = options
        self.handler = handler
        places = options.places ?? options.maximumConnections.map(ServePlaces.init)
    }

    // MARK: One connection

    /// The life of one connection.
    ///
    /// What a task keeps on its stack while it waits is most of what an idle connection costs: there is one frame here
    /// beside the handler's own, and the rest is kept out of line.
    @inline(__always)
    func handle(_ connection: Connection) async {
        connection.registration.adoptCurrentTask()
        let limits = startLimits(connection)
        let failure = await withTaskCancellationHandler {
            await outcome(of: connection)
        } onCancel: {
            connection.registration.ownerWasCancelled()
        }
        handlerEnded(connection, limits, failure)
        await connection.close()
        connectionEnded()
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
    private func startLimits(_ connection: Connection) -> TimeLimits? {
        TimeLimits(options, on: connection.registration)
    }

    @inline(never)
    private func handlerEnded(_ connection: Connection, _ limits: TimeLimits?, _ failure: (any Error)?) {
        connection.registration.releaseOwner()
        limits?.stop()
        if let failure, !isDailyLife(failure, of: connection) { options.onHandlerError(failure, connection) }
    }

    /// A client that has gone, a limit of this server, or its end. The same error of another connection, of the one that a
    /// proxy has to its backend, say, is news.
    private func isDailyLife(_ error: any Error, of connection: Connection) -> Bool {
        if error is CancellationError { return Task.isCancelled }
        guard let error = error as? SocketError else { return false }
        switch error.code {
        case .cancelled: return Task.isCancelled || error.remoteAddress == connection.remoteAddress
        case .reset, .closed, .timedOut: return error.remoteAddress == connection.remoteAddress
        default: return false
        }
    }

    // MARK: How many there are

    /// Counts a connection in. False: the server is full.
    func admit() -> Bool {
        if let places, !places.take() { return false }
        state.withLock { $0.connections += 1 }
        return true
    }

    /// The same for a client that waits, as the options want it. False: it is not taken any more.
    ///
    /// Between the room that was there and the client that has come, another listener may have taken the place.
    func admit(on loop: EventLoop) async -> Bool {
        while !admit() {
            guard options.whenFull == .wait, await waitForRoom(on: loop) else { return false }
            // A place that a shutdown has freed is for nobody.
            if state.withLock({ $0.drain != nil }) { return false }
        }
        return true
    }

    func connectionEnded() {
        places?.giveBack()
        let alarm = state.withLock { state in
            state.connections -= 1
            if state.drain != nil { state.summary.finished += 1 }
            defer { state.change = nil }
            return state.change
        }
        alarm?.ring()
    }

    /// What a summary would say if the process ended now: who is there is cut off. Zeros before a shutdown has begun, but for
    /// those who are there.
    var progress: ShutdownSummary {
        state.withLock { state in
            // Once the drain is over the summary counts those who were cancelled, and takes them for finished as they end.
            if state.summary.cancelled == 0 {
                return ShutdownSummary(finished: state.summary.finished, cancelled: state.connections)
            }
            let finished = state.summary.finished + state.connections
            return ShutdownSummary(finished: finished, cancelled: state.summary.cancelled)
        }
    }

    /// At most 64 farewells at once: who comes faster than that is cut off without one.
    func beginFarewell() -> Bool {
        state.withLock { state in
            guard state.refusals < 64 else { return false }
            state.refusals += 1
            return true
        }
    }

    func endFarewell() {
        state.withLock { $0.refusals -= 1 }
    }

    /// Waits while there is no room for one more client. False: nobody is let in any more, or the task is cancelled.
    @discardableResult
    func waitForRoom(on loop: EventLoop) async -> Bool {
        guard options.whenFull == .wait, let places else { return true }
        // In this order: a shutdown rings for those who wait, and who looks afterwards sees it.
        while let alarm = places.alarmIfFull() {
            if state.withLock({ $0.drain != nil }) { return false }
            if await alarm.sleep(atMost: nil, on: loop) == .cancelled { return false }
        }
        return true
    }

    // MARK: Shutting down

    func beginShutdown(drain: Duration) {
        let alarm = state.withLock { state in
            state.drain = drain
            defer { state.change = nil }
            return state.change
        }
        alarm?.ring()
        places?.wakeAll()
    }

    /// After the last accept: gives those that are there the time that `shutdown` allows.
    ///
    /// - Returns: Whether there are any left, who are to be cancelled.
    func drain(on loop: EventLoop) async -> Bool {
        guard let limit = state.withLock({ $0.drain }) else { return false }
        let end = ContinuousClock.now + limit
        while let alarm = alarm(while: { $0.connections > 0 }) {
            let left = ContinuousClock.now.duration(to: end)
            guard left > .zero, await alarm.sleep(atMost: left, on: loop) == .rung else { break }
        }
        return state.withLock { state in
            // From now on who ends was cancelled, and not finished.
            state.summary.cancelled = state.connections
            state.summary.finished -= state.connections
            return state.connections > 0
        }
    }

    /// All connections have ended.
    func end() {
        let waiting = state.withLock { state in
            state.isOver = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for alarm in waiting { alarm.ring() }
    }

    /// Waits for the end, or for the task's cancellation.
    func summaryAtEnd(on loop: EventLoop) async -> ShutdownSummary {
        let alarm = Alarm()
        let isOver = state.withLock { state in
            if !state.isOver { state.waiting.append(alarm) }
            return state.isOver
        }
        if !isOver { _ = await alarm.sleep(atMost: nil, on: loop) }
        // Who was cancelled while it waited, as a handler is that shuts its own server down, gets what is known by now.
        return state.withLock { $0.isOver ? $0.summary : nil } ?? progress
    }

    private func alarm(while condition: (State) -> Bool) -> Alarm? {
        state.withLock { state in
            guard condition(state) else { return nil }
            let alarm = state.change ?? Alarm()
            state.change = alarm
            return alarm
        }
    }
}

/// What became of the connections that a server had when it was shut down.
public struct ShutdownSummary: Sendable, Hashable {
    /// Came to their own end in time.
    public var finished: Int
    /// Were cancelled when the time was over.
    public var cancelled: Int
}
