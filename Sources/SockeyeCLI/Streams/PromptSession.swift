import Sockeye
import SockeyeSystem

/// A person and a peer: each line goes out as it was typed, and what comes is shown when it comes.
struct PromptSession: Sendable {
    let dialogue: Dialogue
    let input: Input
    private let screen = Screen()
    /// 500 ms without an answer: the prompt comes back, and a later answer is shown when it comes.
    private static let patience = Duration.milliseconds(500)
    /// 2 s, as long as closing waits too: for an answer that is on its way when the person ends.
    private static let farewell = Duration.seconds(2)

    init(_ dialogue: Dialogue, _ input: Input) {
        self.dialogue = dialogue
        self.input = input
    }

    func run() async throws {
        let receiving = LoopTask.start { await receive() }
        let sendFailure = await withTaskCancellationHandler {
            await send()
        } onCancel: {
            receiving.cancel()
        }
        await Patience.run(for: Self.farewell) {
            await withTaskCancellationHandler {
                _ = await receiving.result
            } onCancel: {
                receiving.cancel()
            }
        }
        let failure = try await receiving.value ?? sendFailure
        if let failure, (failure as? SocketError)?.code != .cancelled || Task.isCancelled { throw failure }
    }

    private func send() async -> (any Error)? {
        var lines = InputLines(input, for: dialogue.framing)
        screen.showPrompt()
        do {
            while let line = try await lines.next() {
                if line == Prompt.exit {
                    screen.lineWasTyped()
                    break
                }
                let turn = screen.lineWasTyped()
                // Without messages there is no empty one: a person wants another prompt.
                if line.isEmpty, dialogue.framing == nil {
                    screen.showPrompt()
                    continue
                }
                guard try await isSent(line) else { continue }
                LoopTask.start {
                    await LoopTask.sleep(for: Self.patience)
                    screen.showPrompt(ifNothingSince: turn)
                }
            }
            screen.end()
            try await dialogue.connection.finishSending()
            return nil
        } catch {
            screen.end()
            return error
        }
    }

    /// False: the framing cannot carry that line, and the person is told so and may type another.
    private func isSent(_ line: [UInt8]) async throws -> Bool {
        guard let refusal = try await dialogue.offer([line]) else { return true }
        Console.say("Not sent: \(SafeText.line(refusal.detail ?? "\(refusal.code)")).")
        screen.showPrompt()
        return false
    }

    private func receive() async -> (any Error)? {
        var display = dialogue.display
        do {
            while let bytes = try await dialogue.next() {
                screen.hidePrompt()
                await Output.standard.write(display.render(bytes))
                screen.showPrompt()
            }
            if screen.end() {
                // What the person was typing was for the peer, and must not become a command of the shell.
                StandardStream.input.dropInput()
                Console.say("\(dialogue.connection.remoteAddress) has finished sending; the conversation is over.")
            }
            input.endWhenNothingIsReady()
            return nil
        } catch {
            screen.end()
            input.endWhenNothingIsReady()
            return error
        }
    }
}

/// Whether a prompt stands on the last line of the terminal.
private final class Screen: Sendable {
    private struct State {
        var hasPrompt = false
        var hasEnded = false
        /// Counts what has happened, so that a late prompt sees that it is not wanted any more.
        var turn = 0
    }

    private let state = Locked(State())

    func showPrompt() { show(after: nil) }

    func showPrompt(ifNothingSince turn: Int) { show(after: turn) }

    private func show(after turn: Int?) {
        state.with { state in
            if state.hasEnded || state.hasPrompt || (turn != nil && turn != state.turn) { return }
            state.hasPrompt = true
            state.turn += 1
            Console.put(Prompt.text)
        }
    }

    func hidePrompt() {
        state.with { state in
            state.turn += 1
            if state.hasPrompt { Console.put(Prompt.erase) }
            state.hasPrompt = false
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
        state.with { state in
            if state.hasPrompt { Console.put("\n") }
            state.hasPrompt = false
            defer { state.hasEnded = true }
            return !state.hasEnded
        }
    }
}
