internal import SockeyeSystem

// Closing a TCP socket with unread input makes the kernel answer with a reset at once, and a reset destroys what was
// sent before it and has not arrived. So the end of a connection is: FIN, then read and drop what still comes until the
// peer's FIN, up to a bound, then close. (HTTP servers call it a lingering close; `SO_LINGER` is something else: it
// blocks in `close` and does not read.)

extension Registration {
    /// 2 seconds: a peer that wants the data acknowledges it long before; one that never ends must not hold us longer.
    static let lingerTime = Duration.seconds(2)

    /// Ends the connection gently and closes the descriptor. For whoever got true from `close`.
    ///
    /// - Cancellation: closes at once, after the FIN and after dropping what has come so far.
    func linger(for limit: Duration) async {
        update { $0.linger() }
        defer { retire() }
        do {
            try Syscalls.shutdown(descriptor, .sending)
        } catch {
            // Not connected any more: nothing can be lost that is not lost already.
            return
        }
        if dropInput() != .more { return }
        let timer = LoopTimer(after: limit) { [weak self] in self?.expire(.read) }
        loop.start(timer)
        defer { loop.stop(timer) }
        while true {
            let before = snapshot
            update { $0.noLongerReady(.read, since: before.eventCount) }
            if !snapshot.isEnded(.read) { await waitCancellably(.read) }
            if snapshot.isCancelled(.read) || dropInput() != .more { return }
            if let current = EventLoop.current, current.spendOperation() { await Task.yield() }
        }
    }

    private enum Input { case finished, more }

    /// Drops what the kernel holds now.
    private func dropInput() -> Input {
        // 1 MiB a turn: a peer that sends without end must not hold up the loop.
        for _ in 0..<16 {
            do {
                if try Syscalls.discard(descriptor, count: 65_536) == 0 { return .finished }
            } catch .wouldBlock {
                return snapshot.isEnded(.read) ? .finished : .more
            } catch {
                return .finished
            }
        }
        return .more
    }

    /// Whether closing right now could cost the peer something: data under way, or input that nobody has read.
    var hasSomethingToLose: Bool {
        let unsent = (try? Syscalls.unsentBytes(descriptor)) ?? 0
        let unread = (try? Syscalls.unreadBytes(descriptor)) ?? 0
        return unsent > 0 || unread > 0
    }
}
