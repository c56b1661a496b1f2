import Sockeye
import SockeyeSystem

/// `--reconnect`: each line is a message with a connection of its own, as HTTP began.
struct LineSession {
    let opener: Opener
    let framing: Framing?
    let isPrompting: Bool
    /// For each connection; a person may take as long as he likes to type.
    let idle: IdleLimit?
    private var lines: InputLines
    /// 300 ms: once an answer has begun, a server that does not close is not waited for any longer than that.
    private static let patience = Duration.milliseconds(300)

    init(_ opener: Opener, _ framing: Framing?, _ input: Input, isPrompting: Bool, idle: IdleLimit?) {
        self.idle = idle
        self.opener = opener
        self.framing = framing
        self.isPrompting = isPrompting
        lines = InputLines(input, for: framing)
    }

    mutating func run() async throws {
        if isPrompting {
            Console.say("Each line goes to \(opener.endpoint) over a connection of its own; exit or Ctrl-D ends.")
        }
        while let line = try await nextLine() {
            try await exchange(line)
        }
        if Task.isCancelled { throw SocketError(.cancelled, .receive) }
    }

    private mutating func nextLine() async throws(Failure) -> [UInt8]? {
        guard isPrompting else { return try await lines.next() }
        while true {
            Console.put(Prompt.text)
            guard let line = try await lines.next() else {
                Console.say("")
                return nil
            }
            if line == Prompt.exit { return nil }
            // An empty line at a prompt is a person who wants another prompt.
            if !line.isEmpty { return line }
        }
    }

    private func exchange(_ message: [UInt8]) async throws {
        try await opener.withConnection { connection in
            let dialogue = Dialogue(connection, framing)
            guard let idle else { return try await Self.exchange(message, dialogue) }
            try await idle.run { try await Self.exchange(message, dialogue) }
        }
    }

    private static func exchange(_ message: [UInt8], _ dialogue: Dialogue) async throws {
        try await dialogue.send(message)
        try await dialogue.connection.finishSending()
        var display = dialogue.display
        var answer = try await dialogue.next()
        while let bytes = answer {
            await Output.standard.write(display.render(bytes))
            answer = try await Patience.next(of: dialogue, within: patience)
        }
        await Output.standard.write(display.finish())
    }
}

/// What a person sees where a line is expected, and types to end.
enum Prompt {
    static let text = "> "
    static let exit = Array("exit".utf8)
    /// To the beginning of the line and clear it: what the peer sends takes the place of an empty prompt.
    static let erase = "\r\u{1B}[K"
}
