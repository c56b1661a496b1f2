import Sockeye
import SockeyeSystem

/// `--reconnect`: each line is a message with a connection of its own, as HTTP began.
struct LineSession {
    let opener: Opener
    let framing: Framing?
    let conduct: Conduct
    /// For each connection; a person may take as long as he likes to type.
    let idle: IdleLimit?
    /// What a person is told of an error that ends one of the connections.
    let failure: @Sendable (any Error) async -> Failure?
    /// 300 ms: once an answer has begun, a server that does not close is not waited for any longer than that.
    private static let patience = Duration.milliseconds(300)

    func run(_ input: Input, isPrompting: Bool) async throws {
        if isPrompting {
            try await runPrompt(input)
        } else {
            var lines = InputLines(input, for: framing)
            while let line = try await lines.next() { try await exchange(line) }
        }
        if Task.isCancelled { throw SocketError(.cancelled, .receive) }
    }

    private func runPrompt(_ input: Input) async throws {
        Console.sayWrapped("Each line goes to \(opener.endpoint) over a connection of its own; exit or Ctrl-D ends.")
        let screen = PromptScreen()
        defer { screen.end() }
        var lines = PromptLines(screen, input, for: framing)
        screen.showPrompt()
        while let line = try await lines.next() {
            screen.lineWasTyped()
            if line == Prompt.exit { return }
            // An empty line at a prompt is a person who wants another prompt.
            if !line.isEmpty { try await exchangeOrTell(line) }
            screen.showPrompt()
        }
    }

    /// The next line has a connection of its own, which may be luckier.
    private func exchangeOrTell(_ line: [UInt8]) async throws {
        do {
            try await exchange(line)
        } catch {
            guard !Task.isCancelled, let failure = await failure(error), failure.status != Failure.wrongUsage else {
                throw error
            }
            failure.tell()
        }
    }

    private func exchange(_ line: [UInt8]) async throws {
        let message = conduct.endsLinesWithReturn ? line + [0x0D, 0x0A] : line
        try await opener.withConnection { connection in
            let dialogue = Dialogue(connection, framing)
            guard let idle else { return try await exchange(message, dialogue) }
            try await idle.run(on: connection) { try await exchange(message, dialogue) }
        }
    }

    private func exchange(_ message: [UInt8], _ dialogue: Dialogue) async throws {
        try await dialogue.send(message)
        if conduct.halfCloses { try await dialogue.connection.finishSending() }
        guard conduct.receives else { return }
        var display = dialogue.display
        var answer = try await dialogue.next()
        while let bytes = answer {
            await Output.standard.write(display.render(bytes))
            answer = try await Patience.next(of: dialogue, within: Self.patience)
        }
        await Output.standard.write(display.finish())
    }
}
