import Sockeye
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

/// 500 ms: what is on a disk is there by then, and only a pipe that nobody holds at its other end is not.
private let disk = Duration.milliseconds(500)

extension Worker {
    /// The same for work that may fail. A task that is cancelled does not wait for it long: nobody may ever open a pipe at its other end.
    ///
    /// - Throws: what `work` throws; `.cancelled`.
    func attempt<Result: Sendable>(
        _ work: @escaping @Sendable () throws(Errno) -> Result
    ) async throws(Errno) -> Result {
        let outcome = FirstOutcome<Result>()
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                outcome.wait(waiter)
                submit {
                    do throws(Errno) {
                        outcome.settle(.success(try work()))
                    } catch {
                        outcome.settle(.failure(error))
                    }
                }
            }
        } onCancel: {
            LoopTask.start {
                _ = await LoopTask.sleep(for: disk)
                outcome.settle(.failure(.cancelled))
            }
        }
        return try result.get()
    }
}
