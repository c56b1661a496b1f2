// The smallest one: an error of the user's own, and a send. It crashed Swift 6.3.1 while SocketError was one reference.
import Sockeye

public func answer(_ connection: Connection) async throws {
    guard check(1) else { throw Trouble.number(0) }
    try await connection.send([1])
}
