import Sockeye
import SockeyeSystem

/// A listener that is served until something ends it: a signal, or a reader of standard output that has gone.
struct Service: Sendable {
    let listener: Listener
    /// How long the clients that are there may finish after a signal; nil cancels them at once.
    let drain: Duration?
    /// Who reads standard output; nil for nobody, when nothing is written there.
    let audience: Audience?
    private let farewell = Locked<Task<Void, any Error>?>(nil)
    /// 10 s for clients that go on talking without a pause although nobody reads standard output any more.
    private static let lastAnswers = Duration.seconds(10)

    init(listener: Listener, drain: Duration?, audience: Audience?) {
        self.audience = audience
        self.listener = listener
        self.drain = drain
    }

    /// Runs `body`, which serves the listener.
    func run(_ body: @escaping @Sendable () async throws -> Void) async throws {
        audience?.onLeaving { end { _ = await listener.shutdown(drain: Self.lastAnswers) } }
        try await Interruption.ends {
            do {
                try await body()
            } catch let error as SocketError where error.code == .closed && audience?.hasLeft == true {
                // It waited for somebody, and there is no more reason to.
            }
        } onSignal: { task in
            guard let drain else { return task.cancel() }
            end {
                Console.say("Taking no more clients; those that are there have \(drain) to finish.")
                let summary = await listener.shutdown(drain: drain)
                Console.say("\(summary.finished) finished, \(summary.cancelled) were cut off.")
            }
        }
        try await farewell.with { $0 }?.value
    }

    private func end(_ body: @escaping @Sendable () async -> Void) {
        farewell.with { task in
            if task == nil { task = LoopTask.start { await body() } }
        }
    }
}
