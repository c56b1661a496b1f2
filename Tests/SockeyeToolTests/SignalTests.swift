import Foundation
import TestSupport
import Testing

/// What signals do: they end a command whatever it waits for, in order where that is possible, and its status says whether it was done.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct SignalTests {
    // MARK: Where nobody is at the other end

    @Test(
        arguments: [
            ["relay", "0", "9", "--record", "PIPE"], ["relay", "udp:0", "udp:9", "--record", "PIPE"],
            ["relay", "unix:SOCKET", "9", "--record", "PIPE"],
            ["replay", "PIPE", "9"], ["bench", "9", "--request", "@PIPE"],
        ],
        [SIGINT, SIGTERM, SIGHUP]
    )
    func `a pipe with nobody at its other end does not keep a signal away`(arguments: [String], signal: Int32) throws {
        let scratch = try Scratch()
        let (pipe, socket) = (try NamedPipe(in: scratch), scratch.file("socket"))
        let program = try Program.sockeye(
            arguments: arguments.map { $0.replacing("PIPE", with: pipe.path).replacing("SOCKET", with: socket) }
        )
        try program.wait(untilIn: .openingPipe)
        program.send(signal)
        let outcome = program.finish(closingInput: false)
        #expect(outcome.status == 1)
        #expect(outcome.errors.split(separator: "\n").last?.contains(pipe.path) == true, "\(outcome.errors)")
        #expect(!FileManager.default.fileExists(atPath: socket))
    }

    @Test(arguments: ["--send", "--receive"])
    func `neither does one that a client is to be served with`(option: String) throws {
        let scratch = try Scratch()
        let program = try Program.sockeye("serve", "--once", option, try NamedPipe(in: scratch).path, "0")
        let client = try Program.python(Script.client("s.sendall(b'x'); read_all(s)"), program.port())
        try program.wait(untilIn: .openingPipe)
        program.send(SIGINT)
        let outcome = program.finish(closingInput: false)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("sockeye: ended before its client "), "\(outcome.errors)")
        client.finish()
    }

    @Test func `what comes out of a pipe is sent to one client, and its writer is left alone until then`() throws {
        let scratch = try Scratch()
        let pipe = try NamedPipe(in: scratch).path
        let writer = try Program.shell("yes | head -c 300000 > \(pipe)")
        let server = try Program.sockeye("serve", "--once", "--send", pipe, "0")
        let client = try Program.python(Script.client("print(len(read_all(s)))"), server.port()).finish()
        #expect(client.text == "300000\n")
        #expect(writer.finish().status == 0)
        #expect(server.finish(closingInput: false).status == 0)
    }

    @Test func `what comes out of a pipe cannot be sent to many clients`() throws {
        let scratch = try Scratch()
        let outcome = try Program.sockeye("serve", "--send", try NamedPipe(in: scratch).path, "0").finish()
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains("what comes out of a pipe comes once"), "\(outcome.errors)")
    }

    // MARK: Where nobody reads

    @Test(arguments: ["serve --discard 0", "serve --discard --json 0", "relay 0 TARGET", "relay --json 0 TARGET"])
    func `a signal ends a command whose output nobody reads`(line: String) throws {
        let scratch = try Scratch()
        let pipe = try NamedPipe(in: scratch)
        try expectToBeGivenUp("\(line) > '\(pipe.path)'", unread: pipe, "standard output")
    }

    @Test func `a signal ends a relay whose recording nobody reads`() throws {
        let scratch = try Scratch()
        let pipe = try NamedPipe(in: scratch)
        try expectToBeGivenUp("relay --show none 0 TARGET --record '\(pipe.path)'", unread: pipe, "the recording")
    }

    @Test func `a signal ends a server whose events nobody reads`() throws {
        let scratch = try Scratch()
        let pipe = try NamedPipe(in: scratch)
        let line = "serve --discard --json 0 > '\(pipe.path)'"
        try expectToBeGivenUp(line, unread: pipe, "standard output", client: "while True: connect().close()")
    }

    /// - Parameters:
    ///   - pipe: What the command writes to.
    ///   - client: What its client does without end.
    private func expectToBeGivenUp(
        _ line: String,
        unread pipe: NamedPipe,
        _ what: String,
        client: String = "while True: s.sendall(b'x\\n' * 60000)"
    ) throws {
        let target = try Program.sockeye("serve", "--discard", "--quiet", "0")
        let words = line.replacing("TARGET", with: "127.0.0.1:\(try target.port())")
        let reader = try pipe.idleReader()
        let program = try Program.shell("exec '\(Program.sockeyePath)' \(words)")
        let body = "try:\n    \(client)\nexcept ConnectionError: pass"
        let client = try Program.python(Script.client(body), program.port())
        try program.wait(untilIn: .writingToPipe)
        program.send(SIGINT)
        let outcome = program.finish(closingInput: false)
        #expect(outcome.status == 1)
        #expect(
            outcome.errors.hasSuffix("nobody reads \(what): what was still to be written is dropped\n"),
            "\(outcome.errors)"
        )
        withExtendedLifetime(reader) {}
        #expect(client.finish().errors == "")
        target.send(SIGINT)
        target.finish(closingInput: false)
    }

    @Test(arguments: [("> 'FULL'", "nobody reads standard output"), ("--svg 'PIPE'", "nobody is at the other end of")])
    func `a signal ends a load whose result nobody takes`(options: String, words: String) throws {
        let (one, other) = (try Scratch(), try Scratch())
        let (full, pipe) = (try NamedPipe(in: one), try NamedPipe(in: other))
        let reader = try full.fill()
        let server = try Program.sockeye("serve", "--echo", "--quiet", "0")
        let places = options.replacing("FULL", with: full.path).replacing("PIPE", with: pipe.path)
        let load = "bench \(try server.port()) -c 1 --count 200 --warm-up 0"
        let program = try Program.shell("exec '\(Program.sockeyePath)' \(load) \(places)")
        try program.wait(untilIn: options.contains("svg") ? .openingPipe : .writingToPipe)
        program.send(SIGINT)
        let outcome = program.finish(closingInput: false)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        withExtendedLifetime(reader) {}
        server.send(SIGINT)
        server.finish(closingInput: false)
    }

    @Test func `who reads the output late has the time of the drain for it`() throws {
        let scratch = try Scratch()
        let pipe = try NamedPipe(in: scratch)
        let reader = try pipe.idleReader()
        let server = try Program.shell("exec '\(Program.sockeyePath)' serve --discard --drain 1h 0 > '\(pipe.path)'")
        let client = try Program.python(Script.client("s.sendall(b'x' * 30_000_000)"), server.port())
        try server.wait(untilIn: .writingToPipe)
        server.send(SIGINT)
        try server.wait(for: "Taking no more clients")
        // SLEEP: longer than the second after which an output is given up that nobody reads.
        usleep(1_500_000)
        let late = try Program.shell("wc -c < '\(pipe.path)'")
        let outcome = server.finish(closingInput: false)
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("1 finished"), "\(outcome.errors)")
        #expect(late.finish().text.contains("30000000"))
        withExtendedLifetime(reader) {}
        client.finish()
    }

    // MARK: While it begins

    @Test(arguments: ["serve unix:SOCKET", "relay 0 9"])
    func `a signal that comes while a command says that it runs ends it in order`(line: String) throws {
        let scratch = try Scratch()
        let (pipe, socket) = (try NamedPipe(in: scratch), scratch.file("socket"))
        let reader = try pipe.fill()
        let words = line.replacing("SOCKET", with: socket)
        let program = try Program.shell("exec '\(Program.sockeyePath)' \(words) 2> '\(pipe.path)'")
        try program.wait(untilIn: .writingToPipe)
        try program.sendUntilTaken(SIGINT)
        // SLEEP: time for the mistake that is looked for, which is to end at once.
        usleep(100_000)
        NamedPipe.empty(reader)
        #expect(program.finish(closingInput: false).status == 0)
        #expect(!FileManager.default.fileExists(atPath: socket))
    }

    @Test func `a second signal waits for nobody, and leaves no socket behind`() throws {
        let scratch = try Scratch()
        let (pipe, socket) = (try NamedPipe(in: scratch), scratch.file("socket"))
        let reader = try pipe.fill()
        let program = try Program.shell("exec '\(Program.sockeyePath)' serve unix:\(socket) 2> '\(pipe.path)'")
        try program.wait(untilIn: .writingToPipe)
        try program.sendUntilTaken(SIGINT)
        // SLEEP: two signals within 10 ms are one wish.
        usleep(100_000)
        program.send(SIGINT)
        #expect(program.finish(closingInput: false).status == 1)
        #expect(!FileManager.default.fileExists(atPath: socket))
        withExtendedLifetime(reader) {}
    }

    // MARK: SIGHUP

    @Test func `a terminal that goes ends a server in order`() throws {
        let scratch = try Scratch()
        let (socket, port) = (scratch.file("s"), scratch.file("port"))
        let server = try Program.sockeye("serve", "--port-file", port, "unix:\(socket)")
        try server.wait(for: "Ctrl-C ends it.")
        try Program.wait("no port file") { FileManager.default.fileExists(atPath: port) }
        server.send(SIGHUP)
        #expect(server.finish(closingInput: false).status == 0)
        #expect(!FileManager.default.fileExists(atPath: socket))
        #expect(!FileManager.default.fileExists(atPath: port))
    }

    @Test func `a terminal that goes may be told of twice, by the shell and by the kernel, and that hurries nobody`()
        throws
    {
        let server = try Program.sockeye("serve", "--drain", "1h", "0")
        let body = "s.sendall(b'x'); print(s.recv(9), flush=True); sys.stdin.readline(); s.close()"
        let client = try Program.python(Script.client(body), server.port())
        try client.wait(for: "Got it!", in: .output)
        server.send(SIGHUP)
        try server.wait(for: "Taking no more clients")
        // SLEEP: two signals within 10 ms are one wish anyway.
        usleep(100_000)
        try server.sendUntilTaken(SIGHUP)
        client.write("\n")
        let outcome = server.finish(closingInput: false)
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("1 finished"), "\(outcome.errors)")
        client.finish()
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

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func `an input that pauses has not ended`(signal: Int32) throws {
        let server = try Program.python(
            Script.server("c, _ = l.accept()\nprint(c.recv(9), flush=True)\nsys.stdin.readline()")
        )
        let client = try Program.sockeye("connect", server.firstLine())
        client.write("begin")
        try server.wait(for: "b'begin'", in: .output)
        client.send(signal)
        let outcome = client.finish(closingInput: false)
        #expect(outcome.status == 1)
        #expect(
            outcome.errors.contains("sockeye: ended before standard input had: 5 bytes of it were sent"),
            "\(outcome.errors)"
        )
        server.finish()
    }

    /// Prints its port, and what comes.
    private static let datagrams = """
        import socket, sys
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])
        print(s.recv(9)); sys.stdin.read()
        """

    @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
    func `an input of datagrams that pauses has not ended either`(signal: Int32) throws {
        let server = try Program.python(Self.datagrams)
        let client = try Program.sockeye("connect", "udp:127.0.0.1:\(server.firstLine())")
        client.write("begin")
        try server.wait(for: "b'begin'", in: .output)
        client.send(signal)
        let outcome = client.finish(closingInput: false)
        #expect(outcome.status == 1)
        #expect(
            outcome.errors.contains("sockeye: ended before standard input had: 5 bytes of it were sent"),
            "\(outcome.errors)"
        )
        server.finish()
    }

    @Test func `an input from which nothing came promises nothing`() throws {
        let server = try Program.python(Script.server("c, _ = l.accept(); c.sendall(b'news'); sys.stdin.readline()"))
        let client = try Program.sockeye("connect", server.firstLine())
        try client.wait(for: "news", in: .output)
        client.send(SIGTERM)
        #expect(client.finish(closingInput: false).status == 0)
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
        try Program.wait("nothing came") { try String(contentsOfFile: file, encoding: .utf8) == "half" }
        second.send(SIGINT)
        let outcome = second.finish(closingInput: false)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("\(file) may lack the rest\n"), "\(outcome.errors)")
        client.finish()
    }
}
