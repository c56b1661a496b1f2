import Foundation
import Sockeye
import SockeyeSystem
import TestSupport

extension Conversation {
    /// More than a Unix socket holds, so that every call has to wait once.
    private static let content = Pattern.bytes(600_000)

    private static let path: String = {
        let path = ScratchFolder.path()
        try? Data(content).write(to: URL(fileURLWithPath: path))
        return path
    }()

    /// A client sends a file through a relay to a server, which answers with another.
    func transfer(_ log: Log) async throws {
        var options = ConnectionOptions()
        options.loops = try EventLoopGroup(count: 1)
        let (client, near) = try Connection.pair(options: options)
        let (far, server): (Connection, Connection)
        do {
            (far, server) = try Connection.pair(options: options)
        } catch {
            client.abort()
            near.abort()
            throw error
        }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                do {
                    let moved = try await relay(near, far)
                    log.saw("relay: \(moved.forth) forth, \(moved.back) back")
                } catch {
                    log.failed(error)
                }
                near.abort()
                far.abort()
            }
            group.addTask {
                do {
                    log.saw("server: \(try await Self.receiveAll(server))")
                    try await server.sendFile(Self.path, range: 100..<400_000)
                    // Its length is not known, so it is copied.
                    try await server.sendFile("/proc/sys/kernel/ostype")
                    try await server.finishSending()
                } catch {
                    log.failed(error)
                    server.abort()
                }
            }
            group.addTask {
                do {
                    try await client.sendFile(Self.path)
                    try await client.finishSending()
                    log.saw("client: \(try await Self.receiveAll(client))")
                } catch {
                    log.failed(error)
                    client.abort()
                }
            }
        }
        client.abort()
        server.abort()
    }

    private static func receiveAll(_ connection: Connection) async throws -> String {
        var count = 0
        while let bytes = try await connection.receive(upTo: 65_536) {
            count += bytes.count
        }
        return "\(count) bytes"
    }
}
