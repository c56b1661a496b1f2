import Sockeye
import SockeyeSystem

/// The second tutorial: an echo server, first with a connection for each message, then with one for all of them.
/// Told from what a ``SocketObserver`` on either side saw.
struct EchoChapter {
    let narrator: Narrator
    /// The tutorial's port: the highest there is.
    private static let port: UInt16 = 65_535
    private static let messages = ["hello", "are you there?", "exit"]

    func run() async throws {
        let recorder = Recorder()
        var options = ListenerOptions()
        options.observer = recorder.observer(.server)
        let listener = try await Self.bind(options)
        narrator.chapter(
            "2. An echo server, and a new connection for each message",
            """
            The server sends everything back. It is written with Sockeye's Listener: a task for each client, so that \
            many can be served at once. Its sockets never block: a task that waits costs no thread, and the times below \
            say how long each step took, waiting included. The client asks until its person types "exit".
            """
        )
        recorder.tell(with: narrator)
        let endpoint = Endpoint.address(listener.localAddress)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await listener.serve { connection in
                    while let data = try await connection.receive(upTo: 1024) { try await connection.send(data) }
                }
            }
            try await connectForEach(endpoint, recorder)
            try await connectOnce(endpoint, recorder)
            listener.close()
            try await group.waitForAll()
        }
    }

    /// On the tutorial's port, or where it is taken on a free one.
    private static func bind(_ options: ListenerOptions) async throws(SocketError) -> Listener {
        do {
            return try await Listener.bind(to: .address(.ipv4(.loopback, port: port)), options: options)
        } catch {
            guard error.code == .addressInUse || error.code == .permissionDenied else { throw error }
            return try await Listener.bind(to: .address(.ipv4(.loopback, port: 0)), options: options)
        }
    }

    private func connectForEach(_ endpoint: Endpoint, _ recorder: Recorder) async throws {
        var options = ConnectionOptions()
        options.observer = recorder.observer(.client)
        for message in Self.messages {
            if message == "exit" {
                narrator.paragraph(
                    "The person types \"exit\": the client stops asking. The server goes on waiting for others."
                )
                break
            }
            narrator.paragraph("The person types \"\(message)\":")
            try await withConnection(to: endpoint, options: options) { connection in
                try await ask(connection, message)
            }
            await recorder.waitForServersClose()
            recorder.tell(with: narrator)
        }
    }

    private func connectOnce(_ endpoint: Endpoint, _ recorder: Recorder) async throws {
        narrator.chapter(
            "3. The same server, and one connection for all messages",
            """
            Connecting costs a round trip each time. A client that has more to say keeps its connection: the server's \
            loop is the same, it just receives again.
            """
        )
        var options = ConnectionOptions()
        options.observer = recorder.observer(.client)
        try await withConnection(to: endpoint, options: options) { connection in
            for message in Self.messages where message != "exit" { try await ask(connection, message) }
        }
        await recorder.waitForServersClose()
        recorder.tell(with: narrator)
    }

    /// Sends a message, and receives until all of it has come back: a stream may bring it in pieces.
    private func ask(_ connection: Connection, _ message: String) async throws {
        try await connection.send(message)
        var missing = message.utf8.count
        while missing > 0, let reply = try await connection.receive(upTo: 1024) { missing -= reply.count }
    }
}
