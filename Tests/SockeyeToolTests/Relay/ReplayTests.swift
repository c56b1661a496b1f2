import Foundation
import SockeyeSystem
import TestSupport
import Testing

@testable import SockeyeCLI

/// A conversation that was recorded, against servers that answer the same and others.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct ReplayTests {
    /// Answers each line; `CHANGE` is what a new version of it does differently.
    private static let server = """
        def change(d): return d
        def talk(c):
            for line in c.makefile('rb'):
                c.sendall(change(b'got ' + line))
                if line == b'quit\\n': break
            c.close()
        CHANGE
        while True: talk(l.accept()[0])
        """

    private func server(_ change: String = "") throws -> Program {
        try Program.python(Script.server(Self.server.replacing("CHANGE", with: change)))
    }

    /// Two clients, one after the other: what they said and were answered is in the file.
    private func record(into file: String) throws {
        let server = try server()
        let relay = try Program.sockeye("relay", "0", "127.0.0.1:\(try server.firstLine())", "--record", file)
        let body = """
            f = s.makefile('rb')
            for m in (b'one\\n', b'tw\\xff\\n', b'quit\\n'): s.sendall(m); f.readline()
            print(f.read()); s.close()
            s = connect(); s.sendall(b'again\\n'); s.shutdown(1); print(read_all(s))
            """
        #expect(try Program.python(Script.client(body), relay.port()).finish().text == "b''\nb'got again\\n'\n")
        while try relay.wait(for: "over:").matches(of: #/over:/#).count < 2 {}
        relay.send(SIGINT)
        #expect(relay.finish().status == 0)
        server.send(SIGTERM)
    }

    private func replay(_ file: String, _ server: Program, _ options: String...) throws -> Outcome {
        defer { server.send(SIGTERM) }
        return try Program.sockeye(arguments: ["replay", file, "127.0.0.1:\(try server.firstLine())"] + options)
            .finish()
    }

    @Test func `a recording has a documented line an event`() throws {
        let scratch = try Scratch()
        try record(into: scratch.file("r"))
        let lines = try String(contentsOfFile: scratch.file("r"), encoding: .utf8).split(separator: "\n")
        let events = try lines.map { try JSONValue(parsing: $0.utf8) }
        #expect(events.first?["version"] == .integer(1))
        for connection in 1...2 {
            let own = events.filter { $0["connection"] == .integer(connection) }.compactMap { $0["event"]?.string }
            #expect(own.filter { $0 != "data" } == ["open", "end", "end", "close"])
        }
        let data = events.filter { $0["event"]?.string == "data" }
        #expect(data.count == 8)
        #expect(
            data.compactMap { $0["text"]?.string } == [
                "one\n", "got one\n", "quit\n", "got quit\n", "again\n", "got again\n",
            ]
        )
        #expect(data.compactMap { $0["base64"]?.string } == ["dHf/Cg==", "Z290IHR3/wo="])
    }

    @Test func `a server that answers the same passes`() throws {
        let scratch = try Scratch()
        try record(into: scratch.file("r"))
        let outcome = try replay(scratch.file("r"), try server())
        #expect(outcome.errors == "2 connections played, 19 bytes sent: the server answered the same 35 bytes.\n")
        #expect(outcome.text == "")
        #expect(outcome.status == 0)
    }

    @Test func `the same bytes in other pieces are the same`() throws {
        let scratch = try Scratch()
        try record(into: scratch.file("r"))
        let inner = try server()
        let slicer = try Program.sockeye("relay", "0", "127.0.0.1:\(try inner.firstLine())", "--slice", "1", "-q")
        let outcome = try Program.sockeye("replay", scratch.file("r"), try slicer.port()).finish()
        #expect(outcome.status == 0, "\(outcome.errors)")
        slicer.send(SIGTERM)
        inner.send(SIGTERM)
    }

    @Test(arguments: [
        (
            "change = lambda d: d.replace(b'tw', b'TW')", "the first difference is at byte 12 (0xc)",
            "67 6f 74 20 54 57 ff 0a"
        ),
        ("change = lambda d: d[:-1] if b'quit' in d else d", "nothing more came at byte 24 (0x18)", "got.quit"),
        ("change = lambda d: d + b'!' if b'quit' in d else d", "more came at byte 25 (0x19)", "0a 21"),
        ("change = lambda d: b''", "nothing more came at byte 0 (0x0)", "received  nothing"),
    ])
    func `a server that has changed is found out`(change: String, words: String, shown: String) throws {
        let scratch = try Scratch()
        try record(into: scratch.file("r"))
        let outcome = try replay(scratch.file("r"), try server(change), "--wait", "500ms")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("connection 1: " + words), "\(outcome.errors)")
        #expect(outcome.errors.contains(shown.replacing("got.", with: "got ")), "\(outcome.errors)")
    }

    @Test func `a server that stays when it should end is found out`() throws {
        let scratch = try Scratch()
        try record(into: scratch.file("r"))
        let change = "keep = []\ntalk0 = talk\ndef talk(c): keep.append(c.dup()); talk0(c)"
        let outcome = try replay(scratch.file("r"), try server(change), "--wait", "500ms")
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("the server finished here in the recording, and now it does not"))
    }

    // MARK: What a recording lacks

    private static let pieces: [Character: String] = [
        "H": #"{"event":"recording","version":1}"#, "O": #"{"time":0,"connection":1,"event":"open"}"#,
        "c": #"{"time":0,"connection":1,"event":"data","side":"client","text":"one\n"}"#,
        "s": #"{"time":0,"connection":1,"event":"data","side":"server","text":"got one\n"}"#,
        "C": #"{"time":0,"connection":1,"event":"end","side":"client"}"#,
        "S": #"{"time":0,"connection":1,"event":"end","side":"server"}"#,
        "X": #"{"time":0,"connection":1,"event":"close","client_bytes":4,"server_bytes":8}"#,
        "!": #"{"time":0,"connection":1,"event":"stopped"}"#, "_": "",
    ]

    /// - Parameter kinds: A line of the file each.
    private func write(_ kinds: String, into scratch: Scratch) throws -> String {
        let text = kinds.map { (Self.pieces[$0] ?? "") + "\n" }.joined()
        try text.write(toFile: scratch.file("r"), atomically: true, encoding: .utf8)
        return scratch.file("r")
    }

    @Test(arguments: [
        ("HOcsCSX", "all", 0, "the server answered the same 8 bytes."), ("HOcs!", "all", 0, "the same 8 bytes."),
        ("HOc", "nothing", 1, "ends in the middle of it, with line 3"), ("HO", "nothing", 1, "with line 2"),
        ("HOcs", "part", 1, "could not be compared to its end; 8 bytes of answers are the same."),
        ("H_Oc", "nothing", 1, "with line 4"),
        ("HOcCX", "nothing", 1, "nothing that the server sent is in the recording"),
        ("HOc!", "nothing", 1, "could not be compared at all."), ("HcsCSX", "nothing", 1, #"has no "open" of it"#),
    ])
    func `a recording that lacks answers does not pass`(
        kinds: String,
        compared: String,
        status: Int32,
        words: String
    ) throws {
        let scratch = try Scratch()
        let outcome = try replay(write(kinds, into: scratch), try server(), "--json")
        #expect(outcome.status == status)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        let verdict = try JSONValue(parsing: outcome.output)
        #expect(verdict["compared"] == .string(compared))
        #expect(verdict["same"] == .bool(status == 0))
        #expect((verdict["last_line"] == .null) == (status == 0))
    }

    @Test func `a server that said nothing, and says nothing, passes`() throws {
        let scratch = try Scratch()
        let silent = try server("def talk(c): read_all(c); c.close()")
        let outcome = try replay(write("HOcCS", into: scratch), silent)
        #expect(outcome.errors == "1 connection played, 4 bytes sent: the server said nothing, as in the recording.\n")
        #expect(outcome.status == 0)
    }

    @Test func `a recording without a connection does not pass`() throws {
        let scratch = try Scratch()
        let outcome = try replay(write("H", into: scratch), try server())
        #expect(outcome.errors.contains("holds no connection that could be played: nothing was compared."))
        #expect(outcome.status == 1)
    }

    @Test func `a recording that ends within a line says which, and how to play the rest`() throws {
        let scratch = try Scratch()
        let file = try write("HOcs", into: scratch)
        let whole = try Data(contentsOf: URL(fileURLWithPath: file))
        try whole.dropLast(9).write(to: URL(fileURLWithPath: file))
        let outcome = try Program.sockeye("replay", file, "7777").finish()
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("the file ends in the middle of line 4\n"))
        #expect(outcome.errors.contains("head -n 3 \(file) > whole.jsonl"))
        #expect(outcome.errors.contains("sockeye replay whole.jsonl 7777"))
    }

    @Test func `the recorded pauses are kept when wanted`() throws {
        let scratch = try Scratch()
        let events = """
            {"event":"recording","version":1}
            {"time":0,"connection":1,"event":"open"}
            {"time":0,"connection":1,"event":"data","side":"client","text":"one\\n"}
            {"time":1.0,"connection":1,"event":"data","side":"client","text":"quit\\n"}
            {"time":1.0,"connection":1,"event":"data","side":"server","text":"got one\\ngot quit\\n"}
            {"time":1.0,"connection":1,"event":"end","side":"server"}

            """
        try events.write(toFile: scratch.file("r"), atomically: true, encoding: .utf8)
        let start = Date()
        #expect(try replay(scratch.file("r"), try server(), "--speed", "2").status == 0)
        #expect(Date().timeIntervalSince(start) >= 0.5)
    }

    @Test func `the verdict is there as JSON`() throws {
        let scratch = try Scratch()
        try record(into: scratch.file("r"))
        let outcome = try replay(scratch.file("r"), try server("change = lambda d: d.upper()"), "--json")
        let lines = try outcome.text.split(separator: "\n").map { try JSONValue(parsing: $0.utf8) }
        #expect(lines.count == 2)
        #expect(lines[0]["same"] == .bool(false))
        #expect(lines[0]["difference"]?["offset"] == .integer(0))
        #expect(lines[0]["difference"]?["recorded_hex"]?.string?.hasPrefix("676f74") == true)
        #expect(lines[0]["difference"]?["received_hex"]?.string?.hasPrefix("474f54") == true)
        #expect(outcome.status == 1)
    }

    @Test func `what relay prints with --json is a recording too`() throws {
        let scratch = try Scratch()
        let run = try RelayRun(server: "c.sendall(b'got ' + c.recv(9)); c.close()", "--json")
        _ = try run.client("s.sendall(b'one\\n'); read_all(s); s.close()")
        try run.relay.wait(for: "\"close\"", in: .output)
        let outcome = run.end()
        #expect(outcome.errors.split(separator: "\n").count == 3)
        try outcome.output.write(to: URL(fileURLWithPath: scratch.file("r")))
        #expect(
            try replay(
                scratch.file("r"),
                try server("talk0 = talk\ndef talk(c): c.sendall(b'got ' + c.recv(9)); c.close()")
            ).status == 0
        )
    }

    @Test(arguments: [
        ["replay", "/nowhere/r", "1"], ["replay", "/etc/passwd", "1"], ["relay", "0", "1", "--record", "/nowhere/r"],
    ])
    func `a file that cannot be used is said, with 64`(arguments: [String]) throws {
        let outcome = try Program.sockeye(arguments: arguments).finish()
        #expect(outcome.status == 64)
        #expect(["could not", "what happened:", "likely cause:", "try next:"].allSatisfy(outcome.errors.contains))
    }
}
