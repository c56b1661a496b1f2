import Sockeye
import SockeyeSystem

/// A person and a peer: each line goes out as it was typed, and what comes is shown when it comes.
struct PromptSession: Sendable {
    let connection: Connection
    let input: Input
    private let screen = Screen()
    /// 500 ms without an answer: the prompt comes back, and a later answer is shown when it comes.
    private static let patience = Duration.milliseconds(500)
    /// 2 s, as long as closing waits too: for an answer that is on its way when the person ends.
    private static let farewell = Duration.seconds(2)

    init(connection: Connection, input: Input) {
        self.connection = connection
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
        if let failure, failure.code != .cancelled || Task.isCancelled { throw failure }
    }

    private func send() async -> SocketError? {
        var lines = InputLines(input)
        screen.showPrompt()
        do {
            while let line = await lines.next() {
                if line == Prompt.exit {
                    screen.lineWasTyped()
                    break
                }
                let turn = screen.lineWasTyped()
                if line.isEmpty {
                    screen.showPrompt()
                    continue
                }
                try await connection.send(line)
                LoopTask.start {
                    await LoopTask.sleep(for: Self.patience)
                    screen.showPrompt(ifNothingSince: turn)
                }
            }
            screen.end()
            try await connection.finishSending()
            return nil
        } catch {
            screen.end()
            return error
        }
    }

    private func receive() async -> SocketError? {
        var display = Output.standard.display()
        do {
            while let bytes = try await connection.receive(upTo: 65_536) {
                screen.hidePrompt()
                await Output.standard.write(display.render(bytes))
                screen.showPrompt()
            }
            if screen.end() {
                // What the person was typing was for the peer, and must not become a command of the shell.
                StandardStream.input.dropInput()
                Console.say("\(connection.remoteAddress) has finished sending; the conversation is over.")
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
