internal import SockeyeSystem

/// Why an operation on a registered descriptor failed.
enum OperationFailure: Error {
    case system(Errno)
    case interrupted(Interruption)
}

/// Why an operation was given up without an answer of the system.
enum Interruption: Error {
    /// The task was cancelled.
    case cancelled
    /// The socket was closed on this side.
    case closed
    /// Another task is in the same operation.
    case busy
    /// A time limit of the server has ended the connection.
    case outOfTime(TimeLimit)
}

/// What an attempt at a system call found.
struct Attempt {
    let count: Int
    /// The call did less than it was asked for, so the next one would block.
    let isShort: Bool
}

/// When an operation is over, and gives its claim to the direction back.
enum OperationEnd {
    /// When anything was moved: a short receive has got what there was.
    case somethingDone
    /// When everything was moved: a short send goes on.
    case allDone
    /// When the caller says so with `end`: a read of something whole, which takes as many receives as it takes.
    case callerSays
}

/// What an operation does next.
@usableFromInline
enum Step: Sendable {
    /// It is over; so many bytes were moved.
    case done(Int)
    /// The call would block: wait for the direction, then take the next step.
    case wait
    /// The task has had its share of the loop: let others run, then take the next step.
    case yield
}

// Every operation has the same shape: try the call first, wait only when it would block, and try again. The steps are
// plain functions, and only the waiting between them is `async`. That is what makes it fast: an `async` function that
// is called and that waits costs several hundred instructions for its frame and for finding its executor again, on the
// way in and on the way out, while a system call of its own costs some fifty.
//
// It is also the seam under which another backend could start an operation and wait for its completion.

extension Registration {
    /// Claims a direction. Every success is followed by `step` until that is done or throws, which gives it back.
    ///
    /// - Returns: Whether the task is the owner, whose cancellation is told by `ownerWasCancelled`.
    @inline(__always)
    func begin(_ direction: Direction) throws(OperationFailure) -> Bool {
        let isOwner = isOwnedByCurrentTask
        if !isOwner || snapshot.isOwnerCancelled, Task.isCancelled { throw .interrupted(.cancelled) }
        switch update({ $0.begin(direction) }) {
        case .begun: return isOwner
        case .busy: throw .interrupted(.busy)
        case .closed: throw .interrupted(whyClosed)
        }
    }

    /// Suspends where a step of a receive says so.
    @inlinable
    @inline(__always)
    func pause(_ operation: Receiving, isolation: isolated (any Actor)? = #isolation) async {
        if operation.next == .yield {
            await Task.yield()
        } else if operation.isOwner {
            if prepareToPark() { return await Parking.shared.pass() }
            await waitAsOwner(.read)
        } else {
            await waitCancellably(.read)
        }
        slowPathEnded()
    }

    /// Whether the present task may take bytes that have been received already: neither closed nor cancelled.
    @inline(__always)
    var mayContinue: Bool {
        let now = snapshot
        if now.isClosed { return false }
        return isOwnedByCurrentTask ? !now.isOwnerCancelled : !Task.isCancelled
    }

    private var whyClosed: Interruption { snapshot.timeLimit.map { .outOfTime($0) } ?? .closed }

    /// Gives a direction back.
    @inline(__always)
    func end(_ direction: Direction) {
        if update({ $0.end(direction) }) { lastOneOut() }
    }

    /// One attempt, when there is reason to believe that it does not block.
    ///
    /// - Parameter endsWhen: When an attempt that did something gives the claim back.
    @inline(__always)
    func step(
        _ direction: Direction,
        endsWhen: OperationEnd = .somethingDone,
        _ attempt: () throws(Errno) -> Attempt
    ) throws(OperationFailure) -> Step {
        let before = snapshot
        if before.refusesWaiting { throw give(up: direction, .interrupted(whyClosed)) }
        if before.isCancelled(direction) || (before.isOwnerCancelled && Task.isCancelled) {
            throw give(up: direction, .interrupted(.cancelled))
        }
        guard before.isReady(direction) else { return .wait }
        if loop.isCurrent, loop.spendOperation() { return .yield }
        do {
            let done = try attempt()
            switch (done.isShort, endsWhen) {
            case (false, .somethingDone), (false, .allDone):
                end(direction)
            case (true, .somethingDone):
                endDrained(direction, since: before)
            case (true, .allDone), (true, .callerSays):
                let count = before.eventCount
                update { $0.noLongerReady(direction, since: count) }
            case (false, .callerSays):
                break
            }
            return .done(done.count)
        } catch .wouldBlock {
            return try wouldBlock(direction, since: before)
        } catch {
            throw give(up: direction, .system(error))
        }
    }

    private func wouldBlock(_ direction: Direction, since before: RegistrationState) throws(OperationFailure) -> Step {
        let count = before.eventCount
        update { $0.noLongerReady(direction, since: count) }
        // An ended direction counts as ready for ever. When its call would block all the same, no event will ever come
        // that ends the wait: there is nothing left to wait for.
        if before.isEnded(direction), snapshot.eventCount == count {
            // A test that holds the call back lets it through later.
            if FaultSeam.isOn, FaultSeam.holds(descriptor) {
                if Task.isCancelled { throw give(up: direction, .interrupted(.cancelled)) }
                return .yield
            }
            throw give(up: direction, .system(.connectionReset))
        }
        return .wait
    }

    /// Ends an operation that found no more to do: both in one step.
    @inline(__always)
    private func endDrained(_ direction: Direction, since before: RegistrationState) {
        let count = before.eventCount
        let last = update {
            $0.noLongerReady(direction, since: count)
            return $0.end(direction)
        }
        if last { lastOneOut() }
    }

    private func give(up direction: Direction, _ failure: OperationFailure) -> OperationFailure {
        end(direction)
        return failure
    }

    /// The whole of an operation that is not worth inlining: begin, then step and wait until it is done.
    func perform(
        _ direction: Direction,
        _ attempt: () throws(Errno) -> Attempt
    ) async throws(OperationFailure) -> Int {
        _ = try begin(direction)
        while true {
            switch try step(direction, attempt) {
            case .done(let count): return count
            case .wait: await waitCancellably(direction)
            case .yield: await Task.yield()
            }
        }
    }
}
