import Foundation
import TestSupport
import Testing

/// The tool on a terminal, which Python's `pty` module plays.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct TerminalTests {
    private func play(_ steps: [[String]], _ arguments: [String], environment: [String: String] = [:]) throws -> Outcome
    {
        try Terminal.play(steps, arguments, environment: environment)
    }

    private func server(_ options: String...) throws -> (Program, String) {
        let server = try Program(Program.sockeyePath, ["serve", "0"] + options)
        return (server, try server.port())
    }

    private func end(_ server: Program) -> String {
        server.send(SIGINT)
        return server.finish(closingInput: false).text
    }

    @Test func `a line goes out without its newline, and exit ends`() throws {
        let (server, port) = try server()
        let outcome = try play([["> ", "hi\n"], ["Got it!", ""], ["> ", "exit\n"]], ["connect", port])
        #expect(outcome.errors == "")
        #expect(outcome.status == 0)
        #expect(end(server) == "hi")
    }

    @Test func `who hears nothing is told that no line end is sent, once`() throws {
        let server = try Program.python(Script.server("c, _ = l.accept(); read_all(c)"))
        let outcome = try play(
            [["> ", "PING\n"], ["No answer so far. A line goes out without its end", ""], ["> ", "exit\n"]],
            ["connect", server.firstLine()]
        )
        #expect(outcome.status == 0, "\(outcome.text)")
        #expect(outcome.text.components(separatedBy: "No answer so far").count == 2, "\(outcome.text)")
        server.finish()
    }

    @Test func `Ctrl-D ends`() throws {
        let (server, port) = try server()
        let outcome = try play([["> ", "hi\n"], ["Got it!", ""], ["> ", "\u{4}"]], ["connect", port])
        #expect(outcome.status == 0)
        #expect(end(server) == "hi")
    }

    @Test func `an answer that comes long after Ctrl-D is waited for, and that is said`() throws {
        // It answers when somebody knocks, who does so once the tool has said that it waits.
        let body = "k = listen(); c, _ = l.accept(); read_all(c); k.accept(); c.sendall(b'late'); c.close()"
        let server = try Program.python(Script.server(body))
        let ports = try server.wait(for: "\n", times: 2, in: .output).split(separator: "\n").map(String.init)
        let port = try #require(ports.first)
        let outcome = try play(
            [["> ", "hi\n"], ["> ", "\u{4}"], ["Ctrl-C ends it.", "", ports[1]], ["late", ""]],
            ["connect", port]
        )
        #expect(outcome.status == 0)
        #expect(outcome.text.contains("Waiting until 127.0.0.1:\(port) has finished too."))
        server.finish()
    }

    @Test func `exit does not wait for a server that does not finish, and says so`() throws {
        let server = try Program.python(Script.server("c, _ = l.accept(); sys.stdin.read()"))
        let port = try server.firstLine()
        let outcome = try play([["> ", "exit\n"]], ["connect", port])
        #expect(outcome.status == 0)
        #expect(outcome.text.contains("127.0.0.1:\(port) has not finished: "), "\(outcome.text)")
        server.finish()
    }

    /// Their users have said how long to wait, that nothing is wanted, or that the server is not to learn of the end.
    @Test(arguments: [["--wait", "0"], ["--send-only"], ["--no-half-close"]])
    func `Ctrl-D does not wait without end where that was not asked for`(options: [String]) throws {
        let server = try Program.python(Script.server("c, _ = l.accept(); sys.stdin.read()"))
        let outcome = try play([["> ", "\u{4}"]], ["connect", try server.firstLine()] + options)
        #expect(outcome.status == 0)
        #expect(!outcome.text.contains("Waiting until"), "\(outcome.text)")
        #expect(!outcome.text.contains("has not finished"), "\(outcome.text)")
        server.finish()
    }

    @Test func `exit says nothing of a server that finishes`() throws {
        let server = try Program.python(Script.server("c, _ = l.accept(); read_all(c); c.close()"))
        let outcome = try play([["> ", "exit\n"]], ["connect", try server.firstLine()])
        #expect(outcome.status == 0)
        #expect(!outcome.text.contains("has not finished"), "\(outcome.text)")
        server.finish()
    }

    @Test func `Ctrl-C ends`() throws {
        let (server, port) = try server("--discard")
        let outcome = try play([["> ", "\u{3}"]], ["connect", port])
        #expect(outcome.status == 0)
        #expect(end(server) == "")
    }

    @Test func `reconnect has a prompt too`() throws {
        let (server, port) = try server("--echo")
        let outcome = try play(
            [["> ", "one\n"], ["one\r\none", ""], ["> ", "two\n"], ["two\r\ntwo", ""], ["> ", "exit\n"]],
            ["connect", "--reconnect", port]
        )
        #expect(outcome.status == 0)
        #expect(end(server) == "onetwo")
    }

    @Test func `a line that fails at a prompt is told, and the next one can be typed`() throws {
        // Nobody listens any more once the first line has its answer.
        let peer = try Program.python(
            Script.server("c, _ = l.accept(); l.close(); c.recv(9); c.sendall(b'got it'); c.close()")
        )
        let address = "127.0.0.1:\(try peer.firstLine())"
        let outcome = try play(
            [
                ["> ", "one\n"], ["got it", ""], ["> ", "two\n"], ["could not connect to \(address)", ""],
                ["> ", "three\n"], ["could not connect to \(address)", ""], ["> ", "exit\n"],
            ],
            ["connect", "--reconnect", address]
        )
        #expect(outcome.status == 0, "\(outcome.text)")
        #expect(outcome.text.contains("connection refused (ECONNREFUSED)"), "\(outcome.text)")
        peer.finish()
    }

    // MARK: serve --terminal

    /// A client of a server that may not be there yet.
    private static let client = """
        while True:
            try: s = connect(); break
            except ConnectionRefusedError: pass
        s.sendall(b'question'); s.shutdown(1)

        """

    @Test func `a client that has finished sending is still answered`() throws {
        let port = try Peers.closedPort()
        let client = try Program.python(Script.prelude + Self.client + "print(read_all(s))", port)
        let outcome = try play(
            [["question", ""], ["has finished sending", ""], ["> ", "one\n"], ["> ", "two\n"], ["> ", "\u{4}"]],
            ["serve", "--terminal", port]
        )
        #expect(outcome.status == 0, "\(outcome.text)")
        #expect(client.finish().text == "b'onetwo'\n")
    }

    @Test func `a client that has finished sending and then goes ends the prompt`() throws {
        let port = try Peers.closedPort()
        let client = try Program.python(Script.prelude + Self.client + "s.recv(9); reset(s)", port)
        let outcome = try play(
            [["has finished sending", ""], ["> ", "one\n"], ["> ", "two"], ["connection reset", ""]],
            ["serve", "--terminal", port]
        )
        #expect(outcome.status == 1, "\(outcome.text)")
        // The player that waits in vain has that status too.
        #expect(outcome.errors == "")
        #expect(outcome.text.contains("connection reset"), "\(outcome.text)")
        // It may have closed as anybody does, and the line that came then was answered with a reset.
        #expect(outcome.text.contains("has closed the connection"), "\(outcome.text)")
        #expect(!outcome.text.contains("crashed"))
        client.finish()
    }

    @Test func `a client of a Unix socket that closes it ends the prompt`() throws {
        let scratch = try Scratch()
        let body = """
            while True:
                try: s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); break
                except (FileNotFoundError, ConnectionRefusedError): pass
            s.sendall(b'question'); s.close()
            """
        let client = try Program.python(Script.prelude + body, scratch.file("s"))
        let outcome = try play(
            [["question", ""], ["has gone; ", ""]],
            ["serve", "--terminal", "unix:\(scratch.file("s"))"]
        )
        #expect(outcome.status == 0, "\(outcome.text)")
        client.finish()
    }

    @Test func `what would command the terminal is shown escaped`() throws {
        let peer = try Program.python(
            Script.server("c, _ = l.accept(); c.sendall(b'a\\x1b[31mb\\xff\\n'); read_all(c)")
        )
        let outcome = try play([[#"a\e[31mb\xff"#, "exit\n"]], ["connect", peer.firstLine()])
        #expect(outcome.status == 0)
        #expect(!outcome.text.contains("\u{1B}[31m"))
        peer.finish()
    }

    @Test func `a peer that finishes ends the prompt`() throws {
        let peer = try Program.python(Script.server("c, _ = l.accept(); c.recv(99); c.sendall(b'bye'); c.close()"))
        let outcome = try play([["> ", "hi\n"], ["has finished sending", ""]], ["connect", peer.firstLine()])
        #expect(outcome.status == 0)
        #expect(outcome.text.contains("bye"))
        peer.finish()
    }

    @Test func `the tour has colours on a terminal`() throws {
        let outcome = try play([], ["tour"])
        #expect(outcome.status == 0)
        #expect(outcome.text.contains("\u{1B}[1;36mSERVER"))
    }

    @Test func `the tour has none with NO_COLOR`() throws {
        let outcome = try play([], ["tour"], environment: ["NO_COLOR": "1"])
        #expect(outcome.status == 0)
        #expect(!outcome.text.contains("\u{1B}"))
        #expect(outcome.text.contains("SERVER"))
    }
}
