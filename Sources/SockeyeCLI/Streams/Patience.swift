import Sockeye

/// Waiting with a limit.
enum Patience {
    /// Runs `body`, and cancels it when the time is up.
    static func run(for limit: Duration, _ body: @escaping @Sendable () async -> Void) async {
        try? await withTimeout(limit) { await body() }
    }

    /// The next piece from a peer; nil when it has finished or nothing comes in time. Nothing is lost by waiting.
    static func next(of dialogue: Dialogue, within limit: Duration) async throws -> [UInt8]? {
        do {
            return try await withTimeout(limit) { try await dialogue.next() }
        } catch let error as SocketError where error.code == .timedOut && error.errno == nil {
            // The kernel's own time-out has a number, and is an error.
            return nil
        }
    }
}
