import Sockeye
import SockeyeSystem

/// `--idle-timeout` for a single conversation: sees each byte that goes either way, and ends what runs when none does.
final class IdleLimit: SocketObserver {
    private let limit: Duration
    /// Who else wants to see the operations.
    private let next: (any SocketObserver)?
    private let lastByte = Locked(ContinuousClock.now)
    private let hasEnded = Locked(false)

    /// Whether it has ended the conversation.
    var isTimeUp: Bool { hasEnded.with(\.self) }

    init(_ limit: Duration, telling next: (any SocketObserver)?) {
        self.limit = limit
        self.next = next
    }

    func observe(_ event: SocketEvent) {
        if event.byteCount ?? 0 > 0 { lastByte.with { $0 = .now } }
        next?.observe(event)
    }

    /// Runs `body`, and cancels it when no byte has gone either way for too long.
    ///
    /// - Parameters:
    ///   - connection: Bytes that leave its send queue count too. A large send is one operation, and a slow reader takes its bytes
    ///     long after they were sent.
    ///   - isDone: Whether nothing is missing although the time is up. Then that is no failure.
    func run(
        on connection: Connection? = nil,
        isDone: @escaping @Sendable () -> Bool = { false },
        _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        lastByte.with { $0 = .now }
        hasEnded.with { $0 = false }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    try await body()
                } catch {
                    if !self.isTimeUp { throw error }
                }
                if self.isTimeUp, !isDone() { throw self.failure }
            }
            group.addTask {
                if await self.waitForSilence(on: connection) { self.hasEnded.with { $0 = true } }
            }
            try await group.next()
            group.cancelAll()
            try await group.waitForAll()
        }
    }

    /// True: nothing was said for too long; false: the task was cancelled.
    private func waitForSilence(on connection: Connection?) async -> Bool {
        var queued = connection?.unacknowledgedBytes
        while true {
            let before = queued
            queued = connection?.unacknowledgedBytes
            if queued != before { lastByte.with { $0 = .now } }
            // First: what begins or ends in between has brought a byte, or is counted as silence only from its end.
            let isWriting = Output.standard.isWriting
            let left = limit - silence
            if left <= .zero, !isWriting { return true }
            // The queue is looked at four times in the limit.
            let longest = connection == nil ? limit : limit / 4
            guard await LoopTask.sleep(for: left > .zero ? min(left, longest) : longest) else { return false }
        }
    }

    /// Whoever reads standard output keeps us from receiving: that is no silence of the peer's, who has the whole limit again.
    private var silence: Duration {
        let sinceByte = lastByte.with { ContinuousClock.now - $0 }
        return min(sinceByte, Output.standard.timeSinceWriting ?? sinceByte)
    }

    private var failure: Failure {
        Failure(
            attempted: "go on with the conversation",
            happened: "nothing went either way for \(TimeWords.short(limit)), which is the limit of --idle-timeout",
            cause:
                "each end waits for the other, or the other end does not take what is sent, or it has gone without a word",
            next: ["the same command with a longer --idle-timeout, or without one"],
            status: Failure.networkFailed
        )
    }
}
