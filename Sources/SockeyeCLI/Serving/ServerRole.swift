import Sockeye

/// What a server does with each of its clients.
protocol ServerRole: Sendable {
    /// Until the conversation is over. The connection is closed by whoever calls.
    ///
    /// - Throws: when the conversation did not come to its own end; also when the task was cancelled, or the server's limit of
    ///   silence has ended it.
    func hold(with connection: Connection) async throws

    /// Whether a client that sees the end takes what it has for the whole, as of a file: then silence ends with a reset.
    var owesWhole: Bool { get }

    /// Whether the client has all that it was to get, so that its silence is no failure.
    func isDone(with connection: Connection) -> Bool

    /// What is said when a signal has ended the conversation with the one client, of whom ``owesWhole`` holds.
    var halfDone: String { get }
}

extension ServerRole {
    var owesWhole: Bool { false }
    func isDone(with connection: Connection) -> Bool { false }
    var halfDone: String { "ended before its client was served to the end" }
}
