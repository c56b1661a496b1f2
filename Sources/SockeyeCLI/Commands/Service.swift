import Sockeye
import SockeyeSystem

/// Listeners that are served until something ends them: a signal, a reader of standard output that has gone, or, of a hub,
/// the end of standard input.
struct Service: Sendable {
    let listeners: [Listener]
    /// Sockets for datagrams beside them.
    let sockets: [DatagramSocket]
    /// How long the clients that are there may finish after a signal; nil cancels them at once.
    let drain: Duration?
    /// Who reads standard output; nil for nobody, when nothing is written there.
    let audience: Audience?
    let cutOffs: CutOffClients
    /// What a second signal has found.
    private let hurried = Locked<(finished: Int, cutOff: Int)?>(nil)
    private let hasSummed = Locked(false)
    private let farewell = Locked<Task<Void, any Error>?>(nil)
    /// 10 s for clients that go on talking without a pause although nobody reads standard output any more.
    private static let lastAnswers = Duration.seconds(10)

    init(_ server: Server, drain: Duration?, audience: Audience?) {
        self.audience = audience
        cutOffs = server.cutOffs
        listeners = server.listeners
        sockets = server.datagrams?.places.map(\.socket) ?? []
        self.drain = drain
    }

    /// Runs `body`, which serves the listener.
    ///
    /// - Parameter undone: What is missing after a signal.
    func run(undone: Undone, _ body: @escaping @Sendable () async throws -> Void) async throws {
        defer {
            cutOffs.tellTheRest()
            if let sum = hurried.with(\.self) { say(finished: sum.finished, cutOff: sum.cutOff) }
        }
        let stop = RelayStop()
        Output.standard.onFailing { stop.end(status: Failure.networkFailed) }
        audience?.onLeaving { end { _ = await shutDown(drain: Self.lastAnswers) } }
        try await Interruption.ends(undone: undone, patience: drain ?? .zero) {
            do {
                try await stop.run(body)
            } catch let error as SocketError where error.code == .closed && audience?.hasLeft == true {
                // It waited for somebody, and there is no more reason to.
            }
        } onSignal: { task in
            guard let drain else { return task.cancel() }
            cutOffs.end(because: .drain)
            end {
                Console.say("Taking no more clients; those that are there have \(drain) to finish.")
                let (finished, cancelled) = await shutDown(drain: drain)
                cutOffs.tellTheRest()
                if hurried.with({ $0 == nil }) { say(finished: finished, cutOff: cancelled) }
            }
        } onSecondSignal: { task in
            hurry(task)
        }
        try await farewell.with { $0 }?.value
    }

    /// 500 ms for telling the clients; who is not told by then gets what the kernel tells of a process that has ended.
    private static let hurry: Int32 = 500

    /// Ends the conversations now, and not when the drain is over.
    private func hurry(_ task: Task<Void, any Error>) {
        let sum = listeners.map(\.progress).reduce(into: (finished: 0, cutOff: 0)) { sum, one in
            sum = (sum.finished + one.finished, sum.cutOff + one.cancelled)
        }
        hurried.with { $0 = sum }
        cutOffs.end(because: .stopped)
        task.cancel()
        ThisProcess.pause(milliseconds: Self.hurry)
        say(finished: sum.finished, cutOff: sum.cutOff)
    }

    /// Once, whoever comes first.
    private func say(finished: Int, cutOff: Int) {
        let isSaid = hasSummed.with { hasSummed in
            defer { hasSummed = true }
            return hasSummed
        }
        if isSaid { return }
        Console.say("\(finished) finished, \(cutOff) \(cutOff == 1 ? "was" : "were") cut off.")
    }

    /// Lets the server's own standard input take part in a hub.
    func takePart(in hub: Hub, keepsOn: Bool) {
        LoopTask.start {
            do {
                let hasSpoken = try await hub.takePart(with: Input())
                guard hasSpoken, !keepsOn else { return }
                end {
                    // What was said last is still in the members' queues.
                    hub.finish()
                    _ = await shutDown(drain: Self.lastAnswers)
                }
            } catch let failure as Failure {
                // The clients go on without what would have been said here.
                failure.ofServer("--hub").tell()
            }
        }
    }

    private func shutDown(drain: Duration) async -> (finished: Int, cancelled: Int) {
        for socket in sockets { socket.close() }
        for listener in listeners { listener.beginShutdown(drain: drain) }
        return await withTaskGroup(of: ShutdownSummary.self) { group in
            for listener in listeners { group.addTask { await listener.shutdown(drain: drain) } }
            return await group.reduce(into: (0, 0)) { sum, one in
                sum = (sum.0 + one.finished, sum.1 + one.cancelled)
            }
        }
    }

    private func end(_ body: @escaping @Sendable () async -> Void) {
        farewell.with { task in
            if task == nil { task = LoopTask.start { await body() } }
        }
    }
}
