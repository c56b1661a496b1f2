internal import SockeyeSystem

// Closing a TCP socket with unread input makes the kernel answer with a reset at once, and a reset destroys what was
// sent before it and has not arrived. So the end of a connection is: FIN, then read and drop what still comes until the
// peer's FIN, up to a bound, then close. (HTTP servers call it a lingering close; `SO_LINGER` is something else: it
// blocks in `close` and does not read.)

extension Registration {
    /// 2 seconds: a peer that wants the data acknowledges it long before; one that never ends must not hold us longer.
    static let lingerTime = Duration.seconds(2)

    /// 250 ms: how long a side that has connected, and seen all it sent acknowledged, waits for a peer that says nothing.
    ///
    /// Nothing is under way then, but a peer that is about to send would be reset by a close, and a program that gets an
    /// error from `send` often does not read what it was sent before.
    static let quietLingerTime = Duration.milliseconds(250)

    /// Ends the connection gently and closes the descriptor. For whoever got true from `close`.
    ///
    /// - Parameter quietLimit: How long to wait for a peer that sends nothing at all; nil for as long as for any other.
    ///
    /// - Cancellation: closes at once, after the FIN and after dropping what has come so far.
    func linger(for limit: Duration, ifQuiet quietLimit: Duration? = nil) async {
        update { $0.linger() }
        defer { retire() }
        do {
            try Syscalls.shutdown(descriptor, .sending)
        } catch {
            // Not connected any more: nothing can be lost that is not lost already.
            return
        }
        let count = snapshot.eventCount
        let input = dropInput()
        switch input {
        case .finished: return
        case .some, .more: break
        case .none: if let quietLimit, await lingerOn(for: quietLimit, untilInput: true, input, since: count) { return }
        }
        _ = await lingerOn(for: limit, untilInput: false, input, since: count)
    }

    /// - Parameters:
    ///   - found: What the last look has found.
    ///   - before: The count of events before it. An edge that came during the look, or since, is newer than what that found.
    /// - Returns: Whether the end has come, or the time is over; false when input has come that ends this wait.
    private func lingerOn(for limit: Duration, untilInput: Bool, _ found: Input, since before: UInt64) async -> Bool {
        let timer = LoopTimer(after: limit) { [weak self] in self?.expire(.read) }
        loop.start(timer)
        defer { loop.stop(timer) }
        var count = before
        var input = found
        while true {
            if input != .more { update { $0.noLongerReady(.read, since: count) } }
            if !snapshot.isEnded(.read) { await waitCancellably(.read) }
            if snapshot.isCancelled(.read) { return true }
            count = snapshot.eventCount
            input = dropInput()
            switch input {
            case .finished: return true
            case .some, .more: if untilInput { return false }
            case .none: break
            }
            if loop.isCurrent, loop.spendOperation() { await Task.yield() }
        }
    }

    private enum Input {
        /// The end of the stream, or of the connection.
        case finished
        /// Some, or none, and now there is none.
        case some, none
        /// Some, and there may be more.
        case more
    }

    /// Drops what the kernel holds now.
    private func dropInput() -> Input {
        let buffer = LoopBuffer.take()
        defer { buffer.giveBack() }
        var input = Input.none
        let before = snapshot
        // 1 MiB a turn: a peer that sends without end must not hold up the loop.
        for _ in 0..<16 {
            do {
                let count = try unsafe Syscalls.receive(descriptor, into: buffer.base, count: LoopBuffer.byteCount)
                if count == 0 { return .finished }
                input = .some
            } catch .wouldBlock {
                // Ended before, and still nothing to read: no event will come any more. One that came meanwhile is looked at.
                let isOver = before.isEnded(.read) && snapshot.eventCount == before.eventCount
                return isOver ? .finished : input
            } catch {
                return .finished
            }
        }
        return .more
    }

    /// Whether closing right now could cost the peer something: data under way, or input that nobody has read.
    ///
    /// - Parameter isLocal: The peer is on this computer and has everything in its own queue already (a Unix socket).
    func hasSomethingToLose(isLocal: Bool) -> Bool {
        let unread = (try? Syscalls.unreadBytes(descriptor)) ?? 0
        if unread > 0 || isLocal { return unread > 0 }
        return ((try? Syscalls.unsentBytes(descriptor)) ?? 0) > 0
    }
}
