import Sockeye

/// Waiting with a limit.
enum Patience {
    /// Runs `body`, and cancels it when the time is up.
    static func run(for limit: Duration, _ body: @escaping @Sendable () async -> Void) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await body() }
            group.addTask { await LoopTask.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
    }

    /// The next piece from a peer; nil when it has finished or nothing comes in time. Nothing is lost by waiting.
    static func receive(from connection: Connection, within limit: Duration) async throws -> [UInt8]? {
        try await withThrowingTaskGroup(of: [UInt8]?.self) { group in
            group.addTask {
                do throws(SocketError) {
                    return try await connection.receive(upTo: 65_536)
                } catch {
                    if error.code == .cancelled { return nil }
                    throw error
                }
            }
            group.addTask {
                await LoopTask.sleep(for: limit)
                return nil
            }
            let first = try await group.next()
            group.cancelAll()
            return first ?? nil
        }
    }
}
