import SockeyeSystem
import Synchronization

/// Lets one system call fail once, and keeps count of all of them and of what is open.
final class TorturePlan: FaultPlan {
    /// What goes wrong: at the n-th call of that kind, counted from 1 over the whole conversation.
    struct Fault: Sendable, CustomStringConvertible {
        let call: SystemCall
        let position: Int
        let answer: FaultAnswer

        var description: String {
            let what =
                switch answer {
                case .failure(let errno): errno.name
                case .atMost(let count, _): "\(count) byte"
                case .none, .held: "nothing"
                }
            return "\(call) #\(position): \(what)"
        }
    }

    private struct State {
        var counts: [SystemCall: Int] = [:]
        var open: Set<Int32> = []
        var happened = false
    }

    let fault: Fault?
    private let state = Mutex(State())

    init(_ fault: Fault? = nil) { self.fault = fault }

    /// How often each call was made.
    var counts: [SystemCall: Int] { state.withLock { $0.counts } }
    /// Descriptors that were made and not closed.
    var openDescriptors: Set<Int32> { state.withLock { $0.open } }
    /// Whether the conversation has come to the call.
    var hasHappened: Bool { state.withLock { $0.happened } }

    func answer(to call: SystemCall, on descriptor: Int32) -> FaultAnswer {
        state.withLock { state in
            state.counts[call, default: 0] += 1
            guard let fault, fault.call == call, fault.position == state.counts[call] else { return .none }
            state.happened = true
            return fault.answer
        }
    }

    func answered(_ call: SystemCall, on descriptor: Int32, _ result: Result<Int, Errno>) {}

    func opened(_ descriptor: Int32) { state.withLock { _ = $0.open.insert(descriptor) } }

    func watched(_ descriptor: Int32) {}

    func closing(_ descriptor: Int32) { state.withLock { _ = $0.open.remove(descriptor) } }
}
