// A handler that throws a SocketError of its own. It crashed Swift 6.3.1 while SocketError was one reference.
import Sockeye

let listener = try await Listener.bind(to: "127.0.0.1:0")
try await listener.serve { connection in
    if try await connection.receive(upTo: 1) != nil {
    } else {
        try await connection.finishSending()
    }
    guard let bytes = try await connection.receiveLent()?.array else { return }
    if bytes.isEmpty { throw SocketError(.closed, .receive, detail: "\(connection.remoteAddress): empty") }
}
