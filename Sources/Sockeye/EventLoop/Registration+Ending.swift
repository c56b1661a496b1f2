internal import SockeyeSystem
internal import Synchronization

// A close while another task is in the middle of an operation cannot close yet: that operation, woken, is the last to use the
// descriptor. Whoever called `close` waits for it and then sees to the gentle end itself. Were the end left to a task that nobody
// waits for, a program that ends right after its `close` would lose what it had sent.

extension Registration {
    /// Waits until the descriptor, which is closed to new operations, is nobody else's or has ended.
    ///
    /// - Returns: Whether it is now the caller's, who lets it linger or retires it. Of several callers one gets true, and the others
    ///   false when that one is done.
    /// - Cancellation: the end is not gentle any more, and comes as soon as nobody is inside a system call.
    func waitUntilEnded() async -> Bool {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if let answer = ClosingTable.shared.enter(self, continuation) {
                    continuation.resume(returning: answer)
                }
            }
        } onCancel: {
            hurry()
        }
    }

    /// Closed by another task while the last operation ran: that one sees to a gentle end, or a task of its own.
    func lastOneOut() {
        if snapshot.isAborted {
            retire()
        } else if handOverToCloser() {
            return
        } else if snapshot.isSendCutShort {
            // A clean end would tell the peer that it has the whole of what was cut off.
            try? Syscalls.resetOnClose(descriptor)
            retire()
        } else {
            Task(executorPreference: loop) { await self.linger(for: Registration.lingerTime) }
        }
    }

    /// Makes whoever lingers close at once.
    func hurry() {
        if update({ $0.hurry() }) { resumeReader() }
    }

    /// Gives the descriptor to a caller of `close` that waits for it. False: there is none.
    func handOverToCloser() -> Bool {
        guard snapshot.isAwaited, let closer = ClosingTable.shared.takeHeir(of: self) else { return false }
        closer.resume(returning: true)
        return true
    }

    func tellThoseWhoWait() {
        for waiting in ClosingTable.shared.remove(self) { waiting.resume(returning: false) }
    }
}

/// Those who wait for the end of a registration. They are few and rare, so they have no room in each registration.
private final class ClosingTable: Sendable {
    typealias Waiting = CheckedContinuation<Bool, Never>

    static let shared = ClosingTable()

    private struct Entry {
        /// Who gets the descriptor from its last user.
        var heir: Waiting?
        var others: [Waiting] = []
    }

    private let entries = Mutex<[ObjectIdentifier: Entry]>([:])

    /// - Returns: The answer, when it is known already.
    func enter(_ registration: Registration, _ waiting: Waiting) -> Bool? {
        // Under the lock, so that whoever sees the mark that this sets finds the entry too.
        entries.withLock { entries in
            let id = ObjectIdentifier(registration)
            switch registration.update({ $0.awaitEnd() }) {
            case .over: return false
            case .inUse where entries[id]?.heir == nil: entries[id, default: Entry()].heir = waiting
            case .inUse, .underWay: entries[id, default: Entry()].others.append(waiting)
            }
            return nil
        }
    }

    func takeHeir(of registration: Registration) -> Waiting? {
        entries.withLock { entries in
            let id = ObjectIdentifier(registration)
            let heir = entries[id]?.heir
            entries[id]?.heir = nil
            return heir
        }
    }

    func remove(_ registration: Registration) -> [Waiting] {
        entries.withLock { entries in
            guard let entry = entries.removeValue(forKey: ObjectIdentifier(registration)) else { return [] }
            return entry.others + [entry.heir].compactMap { $0 }
        }
    }
}
