import Sockeye

/// A connection as the commands talk over it: bytes as they come, or whole messages where a framing is given.
struct Dialogue: Sendable {
    let connection: Connection
    /// nil: bytes as they come.
    let framing: Framing?

    init(_ connection: Connection, _ framing: Framing? = nil) {
        self.connection = connection
        self.framing = framing
    }

    /// What a display of this conversation has to know.
    var display: Display {
        let isFramed = framing != nil
        return Output.standard.display(isFramed: isFramed, events: .of(connection, isFramed: isFramed))
    }

    /// The next piece, or the next message; nil once the peer has finished sending.
    func next() async throws(SocketError) -> [UInt8]? {
        if let framing { return try await connection.messages(framing).next() }
        let bytes = try await connection.receive(upTo: 65_536)
        if let bytes { Explainer.shared.note(bytes, of: .peer, on: connection) }
        return bytes
    }

    /// Bytes as they are, or one message.
    func send(_ bytes: [UInt8]) async throws(SocketError) {
        note([bytes])
        guard let framing else { return try await connection.send(bytes) }
        try await connection.messages(framing).send(bytes)
    }

    /// Sends several messages, which leave at once if they are small; bytes one after the other without a framing.
    ///
    /// - Returns: why the framing cannot carry one of them, if so. Then nothing has gone out, and the conversation can go on.
    func offer(_ messages: [[UInt8]]) async throws(SocketError) -> SocketError? {
        note(messages)
        do throws(SocketError) {
            if let framing {
                try await connection.messages(framing).send(contentsOf: messages)
            } else {
                try await connection.send(Array(messages.joined()))
            }
            return nil
        } catch {
            if error.code == .invalidArgument || error.code == .limitExceeded { return error }
            throw error
        }
    }

    /// What goes out, for `--explain`, as it is on the line.
    private func note(_ messages: [[UInt8]]) {
        guard connection.observedAs != nil else { return }
        for message in messages {
            guard let bytes = framing == nil ? message : try? framing?.encoded(message) else { continue }
            Explainer.shared.note(bytes, of: .own, on: connection)
        }
    }
}
