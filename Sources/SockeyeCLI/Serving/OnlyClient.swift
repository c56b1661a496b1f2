import SockeyeSystem

/// The one client of `--once`, or the one datagram: whoever is first at any address.
///
/// **Concurrency.** May be used from any thread.
final class OnlyClient: Sendable {
    enum Stage {
        case awaited
        case here
        case served
    }

    private let state = Locked(Stage.awaited)

    var stage: Stage { state.with(\.self) }

    /// False: another was faster.
    func take() -> Bool {
        state.with { stage in
            guard stage == .awaited else { return false }
            stage = .here
            return true
        }
    }

    func wasServed() { state.with { $0 = .served } }
}
