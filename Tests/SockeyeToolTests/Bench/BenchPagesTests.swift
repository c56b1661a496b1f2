import Foundation
import TestSupport
import Testing

/// What `sockeye bench` makes of a run: JSON, pictures, and what is seen on a terminal.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct BenchPagesTests {
    private func server() throws -> (Program, String) {
        let server = try Program.sockeye("serve", "--echo", "--quiet", "0")
        return (server, try server.port())
    }

    @Test func `the names in JSON are those that are documented`() throws {
        let (server, port) = try server()
        let outcome = try Program.sockeye(
            "bench",
            port,
            "-c",
            "1",
            "--duration",
            "3s",
            "--warm-up",
            "0",
            "--json",
            "--name",
            "mine"
        ).finish()
        let answer = try BenchAnswer(outcome)
        let plan: Set = [
            "address", "connections", "depth", "loops", "reconnect", "requestBytes", "check", "durationSeconds",
            "count",
            "warmUpSeconds", "rate",
        ]
        let names: [String: Set<String>] = [
            "start": plan,
            "progress": ["seconds", "messages", "messagesPerSecond", "errors"],
            "result": plan.union([
                "name", "ending", "seconds", "messages", "replies", "messagesPerSecond", "sentBytesPerSecond",
                "receivedBytesPerSecond", "unansweredOfWarmUp",
                "connectionsOpened", "errors", "unanswered", "loadCPUSeconds", "latencyNanoseconds", "latencyCurve",
            ]),
        ]
        for event in answer.events {
            let kind = try #require(event["event"] as? String)
            #expect(Set(event.keys) == names[kind]?.union(["event"]), "\(kind)")
        }
        #expect(Set(answer.events.compactMap { $0["event"] as? String }) == Set(names.keys))
        let result = try answer.result()
        #expect(result["name"] as? String == "mine")
        let latency = try #require(result["latencyNanoseconds"] as? [String: Any])
        #expect(Set(latency.keys) == ["count", "mean", "min", "median", "p90", "p99", "p99_9", "max"])
        let page = try String(contentsOf: Self.page, encoding: .utf8)
        for name in names.values.joined() {
            #expect(page.contains("`\(name)`"), "docs/bench.md says nothing of \(name)")
        }
        server.send(SIGTERM)
        server.finish()
    }

    private static let page = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("docs/bench.md")

    @Test func `a stored run is drawn beside a new one`() throws {
        let (server, port) = try server()
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let stored = folder.appendingPathComponent("before.json")
        let picture = folder.appendingPathComponent("both.svg")
        let first = try Program.sockeye("bench", port, "-c", "1", "--count", "200", "--json", "--name", "before")
            .finish()
        try first.output.write(to: stored)
        let outcome = try Program.sockeye(
            "bench",
            port,
            "-c",
            "2",
            "--count",
            "200",
            "--svg",
            picture.path,
            "--compare",
            stored.path
        ).finish()
        #expect(outcome.status == 0)
        #expect(outcome.errors == "Drawn: \(picture.path)\n")
        let svg = try String(contentsOf: picture, encoding: .utf8)
        #expect(svg.components(separatedBy: "<polyline").count == 3)
        #expect(svg.contains(">before</text>"))
        // And without a new run.
        let again = try Program.sockeye(
            "bench",
            "--svg",
            picture.path,
            "--compare",
            stored.path,
            stored.path,
            stored.path
        ).finish()
        #expect(again.status == 0)
        #expect(again.text == "")
        #expect(try String(contentsOf: picture, encoding: .utf8).components(separatedBy: "<polyline").count == 4)
        if let rsvg = Peers.path("rsvg-convert") {
            #expect(
                try Program(rsvg, [picture.path, "-o", folder.appendingPathComponent("x.png").path]).finish().status
                    == 0
            )
        }
        server.send(SIGTERM)
        server.finish()
    }

    @Test func `a folder that is not there is told before the load`() throws {
        let (server, port) = try server()
        let outcome = try Program.sockeye("bench", port, "-c", "1", "--count", "5", "--svg", "/nonexistent/x.svg")
            .finish()
        #expect(outcome.status == 64)
        #expect(outcome.text == "")
        for part in ["could not draw /nonexistent/x.svg", "(ENOENT)", "likely cause:", "try next:"] {
            #expect(outcome.errors.contains(part))
        }
        server.send(SIGTERM)
        server.finish()
    }

    @Test func `a closed pipe ends a run quietly`() throws {
        let (server, port) = try server()
        let line = "'\(Program.sockeyePath)' bench \(port) -c 1 --count 50 --json | head -c 1"
        let outcome = try Program.shell(line).finish()
        #expect(outcome.errors == "")
        #expect(outcome.text == "{")
        server.send(SIGTERM)
        server.finish()
    }

    /// Runs a command whose standard error is a terminal, and prints what was seen there.
    private static let terminal = """
        import os, pty, subprocess, sys
        ours, theirs = pty.openpty()
        child = subprocess.Popen(sys.argv[1:], stderr=theirs, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        os.close(theirs)
        seen = b''
        while True:
            try: piece = os.read(ours, 65536)
            except OSError: break
            if not piece: break
            seen += piece
        sys.stdout.buffer.write(seen)
        sys.exit(child.wait())
        """

    @Test func `a terminal shows how far it is, and is left clean`() throws {
        let (server, port) = try server()
        let arguments = ["bench", port, "-c", "2", "--duration", "600ms", "--warm-up", "300ms"]
        let outcome = try Program(
            "/usr/bin/env",
            ["python3", "-c", Self.terminal, Program.sockeyePath] + arguments,
            environment: ["TERM": "xterm"]
        ).finish()
        #expect(outcome.status == 0)
        #expect(outcome.text.contains("warming up"))
        #expect(outcome.text.contains(#/[█░]+ +\d+ %  [\d,]+ messages\/s/#))
        #expect(outcome.text.hasSuffix("\r\u{1B}[K"))
        server.send(SIGTERM)
        server.finish()
    }
}
