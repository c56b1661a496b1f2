internal import SockeyeSystem

/// Does what a ``ConnectionRace`` says: each attempt is a child task, and so is its clock. Whatever ends the race cancels
/// them all, and each closes what it has opened, so that nothing stays open on any way out.
struct ConnectionRunner: Sendable {
    private let endpoint: Endpoint
    private let options: ConnectionOptions
    /// When the caller began, with looking the name up.
    private let start: UInt64

    init(_ endpoint: Endpoint, _ options: ConnectionOptions, since start: UInt64) {
        self.endpoint = endpoint
        self.options = options
        self.start = start
    }

    private enum Event: Sendable {
        case attempt(Int, Result<Registration, SocketError>, since: UInt64)
        /// False: it was stopped before its time.
        case clock(isDue: Bool)
    }

    func connect(toOneOf addresses: [SocketAddress]) async throws(SocketError) -> Connection {
        let loop = try EventLoopGroup.loop(options.loops)
        let begin = Observation.now()
        let deadline = options.connectTimeout.map { $0 - Duration.nanoseconds(Int64(begin - start)) }
        return try await withTaskGroup(of: Event.self, returning: Result<Connection, SocketError>.self) { group in
            var run = Run(ConnectionRace(addresses, deadline: deadline), loop, since: begin)
            var pending = run.race.begin()
            while true {
                for action in pending {
                    switch action {
                    case .start(let index):
                        add(index, run.race.addresses[index], to: &group, on: loop)
                    case .finish(let ending):
                        group.cancelAll()
                        await giveUp(&group, run, ending)
                        return result(of: run, ending)
                    }
                }
                if let sleep = run.nextSleep() {
                    group.addTask(executorPreference: loop) { await Self.wait(sleep, loop) }
                }
                guard let event = await group.next() else { return result(of: run, .cancelled) }
                pending = take(event, &run)
            }
        }.get()
    }

    /// The race and what of it is real: the clock that runs, and the connection that has come.
    private struct Run {
        var race: ConnectionRace
        let loop: EventLoop
        let start: UInt64
        var winner: (registration: Registration, since: UInt64)?
        private var wakeUp: Duration?
        private var alarm: Alarm?

        init(_ race: ConnectionRace, _ loop: EventLoop, since start: UInt64) {
            self.race = race
            self.loop = loop
            self.start = start
        }

        var now: Duration { .nanoseconds(Int64(Observation.now() - start)) }

        /// The sleep that is to begin; nil when the one that runs is right, or none is needed.
        mutating func nextSleep() -> (alarm: Alarm, time: Duration)? {
            guard race.wakeUp != wakeUp else { return nil }
            alarm?.ring()
            wakeUp = race.wakeUp
            guard let wakeUp else { return nil }
            let new = Alarm()
            alarm = new
            return (new, max(wakeUp - now, .zero))
        }

        mutating func clockEnded() {
            wakeUp = nil
            alarm = nil
        }
    }

    private static func wait(_ sleep: (alarm: Alarm, time: Duration), _ loop: EventLoop) async -> Event {
        .clock(isDue: await sleep.alarm.sleep(atMost: sleep.time, on: loop) == .timeIsUp)
    }

    private func add(
        _ index: Int,
        _ address: SocketAddress,
        to group: inout TaskGroup<Event>,
        on loop: EventLoop
    ) {
        group.addTask(executorPreference: loop) { [options] in
            let since = Observation.now()
            do throws(SocketError) {
                return .attempt(
                    index,
                    .success(try await Connection.connectedRegistration(to: address, options)),
                    since: since
                )
            } catch {
                return .attempt(index, .failure(error), since: since)
            }
        }
    }

    private func take(_ event: Event, _ run: inout Run) -> [ConnectionRace.Action] {
        switch event {
        case .clock(isDue: false):
            return []
        case .clock(isDue: true):
            run.clockEnded()
            return run.race.clockReached(run.now)
        case .attempt(let index, .success(let registration), let since):
            run.winner = (registration, since)
            return run.race.connected(index)
        case .attempt(_, .failure(let error), _) where error.code == .cancelled && error.errno == nil:
            return run.race.cancelled()
        case .attempt(let index, .failure(let error), let since):
            Connection.report(error, options, since: since)
            return run.race.failed(index, error, at: run.now)
        }
    }

    // MARK: The end

    /// Waits until the other attempts have noticed that they were cancelled, which they do at once.
    private func giveUp(_ group: inout TaskGroup<Event>, _ run: Run, _ ending: ConnectionRace.Ending) async {
        while let event = await group.next() {
            guard case .attempt(let index, let outcome, let since) = event else { continue }
            // Connected at the same moment as the winner.
            if case .success(let registration) = outcome, registration.close(abruptly: true) { registration.retire() }
            let words =
                switch ending {
                case .won: "another address was faster"
                case .outOfTime: "the time for connecting is over"
                case .lost, .cancelled: nil as String?
                }
            let address = run.race.addresses[index]
            let error = SocketError(.cancelled, .connect, remoteAddress: address, detail: words)
            Connection.report(error, options, since: since)
        }
    }

    private func result(of run: Run, _ ending: ConnectionRace.Ending) -> Result<Connection, SocketError> {
        if case .won(let index) = ending, let winner = run.winner {
            let address = run.race.addresses[index]
            return .success(Connection.connected(winner.registration, to: address, options, since: winner.since))
        }
        return .failure(run.race.error(ending, for: endpoint, after: options.connectTimeout))
    }
}
