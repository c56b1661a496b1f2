import Sockeye
import SockeyeSystem

/// Who is kept out by `--allow` and `--deny`, told on standard error: else nobody knows why a client gets no answer.
///
/// The first is told at once. What comes after it is counted, and told every few seconds: whoever is not let in may try a
/// thousand times a second.
final class DeniedClients: Sendable {
    private struct State {
        /// Somebody was told of a moment ago, and who comes now is counted.
        var isCounting = false
        var untold = 0
        var last: SocketAddress?
    }

    private let options: ServeOptions
    private let pause: Duration
    private let say: @Sendable (String) -> Void
    private let state = Locked(State())

    /// - Parameter pause: Between two lines. 5 seconds, as the server's other lines of that kind have it.
    init(_ options: ServeOptions, every pause: Duration = .seconds(5), say: @escaping @Sendable (String) -> Void) {
        self.options = options
        self.pause = pause
        self.say = say
    }

    func add(_ client: SocketAddress) {
        let isFirst = state.with { state in
            guard state.isCounting else {
                state.isCounting = true
                return true
            }
            state.untold += 1
            state.last = client
            return false
        }
        guard isFirst else { return }
        say("\(client) is not let in: \(reason(client))")
        LoopTask.start { await self.tellTheRest() }
    }

    private func tellTheRest() async {
        while await LoopTask.sleep(for: pause) {
            let (count, last) = state.with { state in
                defer { (state.untold, state.last) = (0, nil) }
                if state.untold == 0 { state.isCounting = false }
                return (state.untold, state.last)
            }
            guard count > 0, let last else { return }
            say("\(count) more not let in, within \(TimeWords.short(pause)); the last: \(last), \(reason(last))")
        }
    }

    private func reason(_ client: SocketAddress) -> String {
        if let network = options.denyingNetwork(client) { return "--deny \(network)" }
        return "it is in no network of --allow"
    }
}

extension ServeOptions {
    /// The network of `--deny` that a client comes from; nil where there is none.
    func denyingNetwork(_ client: SocketAddress) -> NetworkPrefix? { deny.first { $0.contains(client) } }
}
