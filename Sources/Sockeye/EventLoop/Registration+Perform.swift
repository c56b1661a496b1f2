internal import SockeyeSystem

/// Why an operation on a registered descriptor failed.
enum OperationFailure: Error {
    case system(Errno)
    case interrupted(Interruption)
}

/// What an attempt at a system call found.
struct Attempt {
    let count: Int
    /// The call did less than it was asked for, so the next one would block.
    let isShort: Bool
}

extension Registration {
    /// The shape of every operation: try the call first, wait only when it would block, and try again.
    ///
    /// This is the seam under which another backend could start an operation instead of a wait. It is inlined into each
    /// operation, since every `async` frame between a handler and the system call costs about as much as a quarter of
    /// the whole work on a small message.
    ///
    /// - Parameter attempt: The call, which does not block.
    @inline(__always)
    func perform(
        _ direction: Direction,
        _ attempt: () throws(Errno) -> Attempt
    ) async throws(OperationFailure) -> Int {
        if Task.isCancelled { throw .interrupted(.cancelled) }
        do { try begin(direction) } catch { throw .interrupted(error) }
        if let loop = EventLoop.current, loop.spendOperation() { await Task.yield() }
        while true {
            let before = snapshot
            if before.isReady(direction) {
                do {
                    let done = try attempt()
                    if done.isShort { endDrained(direction, since: before) } else { end(direction) }
                    return done.count
                } catch .wouldBlock {
                    noLongerReady(direction, since: before)
                    // An ended direction counts as ready for ever, but a call that would block all the same has to
                    // wait for nothing: the kernel has told its last.
                    if before.isEnded(direction), snapshot.eventCount == before.eventCount {
                        end(direction)
                        throw .system(.connectionReset)
                    }
                } catch {
                    end(direction)
                    throw .system(error)
                }
            }
            do {
                try await waitUntilReady(direction)
            } catch {
                end(direction)
                throw .interrupted(error)
            }
        }
    }
}
