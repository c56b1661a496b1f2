import Sockeye
import SockeyeSystem

/// What the doctor waits for, on the last line of a terminal, once that takes longer than a moment.
final class DoctorProgress: Sendable {
    private struct State {
        var words = ""
        var since: UInt64 = 0
        var isShown = false
    }

    private let state = Locked(State())
    private let isOn: Bool
    /// 300 ms: what is over sooner is not worth a line that vanishes again.
    private static let moment = Duration.milliseconds(300)

    init(isOn: Bool = Console.isTerminal && Console.understandsSequences) {
        self.isOn = isOn
    }

    func note(_ words: String) {
        state.with { state in
            state.words = words
            state.since = Syscalls.monotonicNanoseconds()
        }
    }

    /// Runs something that tells here what it waits for, and takes the line away when it is done.
    func showing<Result: Sendable>(_ body: () async -> Result) async -> Result {
        guard isOn else { return await body() }
        let watch = LoopTask.start { while await LoopTask.sleep(for: Self.moment) { self.draw() } }
        let result = await body()
        watch.cancel()
        _ = try? await watch.value
        clear()
        return result
    }

    private func draw() {
        let line = state.with { state -> String? in
            // On a busy machine this comes before the first note.
            guard !state.words.isEmpty else { return nil }
            state.isShown = true
            return Self.line(state.words, seconds: (Syscalls.monotonicNanoseconds() - state.since) / 1_000_000_000)
        }
        if let line { Console.put(Prompt.erase + line) }
    }

    /// Not longer than the terminal is wide, since a line that was broken could not be taken away.
    static func line(_ words: String, seconds: UInt64, columns: Int? = StandardStream.error.columns) -> String {
        let time = seconds > 0 ? " (\(seconds) s)" : ""
        return String((SafeText.line(words) + " …" + time).prefix(max((columns ?? 80) - 1, 10)))
    }

    private func clear() {
        let isShown = state.with { state in
            defer { state.isShown = false }
            return state.isShown
        }
        if isShown { Console.put(Prompt.erase) }
    }
}
