internal import Sockeye
internal import SockeyeSystem

/// The plan behind a list of faults: what each system call on its sockets is answered.
final class FaultScript: FaultPlan {
    /// How far a socket has come.
    private struct Progress {
        var calls: [Fault.Call: Int] = [:]
        var moved: [Fault.Direction: Int] = [:]
        /// When what is held back is let through.
        var due: [Fault.Direction: ContinuousClock.Instant] = [:]
        var isBroken = false
    }

    private struct State {
        var sockets: [Int32: Progress] = [:]
        /// Calls that are counted over all sockets.
        var calls: [Fault.Call: Int] = [:]
    }

    private let faults: [Fault]
    private let state = Locked(State())

    init(_ faults: [Fault]) { self.faults = faults }

    func opened(_ descriptor: Int32) { state.with { $0.sockets[descriptor] = Progress() } }

    func watched(_ descriptor: Int32) { anticipate(descriptor) }

    func closing(_ descriptor: Int32) { state.with { $0.sockets[descriptor] = nil } }

    // MARK: Answers

    private enum Verdict {
        case answer(FaultAnswer)
        case breaks
        /// Held back until then, for the first time.
        case waits(Duration)
        /// Asked again too early: the direction has ended, for which a loop knows no waiting.
        case waitsOn
    }

    func answer(to call: SystemCall, on descriptor: Int32) -> FaultAnswer {
        switch state.with({ verdict(on: call, descriptor, &$0) }) {
        case .answer(let answer):
            if case .failure = answer, Fault.Call(call) == .receive { anticipate(descriptor) }
            return answer
        case .breaks:
            FaultSeam.breakOff(descriptor)
            return .failure(.connectionReset)
        case .waits(let delay):
            let nudge: FaultSeam.Nudge = Fault.Call(call) == .receive ? .receiving : .sending
            LoopTask.start {
                await LoopTask.sleep(for: delay)
                FaultSeam.nudge(descriptor, nudge)
            }
            return .held
        case .waitsOn:
            // The loop asks again at once; without a pause it would do so a million times.
            ThisProcess.pause(milliseconds: 1)
            return .held
        }
    }

    private func verdict(on call: SystemCall, _ descriptor: Int32, _ state: inout State) -> Verdict {
        if let progress = state.sockets[descriptor], progress.isBroken {
            switch Fault.Call(call) {
            case .receive, .send: return .answer(.failure(.connectionReset))
            case .finishSending: return .answer(.failure(.notConnected))
            default: return .answer(.none)
            }
        }
        guard let kind = Fault.Call(call) else { return .answer(.none) }
        if let direction = Fault.Direction(kind), let delay = delay(direction) {
            let now = ContinuousClock.now
            switch state.sockets[descriptor]?.due[direction] {
            case nil:
                state.sockets[descriptor]?.due[direction] = now + delay
                return .waits(delay)
            case .some(let due) where now < due:
                return .waitsOn
            case .some:
                break
            }
        }
        let position = count(kind, descriptor, 1, &state)
        for case .failure(kind, let errno, let calls) in faults.map(\.kind) where calls.contains(position) {
            return .answer(.failure(errno))
        }
        guard let direction = Fault.Direction(kind), let progress = state.sockets[descriptor] else {
            return .answer(.none)
        }
        let most = room(direction, progress)
        guard most > 0 else {
            state.sockets[descriptor]?.isBroken = true
            return .breaks
        }
        return .answer(most == .max ? .none : .atMost(most))
    }

    /// Which call it is, counted from 1.
    private func count(_ call: Fault.Call, _ descriptor: Int32, _ step: Int, _ state: inout State) -> Int {
        if call.isOfOneSocket, state.sockets[descriptor] != nil {
            state.sockets[descriptor]?.calls[call, default: 0] += step
            return state.sockets[descriptor]?.calls[call] ?? 0
        }
        state.calls[call, default: 0] += step
        return state.calls[call] ?? 0
    }

    private func delay(_ direction: Fault.Direction) -> Duration? {
        for case .late(direction, let delay) in faults.map(\.kind) where delay > .zero { return delay }
        return nil
    }

    /// How many bytes the next call may move.
    private func room(_ direction: Fault.Direction, _ progress: Progress) -> Int {
        var most = Int.max
        for fault in faults {
            switch fault.kind {
            case .short(direction, let count): most = min(most, count)
            case .reset(direction, let count): most = min(most, count - progress.moved[direction, default: 0])
            default: break
            }
        }
        return most
    }

    // MARK: What came of it

    func answered(_ call: SystemCall, on descriptor: Int32, _ result: Result<Int, Errno>) {
        guard let kind = Fault.Call(call) else { return }
        let breaks = state.with { state -> Bool in
            switch result {
            case .failure(.wouldBlock):
                // It did not get anywhere, so the next one has its number.
                _ = count(kind, descriptor, -1, &state)
                return false
            case .failure:
                return false
            case .success(let moved):
                guard let direction = Fault.Direction(kind), state.sockets[descriptor] != nil else { return false }
                state.sockets[descriptor]?.due[direction] = nil
                state.sockets[descriptor]?.moved[direction, default: 0] += moved
                guard isOver(direction, state.sockets[descriptor]) else { return false }
                state.sockets[descriptor]?.isBroken = true
                return true
            }
        }
        if breaks { FaultSeam.breakOff(descriptor) }
        if kind == .receive { anticipate(descriptor) }
    }

    /// A receive that is to fail does so although nothing comes: the loop would not even try it otherwise.
    private func anticipate(_ descriptor: Int32) {
        let fails = state.with { state -> Bool in
            guard let progress = state.sockets[descriptor] else { return false }
            if progress.isBroken || room(.receiving, progress) <= 0 { return true }
            let next = progress.calls[.receive, default: 0] + 1
            return faults.contains { fault in
                guard case .failure(.receive, let errno, let calls) = fault.kind else { return false }
                return calls.contains(next) && errno != .interrupted && errno != .wouldBlock
            }
        }
        if fails { FaultSeam.nudge(descriptor, .receiving) }
    }

    private func isOver(_ direction: Fault.Direction, _ progress: Progress?) -> Bool {
        guard let progress else { return false }
        for case .reset(direction, let count) in faults.map(\.kind) {
            if progress.moved[direction, default: 0] >= count { return true }
        }
        return false
    }
}

extension Fault.Direction {
    init?(_ call: Fault.Call) {
        switch call {
        case .receive: self = .receiving
        case .send: self = .sending
        default: return nil
        }
    }
}
