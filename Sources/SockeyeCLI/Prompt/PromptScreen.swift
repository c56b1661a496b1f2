import Sockeye
import SockeyeSystem

/// What a person sees where a line is expected, and types to end.
enum Prompt {
    static let text = "> "
    static let exit = Array("exit".utf8)
    /// To the beginning of the line and clear it: what the peer sends takes the place of the prompt.
    static let erase = "\r\u{1B}[K"
}

/// The last line of the terminal: whether a prompt stands there, and what has been typed behind it.
///
/// What the peer sends takes the place of that line, and the line is drawn again below, so that neither garbles the other.
/// On a terminal that cannot do that the system's own line editing is left alone.
final class PromptScreen: Sendable {
    private struct State {
        var hasPrompt = false
        var hasEnded = false
        /// How many are writing something at this moment: none of them may find the prompt in its way.
        var interruptions = 0
        /// Counts what has happened, so that a late prompt sees that it is not wanted any more.
        var turn = 0
        var keys = KeyDecoder()
        var editor = LineEditor()
    }

    /// Whether lines are edited here.
    let isEditing: Bool
    private let state = Locked(State())

    init() {
        isEditing = Console.understandsSequences && Console.isTerminal && StandardStream.input.beginEditing()
    }

    /// Where a prompt stands now: one terminal has one.
    private static let shown = Locked<PromptScreen?>(nil)

    /// Says something, above the line that is being typed where there is one.
    static func say(_ text: String) {
        guard let screen = shown.with(\.self) else { return Console.say(text) }
        screen.state.with { state in
            let isInTheWay = state.hasPrompt && state.interruptions == 0
            if isInTheWay { Console.put(Prompt.erase) }
            Console.say(text)
            if isInTheWay { screen.draw(state) }
        }
    }

    // MARK: Typing

    /// Takes what was typed; ``nextEvent()`` says what came of it.
    func typed(_ bytes: [UInt8]) {
        state.with { $0.keys.append(bytes) }
    }

    /// Works through what was typed, up to the next line or the like; nil when more has to be typed.
    func nextEvent() -> LineEditor.Event? {
        state.with { state in
            while let key = state.keys.next() {
                // What a whole line looked like is seen also if it was typed before its prompt stood there.
                if key == .enter {
                    Console.put(state.editor.finished(prompt: Prompt.text))
                }
                if let event = state.editor.press(key) {
                    if event == .suspend { suspend(state) } else { return event }
                }
            }
            if state.hasPrompt, state.interruptions == 0 { draw(state) }
            return nil
        }
    }

    private func draw(_ state: State) {
        guard isEditing else { return Console.put(Prompt.text) }
        Console.put(state.editor.drawing(prompt: Prompt.text, columns: StandardStream.error.columns ?? 80))
    }

    private func suspend(_ state: State) {
        Console.put("\n")
        StandardStream.endEditing()
        ThisProcess.suspend()
        _ = StandardStream.input.beginEditing()
        draw(state)
    }

    // MARK: The prompt

    func showPrompt() { show(after: nil) }

    func showPrompt(ifNothingSince turn: Int) { show(after: turn) }

    private func show(after turn: Int?) {
        Self.shown.with { $0 = self }
        state.with { state in
            if state.hasEnded || state.hasPrompt || (turn != nil && turn != state.turn) { return }
            state.hasPrompt = true
            state.turn += 1
            draw(state)
        }
    }

    func hidePrompt() {
        state.with { state in
            state.turn += 1
            if state.hasPrompt { Console.put(Prompt.erase) }
            state.hasPrompt = false
        }
    }

    /// Lets something be written above the line that is being typed; several may do so at once.
    func interrupted(by writing: () async -> Void) async {
        state.with { state in
            if state.hasPrompt, state.interruptions == 0 { Console.put(Prompt.erase) }
            state.interruptions += 1
        }
        await writing()
        state.with { state in
            state.interruptions -= 1
            if state.hasPrompt, state.interruptions == 0 { draw(state) }
        }
    }

    /// The terminal has moved to the next line with what was typed.
    @discardableResult func lineWasTyped() -> Int {
        state.with { state in
            state.hasPrompt = false
            state.turn += 1
            return state.turn
        }
    }

    /// No prompt from now on. True: it was not ended before.
    @discardableResult func end() -> Bool {
        Self.shown.with { $0 = nil }
        return state.with { state in
            if state.hasPrompt { Console.put("\n") }
            state.hasPrompt = false
            defer { state.hasEnded = true }
            if !state.hasEnded { StandardStream.endEditing() }
            return !state.hasEnded
        }
    }
}

/// The lines that a person types.
struct PromptLines {
    let screen: PromptScreen
    private let input: Input
    private var lines: InputLines

    init(_ screen: PromptScreen, _ input: Input, for framing: Framing?) {
        self.screen = screen
        self.input = input
        lines = InputLines(input, for: framing)
    }

    /// The next line without its newline; nil at the end.
    mutating func next() async throws(Failure) -> [UInt8]? {
        guard screen.isEditing else { return try await lines.next() }
        while true {
            switch screen.nextEvent() {
            case .line(let text): return Array(text.utf8)
            case .end: return nil
            case .suspend, nil: break
            }
            guard let bytes = try await input.next() else { return nil }
            screen.typed(bytes)
        }
    }
}
