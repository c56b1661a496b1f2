internal import SockeyeSystem

/// Ends a connection that is silent for too long, or lives for too long: the limits of `ServeOptions`, on the loop's timers.
///
/// Receiving and sending leave a mark that costs them nothing; a timer that looks for it four times in the limit does the
/// rest. Restarting a timer for each message would cost more than the message.
final class TimeLimits: @unchecked Sendable {
    // Sendable because after `init` only timers touch it, which run on the loop's one thread, and `stop`, which only
    // reads what `init` has set and a timer that is replaced on that same thread.
    private let registration: Registration
    private let idleLimit: Duration?
    private let resetsUnfinished: Bool
    private var quietQuarters = 0
    /// How many bytes were not acknowledged at the last quiet quarter; nil before the first.
    private var queuedBytes: Int?
    private var idleTimer: LoopTimer?
    private var lifeTimer: LoopTimer?

    /// Starts the clocks; nil when there is no limit. Called on the connection's own loop.
    init?(_ options: ServeOptions, on registration: Registration) {
        guard options.idleTimeLimit != nil || options.lifetime != nil else { return nil }
        self.registration = registration
        idleLimit = options.idleTimeLimit
        resetsUnfinished = options.resetsUnfinished
        if let lifetime = options.lifetime {
            let timer = LoopTimer(after: lifetime) { registration.closeOutOfTime(.lifetime) }
            lifeTimer = timer
            registration.loop.start(timer)
        }
        startQuarter()
    }

    /// Stops the clocks. Called on the connection's own loop, where the handler has just ended.
    func stop() {
        if let lifeTimer { registration.loop.stop(lifeTimer) }
        if let idleTimer { registration.loop.stop(idleTimer) }
        idleTimer = nil
        lifeTimer = nil
    }

    private func startQuarter() {
        guard let idleLimit else { return }
        let timer = LoopTimer(after: idleLimit / 4) { [weak self] in self?.quarterIsOver() }
        idleTimer = timer
        registration.loop.start(timer)
    }

    private func quarterIsOver() {
        if registration.takeTouched() {
            (quietQuarters, queuedBytes) = (0, nil)
        } else {
            quietQuarters = queueHasMoved() ? 0 : quietQuarters + 1
        }
        guard quietQuarters >= 4 else { return startQuarter() }
        registration.closeOutOfTime(.silence, resetsUnfinished: resetsUnfinished)
    }

    /// Whether bytes that were sent before have gone out since the last look: a slow reader is not a silent one. What is empty stays so,
    /// and costs no further system call.
    private func queueHasMoved() -> Bool {
        if queuedBytes == 0 { return false }
        let before = queuedBytes
        queuedBytes = registration.using { try? Syscalls.unsentBytes($0) } ?? 0
        return before != nil && queuedBytes != before
    }
}
