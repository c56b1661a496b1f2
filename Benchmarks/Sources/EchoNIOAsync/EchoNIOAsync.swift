import NIOCore
import NIOPosix

/// SwiftNIO's bridge to `async`: a `NIOAsyncChannel` and a child task for each connection.
///
/// This is the API closest to Sockeye's, straight-line code with `await`. Tasks run on Swift's global pool, as they do
/// in every published example of `NIOAsyncChannel`; the one event loop has its own thread.
/// usage: EchoNIOAsync PORT
@main
struct EchoNIOAsync {
    static func main() async throws {
        guard CommandLine.arguments.count == 2, let port = Int(CommandLine.arguments[1]) else {
            fatalError("usage: EchoNIOAsync PORT")
        }
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup(numberOfThreads: 1))
            .serverChannelOption(.backlog, value: 4096)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .bind(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        try await withThrowingDiscardingTaskGroup { group in
            try await server.executeThenClose { connections in
                for try await connection in connections {
                    group.addTask { await echo(connection) }
                }
            }
        }
    }

    private static func echo(_ connection: NIOAsyncChannel<ByteBuffer, ByteBuffer>) async {
        do {
            try await connection.executeThenClose { inbound, outbound in
                for try await buffer in inbound {
                    try await outbound.write(buffer)
                }
            }
        } catch {
            // One client's disconnect must not end the server: thrown from here it would cancel the whole group.
        }
    }
}
