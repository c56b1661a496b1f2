import Sockeye
import SockeyeSystem

/// A lane, and the threads on which it works, one after another.
final class LaneThread: @unchecked Sendable {
    // Sendable because `lane` is used by one thread at a time, each of which has ended when the next use begins.
    var lane: Lane

    init(_ lane: Lane) { self.lane = lane }

    deinit {
        for talker in lane.talkers where talker.descriptor >= 0 { Syscalls.close(talker.descriptor) }
    }

    /// Runs `body` on a thread of its own.
    func run<Result: Sendable>(
        _ body: @escaping @Sendable (inout Lane) -> Result
    ) async throws(SocketError) -> Result {
        let outcome = await withCheckedContinuation {
            (waiter: CheckedContinuation<Swift.Result<Result, Errno>, Never>) in
            do throws(Errno) {
                try Syscalls.startThread { waiter.resume(returning: .success(body(&self.lane))) }
            } catch {
                waiter.resume(returning: .failure(error))
            }
        }
        do throws(Errno) {
            return try outcome.get()
        } catch {
            throw SocketError(error, .loop, detail: "no thread for the load")
        }
    }
}
