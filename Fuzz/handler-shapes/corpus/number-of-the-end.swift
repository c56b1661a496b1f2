// A reader that remembers in a number how its loop ended. It crashed Swift 6.3.1 while SocketError was one reference.
import Sockeye

final class Reader: Sendable {
    let connection: Connection
    init(_ connection: Connection) { self.connection = connection }
    func flush() async throws { try await connection.send([1]) }
    func receive(into memory: UnsafeMutableRawBufferPointer) async throws -> Int {
        var result = -1
        while result == -1 {
            guard let bytes = try await connection.receiveLent() else {
                result = -2
                break
            }
            result = bytes.withBytes { span in span.withUnsafeBytes { raw in work(raw, memory) } }
        }
        if result > 5 { try await flush() }
        switch result {
        case -2: return 0
        case -3: throw Broken(words: "\(connection.remoteAddress): cut off")
        default: return result
        }
    }
}

try await withConnection(to: "localhost:1337") { connection in
    print(try await Reader(connection).receive(into: .init(start: nil, count: 0)))
}
