import Sockeye

/// Sockeye's library where the kernel moves the bytes, beside c/splice.c.
///
/// usage: BulkSockeye relay PORT TARGET-PORT | BulkSockeye sendfile PORT FILE
@main
struct BulkSockeye {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count == 4, let port = UInt16(arguments[2]), ["relay", "sendfile"].contains(arguments[1]) else {
            fatalError("usage: BulkSockeye relay PORT TARGET-PORT | BulkSockeye sendfile PORT FILE")
        }
        var options = ListenerOptions()
        options.loops = try EventLoopGroup(count: 1)
        let listener = try await Listener.bind(to: .loopback(port: port), options: options)
        let last = arguments[3]
        if arguments[1] == "sendfile" {
            try await listener.serve { connection in try await connection.sendFile(last) }
        } else {
            // An address and not a name: looking up names is no part of what is measured.
            let target = Endpoint.host("127.0.0.1", port: UInt16(last) ?? 0)
            try await listener.serve { client in
                try await withConnection(to: target) { server in
                    _ = try await relay(client, server)
                }
            }
        }
    }
}
