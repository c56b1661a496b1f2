import Foundation
import TestSupport
import Testing

/// `--port-file` and `--ready-fd`: how scripts learn the port.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct ReadinessTests {
    private let scratch: Scratch
    private let file: String

    init() throws {
        scratch = try Scratch()
        file = scratch.file("port")
    }

    private var isThere: Bool { FileManager.default.fileExists(atPath: file) }

    private func contents() throws -> String { try String(contentsOfFile: file, encoding: .utf8) }

    @Test(arguments: [SIGINT, SIGTERM])
    func `the port is in the file while the server runs, and the file gone afterwards`(signal: Int32) throws {
        let server = try Program.sockeye("serve", "--json", "--port-file", file, "0", "unix:\(scratch.file("s"))")
        let port = try server.port()
        // Its event comes before the file, and the client after it.
        try server.wait(for: #""transport":"unix""#, in: .output)
        _ = try Program.python(Script.client("s.sendall(b'x'); s.recv(9)"), port).finish()
        #expect(try contents() == "\(port)\nunix:\(scratch.file("s"))\n")
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path).sorted() == ["port", "s"])
        server.send(signal)
        #expect(server.finish(closingInput: false).status == 0)
        #expect(!isThere)
    }

    /// It is replaced, and taken away at the end: as root that would be done to /dev/null, too.
    @Test(arguments: ["mkfifo", "mknod", "ln -s there", "mkdir"], ["serve 0", "relay 0 1"])
    func `what is no file is left alone`(kind: String, command: String) throws {
        let make = kind == "mknod" ? "mknod '\(file)' c 1 3" : "\(kind) '\(file)'"
        // Making devices needs root.
        guard try Program.shell(make).finish().status == 0 else { return print("skipped: \(make)") }
        let before = try Program.shell("stat -c '%F %i' '\(file)'").finish().text
        let words = command.split(separator: " ").map(String.init)
        let outcome = try Program.sockeye(arguments: words + ["--port-file", file]).finish(closingInput: false)
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("write the port into"), "\(outcome.errors)")
        #expect(!outcome.errors.contains("Listening"))
        #expect(try Program.shell("stat -c '%F %i' '\(file)'").finish().text == before)
    }

    @Test func `the file appears whole`() throws {
        // A reader that looks without a pause sees nothing or the port, and never an empty file.
        let watch = """
            import sys
            while True:
                try: text = open(sys.argv[1]).read()
                except FileNotFoundError: continue
                print(repr(text)); break
            """
        let watcher = try Program.python(watch, file)
        let server = try Program.sockeye("serve", "--port-file", file, "0")
        let port = try server.port()
        #expect(watcher.finish().text == "'\(port)\\n'\n")
        server.send(SIGINT)
        server.finish(closingInput: false)
    }

    @Test(arguments: ["serve", "datagrams", "relay"])
    func `every server tells it`(kind: String) throws {
        let words = [
            "serve": ["serve", "--once", "0"], "datagrams": ["serve", "--once", "udp:0"], "relay": ["relay", "0", "1"],
        ]
        let server = try Program.sockeye(arguments: try #require(words[kind]) + ["--port-file", file])
        let port = try server.port()
        let ready = try Program.shell("until test -e \(file); do :; done; cat \(file)").finish()
        #expect(ready.text == "\(port)\n")
        server.send(SIGINT)
        server.finish(closingInput: false)
        #expect(!isThere)
    }

    @Test func `the file goes also when nobody reads the output any more, and when the server is hurried`() throws {
        let line = "'\(Program.sockeyePath)' serve --hub --json --port-file \(file) 0 | head -1"
        #expect(try Program.shell(line).finish().text.contains(#""event":"listening""#))
        #expect(!isThere)
        let relay = try Program.sockeye("relay", "--port-file", file, "0", "1")
        _ = try relay.port()
        _ = try Program.shell("until test -e \(file); do :; done").finish()
        relay.send(SIGINT)
        relay.send(SIGTERM)
        relay.finish(closingInput: false)
        #expect(!isThere)
    }

    @Test func `a file that another server has written meanwhile is left alone`() throws {
        let server = try Program.sockeye("serve", "--json", "--port-file", file, "0")
        _ = try server.port()
        _ = try Program.shell("until test -e \(file); do :; done").finish()
        try Data("4711\n".utf8).write(to: URL(fileURLWithPath: file))
        server.send(SIGINT)
        server.finish(closingInput: false)
        #expect(try contents() == "4711\n")
    }

    @Test func `a descriptor gets the port, and its end`() throws {
        // cat ends when the server has closed the descriptor, and the server runs on.
        let pipe = scratch.file("pipe")
        let line = """
            mkfifo \(pipe); '\(Program.sockeyePath)' serve --once 0 --ready-fd 3 3>\(pipe) >\(scratch.file("out")) 2>&1 &
            port=$(cat \(pipe)); printf hi | '\(Program.sockeyePath)' connect $port; wait; cat \(scratch.file("out"))
            """
        let outcome = try Program.shell(line).finish()
        #expect(outcome.text.hasPrefix("Got it!"), "\(outcome)")
        #expect(outcome.text.hasSuffix("hi"), "\(outcome)")
    }

    @Test func `a descriptor that was not given, and a folder that is not there, are told`() throws {
        let unopened = try Program.sockeye("serve", "--ready-fd", "5", "0").finish()
        #expect(unopened.status == 64)
        #expect(unopened.errors.contains("5>file"), "\(unopened.errors)")
        #expect(try Program.sockeye("serve", "--ready-fd", "1", "0").finish().status == 64)
        let readOnly = try Program.shell("'\(Program.sockeyePath)' serve 0 --ready-fd 3 3</dev/null").finish()
        #expect(readOnly.status == 64)
        #expect(readOnly.errors.contains("open for reading only"), "\(readOnly.errors)")
        let nowhere = try Program.sockeye("serve", "--port-file", scratch.file("no/port"), "0").finish()
        #expect(nowhere.status == 64)
        #expect(nowhere.errors.contains("(ENOENT)"), "\(nowhere.errors)")
    }
}
