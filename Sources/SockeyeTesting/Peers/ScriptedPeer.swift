internal import Sockeye

/// The other end of a conversation, played from a script: a server for your client, or a client for your server.
///
///     let server = ScriptedPeer(.expect("GET /\r\n"), .send("hello"), .finishSending)
///     try await server.serve { endpoint in
///         try await myClient.fetch("/", from: endpoint)
///     }
///
///     let client = ScriptedPeer(.send("half a mes"), .reset)
///     try await client.connect(to: listener.localAddress)
///
/// It speaks over real sockets. What it sees and did not expect ends it with a ``ScriptMismatch``, whose text shows what was
/// expected, what came, and where they differ.
///
/// **Concurrency.** It is a value: one script may be played many times, also at once.
public struct ScriptedPeer: Sendable {
    /// What it does, in this order.
    public let steps: [Step]

    /// How long a step may take. Default: 10 seconds. What a ``Step/pause(_:)`` says is added to it.
    public let timeLimit: Duration

    /// - Parameter timeLimit: See ``timeLimit``: nil for the default.
    public init(_ steps: Step..., timeLimit: Duration? = nil) {
        self.init(steps: steps, timeLimit: timeLimit)
    }

    /// The same with steps that were put together elsewhere.
    public init(steps: [Step], timeLimit: Duration? = nil) {
        self.steps = steps
        self.timeLimit = timeLimit ?? .seconds(10)
    }

    /// What a scripted peer does next.
    public enum Step: Sendable {
        /// Waits for these bytes. The first that differs ends the script at once.
        case expect([UInt8])
        /// Waits for the end of the stream; bytes that come before it end the script.
        case expectEnd
        /// Waits until the connection breaks: the error that a peer's reset makes.
        case expectReset
        /// Sends these bytes.
        case send([UInt8])
        /// Does nothing for a while.
        case pause(Duration)
        /// Does nothing until the test gives the sign.
        case wait(for: Cue)
        /// Finishes sending: the other side sees the end of the stream, and may still send.
        case finishSending
        /// Breaks the connection off: the other side gets `.reset`. Over a Unix socket it sees the end of the stream.
        case reset

        /// Waits for this text, as UTF-8.
        public static func expect(_ text: String) -> Step { .expect(Array(text.utf8)) }
        /// Sends this text as UTF-8.
        public static func send(_ text: String) -> Step { .send(Array(text.utf8)) }
    }
}
