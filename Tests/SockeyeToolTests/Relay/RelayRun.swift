import Foundation
import Testing

/// A server in Python, and a relay in front of it.
struct RelayRun {
    let server: Program
    let relay: Program
    let port: String

    /// - Parameter server: Python that has `l`, a socket that listens, and a connection `c` of it.
    init(server body: String, _ options: String...) throws {
        server = try Program.python(Script.server("c, _ = l.accept()\n" + body))
        relay = try Program.sockeye(arguments: ["relay", "0", "127.0.0.1:\(try server.firstLine())"] + options)
        port = try relay.port()
    }

    /// Runs a client in Python, which has `s`, its socket, and returns what it printed.
    func client(_ body: String) throws -> String {
        let outcome = try Program.python(Script.client(body), port).finish()
        #expect(outcome.errors == "")
        return outcome.text
    }

    /// What the server printed after its port.
    func serversWords(location: SourceLocation = #_sourceLocation) -> String {
        let outcome = server.finish()
        #expect(outcome.errors == "", sourceLocation: location)
        return outcome.text.split(separator: "\n").dropFirst().joined(separator: "\n")
    }

    /// Ctrl-C, and what the relay has left.
    func end(location: SourceLocation = #_sourceLocation) -> Outcome {
        relay.send(SIGINT)
        let outcome = relay.finish(closingInput: false)
        #expect(outcome.status == 0, sourceLocation: location)
        return outcome
    }
}

/// A folder that is gone after the test.
final class Scratch {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "sockeye-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func file(_ name: String) -> String { path + "/" + name }
}
