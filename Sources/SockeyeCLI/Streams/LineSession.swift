import Sockeye
import SockeyeSystem

/// `--reconnect`: each line is a message with a connection of its own, as HTTP began.
struct LineSession {
    let endpoint: Endpoint
    let options: ConnectionOptions
    let isPrompting: Bool
    private var lines: InputLines
    /// 300 ms: once an answer has begun, a server that does not close is not waited for any longer than that.
    private static let patience = Duration.milliseconds(300)

    init(endpoint: Endpoint, options: ConnectionOptions, input: Input, isPrompting: Bool) {
        self.endpoint = endpoint
        self.options = options
        self.isPrompting = isPrompting
        lines = InputLines(input)
    }

    mutating func run() async throws {
        if isPrompting {
            Console.say("Each line goes to \(endpoint) over a connection of its own; exit or Ctrl-D ends.")
        }
        while let line = await nextLine() {
            try await exchange(line)
        }
        if Task.isCancelled { throw SocketError(.cancelled, .receive) }
    }

    private mutating func nextLine() async -> [UInt8]? {
        guard isPrompting else { return await lines.next() }
        while true {
            Console.put(Prompt.text)
            guard let line = await lines.next() else {
                Console.say("")
                return nil
            }
            if line == Prompt.exit { return nil }
            // An empty line at a prompt is a person who wants another prompt.
            if !line.isEmpty { return line }
        }
    }

    private func exchange(_ message: [UInt8]) async throws {
        try await withConnection(to: endpoint, options: options) { connection in
            try await connection.send(message)
            try await connection.finishSending()
            var display = Output.standard.display()
            var answer = try await connection.receive(upTo: 65_536)
            while let bytes = answer {
                await Output.standard.write(display.render(bytes))
                answer = try await Patience.receive(from: connection, within: Self.patience)
            }
            await Output.standard.write(display.finish())
        }
    }
}

/// What a person sees where a line is expected, and types to end.
enum Prompt {
    static let text = "> "
    static let exit = Array("exit".utf8)
    /// To the beginning of the line and clear it: what the peer sends takes the place of an empty prompt.
    static let erase = "\r\u{1B}[K"
}
