import SockeyeSystem

/// Threads for reading and writing files, which no event loop can wait for.
enum FileWorkers {
    /// Four: a disk is not faster with more, and a slow one holds up no more than its share of the clients.
    private static let workers = (0..<4).map { _ in Worker() }
    private static let turn = Locked(0)

    /// One of them, for all that is done with one file, so that it is done in order.
    static func next() -> Worker {
        turn.with { turn in
            turn = (turn + 1) % workers.count
            return workers[turn]
        }
    }
}

extension Worker {
    /// The same for work that may fail.
    func attempt<Result: Sendable>(
        _ work: @escaping @Sendable () throws(Errno) -> Result
    ) async throws(Errno) -> Result {
        let result = await run { () -> Swift.Result<Result, Errno> in
            do throws(Errno) {
                return .success(try work())
            } catch {
                return .failure(error)
            }
        }
        return try result.get()
    }
}
