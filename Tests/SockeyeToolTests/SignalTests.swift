import Foundation
import TestSupport
import Testing

/// What signals do: they end a command whatever it waits for, in order where that is possible, and its status says whether it was done.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct SignalTests {
    private func pipe(in scratch: Scratch) throws -> String {
        let path = scratch.file("pipe")
        try #require(mkfifo(path, 0o600) == 0)
        return path
    }

    /// Waits until a thread of the program is in a call that opens a pipe with nobody at its other end.
    private func waitUntilOpening(_ program: Program) throws {
        try wait("it does not open the pipe") {
            let tasks = "/proc/\(program.id)/task"
            return try FileManager.default.contentsOfDirectory(atPath: tasks).contains { task in
                let place = try? String(contentsOfFile: "\(tasks)/\(task)/wchan", encoding: .utf8)
                return place?.contains("wait_for_partner") == true
            }
        }
    }

    private func wait(_ words: Comment, for condition: () throws -> Bool) throws {
        let deadline = Date(timeIntervalSinceNow: Program.watchdogSeconds)
        while try !condition() {
            try #require(Date() < deadline, words)
            sched_yield()
        }
    }

    // MARK: Where nobody is at the other end

    @Test(
        arguments: [
            ["relay", "0", "9", "--record", "PIPE"], ["relay", "udp:0", "udp:9", "--record", "PIPE"],
            ["replay", "PIPE", "9"], ["bench", "9", "--request", "@PIPE"],
        ],
        [SIGINT, SIGTERM, SIGHUP]
    )
    func `a pipe with nobody at its other end does not keep a signal away`(arguments: [String], signal: Int32) throws {
        let scratch = try Scratch()
        let pipe = try pipe(in: scratch)
        let program = try Program.sockeye(arguments: arguments.map { $0.replacing("PIPE", with: pipe) })
        try waitUntilOpening(program)
        program.send(signal)
        let outcome = program.finish(closingInput: false)
        #expect(outcome.status == 1)
        #expect(outcome.errors.split(separator: "\n").last?.contains(pipe) == true, "\(outcome.errors)")
    }

    @Test(arguments: ["--send", "--receive"])
    func `neither does one that a client is to be served with`(option: String) throws {
        let scratch = try Scratch()
        let program = try Program.sockeye("serve", "--once", option, try pipe(in: scratch), "0")
        let client = try Program.python(Script.client("s.sendall(b'x'); read_all(s)"), program.port())
        try waitUntilOpening(program)
        program.send(SIGINT)
        let outcome = program.finish(closingInput: false)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("sockeye: ended before its client "), "\(outcome.errors)")
        client.finish()
    }

    @Test func `what comes out of a pipe is sent to one client, and its writer is left alone until then`() throws {
        let scratch = try Scratch()
        let pipe = try pipe(in: scratch)
        let writer = try Program.shell("yes | head -c 300000 > \(pipe)")
        let server = try Program.sockeye("serve", "--once", "--send", pipe, "0")
        let client = try Program.python(Script.client("print(len(read_all(s)))"), server.port()).finish()
        #expect(client.text == "300000\n")
        #expect(writer.finish().status == 0)
        #expect(server.finish(closingInput: false).status == 0)
    }

    @Test func `what comes out of a pipe cannot be sent to many clients`() throws {
        let scratch = try Scratch()
        let outcome = try Program.sockeye("serve", "--send", try pipe(in: scratch), "0").finish()
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("what comes out of a pipe comes once"), "\(outcome.errors)")
    }

    // MARK: Where nobody reads

    /// The tool with a standard output that is open and that nobody reads.
    @Test(arguments: [["serve", "--discard"], ["serve", "--discard", "--json"]])
    func `a signal ends a command whose output nobody reads`(arguments: [String]) throws {
        let output = Pipe()
        let errors = Pipe()
        let server = try StartedProcess(
            Program.sockeyePath,
            arguments + ["0"],
            output: output.fileHandleForWriting.fileDescriptor,
            errors: errors.fileHandleForWriting.fileDescriptor
        )
        try errors.fileHandleForWriting.close()
        var words = ""
        while !words.contains("\n") {
            words += String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self)
        }
        let port = try #require(words.firstMatch(of: #/Listening on \S*:(\d+)\n/#)).output.1.description
        // It can send no more when neither the server nor the pipe takes any more.
        let body = """
            s.settimeout(1)
            try:
                while True: s.sendall(b'x\\n' * 60000)
            except TimeoutError: print('stuck', flush=True); sys.stdin.readline()
            """
        let client = try Program.python(Script.client(body), port)
        try client.wait(for: "stuck", in: .output)
        server.send(SIGINT)
        words += String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        #expect(server.waitForEnd() == 1)
        #expect(words.contains("what was still to be written is dropped\n"), "\(words)")
        withExtendedLifetime(output) {}
        client.finish()
    }

    // MARK: SIGHUP

    @Test func `a terminal that goes ends a server in order`() throws {
        let scratch = try Scratch()
        let (socket, port) = (scratch.file("s"), scratch.file("port"))
        let server = try Program.sockeye("serve", "--port-file", port, "unix:\(socket)")
        try server.wait(for: "Ctrl-C ends it.")
        try wait("no port file") { FileManager.default.fileExists(atPath: port) }
        server.send(SIGHUP)
        #expect(server.finish(closingInput: false).status == 0)
        #expect(!FileManager.default.fileExists(atPath: socket))
        #expect(!FileManager.default.fileExists(atPath: port))
    }

    @Test func `nohup keeps a server when its terminal goes`() throws {
        let server = try Program.shell("exec nohup '\(Program.sockeyePath)' serve --echo 0")
        let port = try server.port()
        server.send(SIGHUP)
        #expect(try Program.python(Script.client("s.sendall(b'x'); print(s.recv(1))"), port).finish().text == "b'x'\n")
        server.send(SIGINT)
        #expect(server.finish(closingInput: false).status == 0)
    }

    // MARK: What was not done

    @Test func `an input that was not all sent is told`() throws {
        let server = try Program.python(
            Script.server("c, _ = l.accept()\nprint(c.recv(1), flush=True)\nsys.stdin.readline()")
        )
        let zeros = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/dev/zero"))
        let arguments = ["connect", "--send-only", "127.0.0.1:\(try server.firstLine())"]
        let client = try Program(Program.sockeyePath, arguments, input: zeros)
        try server.wait(for: "b'", in: .output)
        client.send(SIGINT)
        let outcome = client.finish()
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("sockeye: ended before all of standard input was sent: "), "\(outcome.errors)")
        server.finish()
    }

    @Test func `a connection that never came is told`() throws {
        let address = "127.0.0.1:\(try Peers.closedPort())"
        let client = try Program.sockeye("connect", "--retry", "100", address)
        try client.wait(for: "100 more attempts")
        client.send(SIGINT)
        let outcome = client.finish(closingInput: false)
        #expect(outcome.status == 1)
        #expect(
            outcome.errors.hasSuffix("sockeye: ended before there was a connection to \(address)\n"),
            "\(outcome.errors)"
        )
    }

    @Test func `a client that never came is told`() throws {
        let server = try Program.sockeye("serve", "--once", "0")
        _ = try server.port()
        server.send(SIGINT)
        let outcome = server.finish(closingInput: false)
        #expect(outcome.status == 1)
        #expect(outcome.errors.hasSuffix("sockeye: ended before a client came\n"), "\(outcome.errors)")
    }

    // MARK: What was there before

    @Test func `a file is emptied when its client has come, and half a file is told`() throws {
        let scratch = try Scratch()
        let file = scratch.file("in")
        try Data("before".utf8).write(to: URL(fileURLWithPath: file))
        let first = try Program.sockeye("serve", "--receive", file, "0")
        try first.wait(for: "Ctrl-C ends it.")
        first.send(SIGINT)
        #expect(first.finish(closingInput: false).status == 1)
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "before")

        let second = try Program.sockeye("serve", "--receive", file, "0")
        let client = try Program.python(Script.client("s.sendall(b'half'); s.recv(1)"), second.port())
        try wait("nothing came") { try String(contentsOfFile: file, encoding: .utf8) == "half" }
        second.send(SIGINT)
        let outcome = second.finish(closingInput: false)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("\(file) may lack the rest\n"), "\(outcome.errors)")
        client.finish()
    }
}
