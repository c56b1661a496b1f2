import Sockeye

/// What a server does with each of its clients.
protocol ServerRole: Sendable {
    /// Until the conversation is over. The connection is closed by whoever calls.
    func hold(with connection: Connection) async throws
}
