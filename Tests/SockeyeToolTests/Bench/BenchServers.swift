import Foundation
import Testing

/// Servers for a load: good ones, and each kind of bad one.
enum BenchServer {
    /// asyncio's own echo, as its documentation writes it.
    static let asyncioEcho = """
        import asyncio, sys
        async def handle(reader, writer):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
            writer.close()
        async def main():
            server = await asyncio.start_server(handle, '127.0.0.1', 0)
            print(server.sockets[0].getsockname()[1], flush=True)
            async with server: await server.serve_forever()
        asyncio.run(main())
        """

    /// One client after another, each of whose messages of 64 bytes goes through `body`, which has `c`, `data` and `n`.
    static func each(_ body: String) -> String {
        let indented = body.split(separator: "\n").map { "            " + $0 }.joined(separator: "\n")
        return Script.server(
            """
            import time
            n = 0
            while True:
                c, _ = l.accept()
                try:
                    while True:
                        data = read_exactly(c, 64)
                        n += 1
            \(indented)
                except (EOFError, OSError): pass
                c.close()
            """
        )
    }

    static func start(_ script: String) throws -> (Program, String) {
        let server = try Program.python(script)
        return (server, try server.firstLine())
    }

    /// What the servers of these tests keep, which goes when the process ends.
    private static let folder: URL = {
        atexit { try? FileManager.default.removeItem(atPath: NSTemporaryDirectory() + "sockeye-bench-\(getpid())") }
        return URL(fileURLWithPath: NSTemporaryDirectory() + "sockeye-bench-\(getpid())")
    }()

    /// redis on a Unix socket of its own; nil where it is not installed.
    static func redis() throws -> (Program, String)? {
        guard let path = Peers.path("redis-server") else {
            print("skipped: redis-server is not installed")
            return nil
        }
        let folder = folder.appendingPathComponent(String(UUID().uuidString.prefix(8)))
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let socket = folder.appendingPathComponent("redis.sock").path
        let server = try Program(
            path,
            ["--port", "0", "--unixsocket", socket, "--save", "", "--appendonly", "no", "--dir", folder.path]
        )
        // Old versions say "ready", new ones "Ready".
        try server.wait(for: "eady to accept connections", in: .output)
        return (server, "unix:" + socket)
    }
}

/// The answer of `sockeye bench --json`.
struct BenchAnswer {
    let events: [[String: Any]]

    init(_ outcome: Outcome, location: SourceLocation = #_sourceLocation) throws {
        events = try outcome.text.split(separator: "\n").map { line in
            try #require(
                try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any],
                "\(line)",
                sourceLocation: location
            )
        }
    }

    func result(location: SourceLocation = #_sourceLocation) throws -> [String: Any] {
        // A run with errors has a result, and then the error.
        let last = try #require(events.last { $0["event"] as? String != "error" }, sourceLocation: location)
        #expect(last["event"] as? String == "result", sourceLocation: location)
        return last
    }

    func latency(_ name: String, location: SourceLocation = #_sourceLocation) throws -> Double {
        let latencies = try result(location: location)["latencyNanoseconds"] as? [String: Any]
        return try #require(latencies?[name] as? Double, sourceLocation: location)
    }
}
