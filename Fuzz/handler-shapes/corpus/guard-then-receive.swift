// A guard around a receive, and another wait. It crashed Swift 6.3.1 while SocketError was one reference.
import Sockeye

public func first(_ connection: Connection) async throws -> UInt8? {
    guard let byte = try await connection.receiveLent()?.array.last else { throw Trouble.number(0) }
    let more = try await connection.receive(upTo: 1024)
    return more?.first ?? byte
}

public func done(_ connection: Connection) async throws -> String {
    guard try await connection.receive(upTo: 4) == Array("done".utf8) else {
        throw SocketError(.closed, .receive, detail: "\(connection.remoteAddress): cut off")
    }
    return try await connection.text.next() ?? ""
}
