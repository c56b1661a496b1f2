//! A chat: what one client says, every other hears. Nobody waits for a client that does not read: it is cut off.
import Sockeye
import Synchronization

// Who is there, each with a queue of at most 100 lines that are still to be sent to it.
let members = Mutex<[ObjectIdentifier: (Connection, AsyncStream<String>.Continuation)]>([:])

let listener = try await Listener.bind(to: "127.0.0.1:1337")
try await listener.serve { connection in
    let me = ObjectIdentifier(connection)
    let (queue, entrance) = AsyncStream.makeStream(of: String.self, bufferingPolicy: .bufferingOldest(100))
    members.withLock { $0[me] = (connection, entrance) }
    defer { members.withLock { $0[me] = nil } }
    async let _: Void = { for await line in queue { try await connection.send(line + "\n") } }()
    for try await line in connection.lines {
        for (other, (member, entrance)) in members.withLock({ $0 }) where other != me {
            if case .dropped = entrance.yield(line) { member.abort() }
        }
    }
}
