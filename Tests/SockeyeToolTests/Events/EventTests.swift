import Foundation
import TestSupport
import Testing

@testable import SockeyeCLI

/// `--json` of every command: each line as Python reads it, held against docs/json.md.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct EventTests {
    /// What the checker says of the output of a command, which must have told these kinds of events and no others.
    private func expect(
        _ output: String,
        of command: String,
        tells kinds: Set<String>,
        location: SourceLocation = #_sourceLocation
    ) throws {
        let checker = try Program.python(EventPage.checker, EventPage.path, command)
        checker.write(output)
        let outcome = checker.finish()
        #expect(outcome.errors == "", sourceLocation: location)
        #expect(outcome.status == 0, sourceLocation: location)
        let seen = Set(outcome.text.split { $0.isWhitespace }.map(String.init))
        #expect(seen == kinds, "\(output)", sourceLocation: location)
    }

    private func end(_ server: Program) -> String {
        server.send(SIGINT)
        let outcome = server.finish(closingInput: false)
        #expect(outcome.status == 0)
        return outcome.text
    }

    // MARK: serve

    @Test func `serve tells its clients, what they say, and how they go`() throws {
        let server = try Program.sockeye("serve", "--json", "0")
        let port = try server.port()
        let polite = "s.sendall(b'hi\\xff'); s.shutdown(1); print(read_all(s)); s.close()"
        #expect(try Program.python(Script.client(polite), port).finish().text == "b'Got it!'\n")
        try server.wait(for: #""event":"close""#, in: .output)
        _ = try Program.python(Script.client("s.sendall(b'x'); s.recv(9); reset(s)"), port).finish()
        try server.wait(for: #""event":"close""#, times: 2, in: .output)
        let output = end(server)
        try expect(output, of: "serve", tells: ["listening", "open", "data", "end", "failed", "close"])
        #expect(output.contains(#""base64":"aGn/""#))
        #expect(output.contains(#""received_bytes":3,"sent_bytes":7"#))
        #expect(output.contains(#""code":"reset","errno":"ECONNRESET""#))
    }

    @Test func `serve tells messages, files, programs and datagrams`() throws {
        let framed = try Program.sockeye("serve", "--json", "--framing", "lines", "--once", "0")
        _ = try Program.python(Script.client("s.sendall(b'one\\ntwo\\n'); s.shutdown(1); read_all(s)"), framed.port())
            .finish()
        try expect(framed.finish().text, of: "serve", tells: ["listening", "open", "message", "end", "close"])

        let scratch = try Scratch()
        let files = try Program.sockeye("serve", "--json", "--receive", scratch.file("got"), "0")
        _ = try Program.python(Script.client("s.sendall(b'one'); s.close()"), files.port()).finish()
        try expect(files.finish().text, of: "serve", tells: ["listening", "open", "file", "end", "close"])

        let program = try Program.sockeye("serve", "--json", "--shell", "cat >&2; exit 3", "--once", "0")
        _ = try Program.python(Script.client("s.shutdown(1); read_all(s)"), program.port()).finish()
        let output = program.finish().text
        try expect(output, of: "serve", tells: ["listening", "open", "command", "end", "close", "error"])
        #expect(output.contains(#""event":"command","connection":1,"status":3"#))

        let datagrams = try Program.sockeye("serve", "--json", "--once", "udp:0")
        let client =
            "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.sendto(b'hi', ('127.0.0.1', int(sys.argv[1])))"
        _ = try Program.python(Script.prelude + client, datagrams.port()).finish()
        try expect(datagrams.finish().text, of: "serve", tells: ["listening", "datagram"])
    }

    @Test func `serve tells whom it turns away and whom it cuts off`() throws {
        let denying = try Program.sockeye("serve", "--json", "--deny", "127.0.0.1", "0")
        _ = try Program.python(Script.client("reset(s)"), denying.port()).finish()
        try denying.wait(for: #""event":"close""#, in: .output)
        try expect(end(denying), of: "serve", tells: ["listening", "open", "denied", "close"])

        let allowing = try Program.sockeye("serve", "--json", "--allow", "192.0.2.0/24", "udp:0")
        let client = "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'hi', ('127.0.0.1', int(sys.argv[1])))"
        _ = try Program.python(Script.prelude + client, allowing.port()).finish()
        try allowing.wait(for: #""event":"denied""#, in: .output)
        try expect(end(allowing), of: "serve", tells: ["listening", "denied"])

        let stopped = try Program.sockeye("serve", "--json", "0")
        let peer = try Program.python(Script.client("s.sendall(b'hi'); s.recv(9); s.recv(9)"), stopped.port())
        try stopped.wait(for: #""event":"data""#, in: .output)
        try expect(end(stopped), of: "serve", tells: ["listening", "open", "data", "cut", "close"])
        peer.finish()
    }

    @Test func `a member of a hub that is cut off is told`() throws {
        let server = try Program.sockeye("serve", "--json", "--quiet", "--hub", "0")
        let port = try server.port()
        let deaf = try Program.python(Script.client("print('in'); sys.stdin.read()"), port)
        try deaf.wait(for: "in", in: .output)
        try server.wait(for: #""event":"open""#, in: .output)
        // More than its queue and the buffers of both kernels hold.
        let loud = try Program.python(
            Script.client(
                "try:\n  while True: s.sendall(bytes(1 << 20))\nexcept OSError: pass"
            ),
            port
        )
        try server.wait(for: #""event":"cut""#, in: .output)
        loud.send(SIGKILL)
        loud.finish()
        try server.wait(for: #""event":"close""#, times: 2, in: .output)
        let output = end(server)
        deaf.finish()
        // How the two ends fail is the kernel's choice.
        let kinds = output.matches(of: #/"event":"([a-z]+)"/#).map { String($0.output.1) }
        #expect(Set(kinds).subtracting(["failed", "end"]) == ["listening", "open", "cut", "close"])
        try expect(output, of: "serve", tells: Set(kinds))
    }

    @Test func `an error is an event too`() throws {
        let holder = try Program.python(Script.server("sys.stdin.read()"))
        let outcome = try Program.sockeye("serve", "--json", holder.firstLine()).finish()
        holder.finish()
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("what happened:"))
        try expect(outcome.text, of: "serve", tells: ["failed", "error"])
        #expect(outcome.text.contains(#""status":1,"code":"addressInUse","errno":"EADDRINUSE""#), "\(outcome.text)")
    }

    // MARK: connect

    @Test func `connect tells what comes and how it ends`() throws {
        let server = try Program.python(
            Script.server("c, _ = l.accept(); read_all(c); c.sendall('é'.encode()); c.close()")
        )
        let client = try Program.sockeye("connect", "--json", server.firstLine())
        client.write("hi")
        let output = client.finish().text
        try expect(output, of: "connect", tells: ["open", "data", "end", "close"])
        #expect(output.contains(#""bytes":2,"text":"é""#))
        #expect(output.contains(#""received_bytes":2,"sent_bytes":2"#))
        server.finish()

        let framed = try Program.python(Script.server("c, _ = l.accept(); c.sendall(b'\\0\\3one'); c.close()"))
        let lengths = try Program.sockeye("connect", "--json", "--framing", "length:2", framed.firstLine()).finish()
        try expect(lengths.text, of: "connect", tells: ["open", "message", "end", "close"])
        #expect(lengths.text.contains(#""bytes":3,"text":"one""#))
        framed.finish()
    }

    @Test func `connect tells each address that refuses, and the error`() throws {
        let outcome = try Program.sockeye("connect", "--json", Peers.closedPort()).finish()
        #expect(outcome.status == 1)
        try expect(outcome.text, of: "connect", tells: ["failed", "error"])
        #expect(outcome.text.contains(#""code":"refused","errno":"ECONNREFUSED""#))
    }

    @Test func `connect tells datagrams`() throws {
        let server = try Program.sockeye("serve", "--quiet", "--echo", "udp:0")
        let client = try Program.sockeye("connect", "--json", "--wait", "60s", "udp:\(server.port())")
        client.write("hi")
        try client.wait(for: #""event":"datagram""#, in: .output)
        client.send(SIGINT)
        try expect(client.finish().text, of: "connect", tells: ["open", "datagram", "close"])
        _ = end(server)
    }

    // MARK: The others

    @Test func `relay and replay tell what is on the page`() throws {
        let scratch = try Scratch()
        let answer = "c, _ = l.accept(); c.sendall(b'got ' + c.recv(99)); read_all(c); c.close()"
        let server = try Program.python(Script.server(answer))
        let relay = try Program.sockeye("relay", "--json", "--once", "--framing", "lines", "0", server.firstLine())
        _ = try Program.python(
            Script.client("s.sendall(b'hi\\n'); s.recv(99); s.shutdown(1); read_all(s)"),
            relay.port()
        ).finish()
        let recording = relay.finish().text
        server.finish()
        try expect(recording, of: "relay", tells: ["recording", "open", "data", "message", "end", "close"])

        try Data(recording.utf8).write(to: URL(fileURLWithPath: scratch.file("r")))
        let other = try Program.python(Script.server(answer.replacing("got ", with: "not ")))
        let replay = try Program.sockeye("replay", "--json", scratch.file("r"), other.firstLine()).finish()
        other.finish()
        #expect(replay.status == 1)
        try expect(replay.text, of: "replay", tells: ["replayed"])
        let missing = try Program.sockeye("replay", "--json", scratch.file("missing"), "1").finish()
        try expect(missing.text, of: "replay", tells: ["error"])
    }

    @Test func `a relay that explains tells its conclusions`() throws {
        let server = try Program.python(
            Script.server("c, _ = l.accept(); c.sendall(c.recv(99)); read_all(c); c.close()")
        )
        let relay = try Program.sockeye("relay", "--json", "--once", "--explain", "0", server.firstLine())
        _ = try Program.python(Script.client("s.sendall(b'hi'); s.recv(99); s.shutdown(1); read_all(s)"), relay.port())
            .finish()
        let output = relay.finish().text
        server.finish()
        try expect(output, of: "relay", tells: ["recording", "open", "data", "end", "close", "explain"])
    }

    @Test func `a relay whose target is not there tells it`() throws {
        let relay = try Program.sockeye("relay", "--json", "--once", "0", Peers.closedPort())
        _ = try Program.python(Script.prelude + "try: read_all(connect())\nexcept OSError: pass", relay.port()).finish()
        let outcome = relay.finish()
        #expect(outcome.status == 1)
        try expect(outcome.text, of: "relay", tells: ["recording", "failed", "error"])
    }

    @Test func `bench tells what is on the page`() throws {
        let server = try Program.sockeye("serve", "--echo", "--quiet", "0")
        let load = ["bench", try server.port(), "-c", "1", "-d", "2s", "--warm-up", "0", "--json"]
        try expect(Program.sockeye(arguments: load).finish().text, of: "bench", tells: ["start", "progress", "result"])
        _ = end(server)
        let refused = try Program.sockeye("bench", "--json", Peers.closedPort()).finish()
        #expect(refused.status == 1)
        try expect(refused.text, of: "bench", tells: ["start", "error"])
    }

    @Test func `a recording that cannot be begun is an error, told once and before anybody is let in`() throws {
        let relay = try Program.sockeye("relay", "0", "1", "--json", "--record", "/dev/full").finish()
        #expect(relay.status == 1)
        #expect(!relay.errors.contains("Listening"), "\(relay.errors)")
        for part in ["could not write the recording /dev/full", "what happened:", "likely cause:", "try next:"] {
            #expect(relay.errors.ranges(of: part).count == 1, "\(relay.errors)")
        }
        #expect(relay.text.ranges(of: #""event":"error""#).count == 1, "\(relay.text)")
        try expect(relay.text, of: "relay", tells: ["recording", "error"])
    }

    private static let others: [(line: String, kinds: String)] = [
        ("doctor --json", "report"), ("doctor --json 1", "report"), ("doctor --json nonsense:x", "error"),
        ("doctor --json --listen 0 --no-wait", "report"), ("doctor --json --listen udp:0 --no-wait", "report"),
        ("doctor --json udp:127.0.0.1:9", "report"), ("doctor --json nosuch.invalid:1", "report"),
        ("doctor --json --listen unix:x", "error"), ("explain --json", "error"),
        ("explain --json EPIPE", "explanation"), ("explain --json no such thing", "explanation error"),
        ("resolve --json localhost", "address"), ("resolve --json localhost --connect 1", "address error"),
        ("resolve --json nosuch.invalid", "error"),
        ("lesson --json", "lesson"), ("lesson --json 10", "lesson step note check end"),
        ("lesson --all --json", "lesson step note check end"),
        ("tour --json", "chapter step returned text"),
    ]

    @Test(arguments: others.indices)
    func `the others tell what is on the page`(row: Int) throws {
        let words = Self.others[row].line.split(separator: " ").map(String.init)
        let kinds = Self.others[row].kinds.split(separator: " ").map(String.init)
        try expect(Program.sockeye(arguments: words).finish().text, of: words[0], tells: Set(kinds))
    }

    @Test func `explain tells the place in the program, as the page says`() throws {
        let explain = try Program.sockeye("explain", "--json")
        explain.write(
            PastedMessage.traceback("s.connect((h, 1))", "ConnectionRefusedError: [Errno 111] refused") + "\n"
        )
        let text = explain.finish().text
        #expect(text.contains(#""file":"a.py","file_line":7,"source":"s.connect((h, 1))""#), "\(text)")
        try expect(text, of: "explain", tells: ["explanation"])
    }

    @Test func `every id that a conclusion or an explanation may have is on the page`() throws {
        let page = try String(contentsOfFile: EventPage.path, encoding: .utf8)
        let sections = page.split(separator: "\n## sockeye ")
        let relay = try #require(sections.first { $0.hasPrefix("relay\n") })
        let explain = try #require(sections.first { $0.hasPrefix("explain\n") })
        for entry in Explanation.all { #expect(explain.contains("`\(entry.id)`"), "\(entry.id)") }
        let tool = URL(fileURLWithPath: EventPage.path).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Sources/SockeyeCLI")
        var ids: Set<String> = []
        for file in ["Story/RelayStory+Words.swift", "Relay/RelayIdle.swift"] {
            let source = try String(contentsOf: tool.appendingPathComponent(file), encoding: .utf8)
            ids.formUnion(source.matches(of: #/Remark\(\s*"([a-z-]+)"/#).map { String($0.output.1) })
        }
        #expect(ids.count >= 15)
        for id in ids { #expect(relay.contains("`\(id)`"), "\(id)") }
    }

    @Test func `every command that takes part in a network has json and a section`() throws {
        let page = try String(contentsOfFile: EventPage.path, encoding: .utf8)
        let help = try Program.sockeye("--help").finish().text
        let commands = help.matches(of: #/\n  ([a-z]+) {2,}/#).map { String($0.output.1) }
        #expect(commands.count >= 10)
        for command in commands {
            #expect(try Program.sockeye(command, "--help").finish().text.contains("--json"), "\(command)")
            #expect(page.contains("\n## sockeye \(command)\n"), "\(command)")
        }
    }

    @Test func `a line that is not on the page is found`() throws {
        let wrong = [
            #"{"event":"nonsense"}"#, #"{"event":"end","time":1}"#, #"{"event":"end","time":"1","connection":1}"#,
            #"{"event":"end","time":1,"connection":1,"more":1}"#, "no JSON",
        ]
        for line in wrong {
            let checker = try Program.python(EventPage.checker, EventPage.path, "serve")
            checker.write(line + "\n")
            let outcome = checker.finish()
            #expect(outcome.status == 1, "\(line)")
            #expect(outcome.errors != "")
        }
    }
}
