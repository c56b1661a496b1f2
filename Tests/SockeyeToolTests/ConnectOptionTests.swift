import Foundation
import TestSupport
import Testing

@testable import SockeyeCLI

/// What `sockeye connect` does at the end, and until there is a connection.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct ConnectOptionTests {
    private func talk(
        to script: String,
        _ input: String,
        _ options: String...
    ) throws -> (tool: Outcome, peer: Outcome) {
        let server = try Program.python(Script.server(script))
        let tool = try Program.sockeye(arguments: ["connect", try server.firstLine()] + options)
        tool.write(input)
        let outcome = tool.finish()
        return (outcome, server.finish())
    }

    // MARK: The end

    @Test(arguments: [(["--no-half-close"], "open"), ([], "ended")])
    func `the end of the input is told, unless it is not to be`(options: [String], seen: String) throws {
        let script = """
            import select
            c, _ = l.accept(); read_exactly(c, 3)
            ended = select.select([c], [], [], 0.5 if '\(seen)' == 'open' else 60)[0]
            print('ended' if ended else 'open'); c.sendall(b'late'); c.close()
            """
        let server = try Program.python(Script.server(script))
        let tool = try Program.sockeye(arguments: ["connect", try server.firstLine()] + options)
        tool.write("hi\n")
        let outcome = tool.finish()
        #expect(outcome.text == "late")
        #expect(outcome.errors == "")
        #expect(outcome.status == 0)
        #expect(server.finish().text.hasSuffix(seen + "\n"))
    }

    @Test func `a server that finishes first still gets all of the input`() throws {
        let server = try Program.python(
            Script.server("c, _ = l.accept(); c.sendall(b'bye'); c.shutdown(1); print(read_all(c)); c.close()")
        )
        let tool = try Program.sockeye("connect", server.firstLine())
        try tool.wait(for: "bye", in: .output)
        tool.write("last words")
        let outcome = tool.finish()
        #expect(outcome.text == "bye")
        #expect(outcome.status == 0)
        #expect(server.finish().text.hasSuffix("\nb'last words'\n"))
    }

    @Test func `wait is how long it goes on after the end of the input`() throws {
        let server = try Program.python(
            Script.server("c, _ = l.accept(); c.sendall(b'some'); print(read_all(c)); sys.stdin.read()")
        )
        let tool = try Program.sockeye("connect", server.firstLine(), "--wait", "500ms")
        tool.write("hi")
        try tool.wait(for: "some", in: .output)
        let outcome = tool.finish()
        #expect(outcome.text == "some")
        #expect(outcome.errors == "")
        #expect(outcome.status == 0)
        server.finish()
    }

    @Test func `wait does not keep it once the peer has finished`() throws {
        let (tool, _) = try talk(
            to: "c, _ = l.accept(); read_all(c); c.sendall(b'bye'); c.close()",
            "hi",
            "--wait",
            "1h"
        )
        #expect(tool.text == "bye")
        #expect(tool.status == 0)
    }

    @Test func `send-only sends all, drops what comes, and does not wait for the peer`() throws {
        let script = """
            c, _ = l.accept(); c.sendall(b'.' * 100000); data = read_all(c); print(len(data), flush=True); sys.stdin.read()
            """
        let server = try Program.python(Script.server(script))
        let tool = try Program.sockeye("connect", server.firstLine(), "--send-only")
        tool.write(String(repeating: "x", count: 3_000_000))
        let outcome = tool.finish()
        #expect(outcome.text == "")
        #expect(outcome.errors == "")
        #expect(outcome.status == 0)
        #expect(server.finish().text.hasSuffix("\n3000000\n"))
    }

    @Test func `receive-only leaves standard input alone`() throws {
        let script =
            "import select\nc, _ = l.accept(); c.sendall(b'all'); print(select.select([c], [], [], 0.3)[0]); c.close()"
        let server = try Program.python(Script.server(script))
        let port = try server.firstLine()
        let tool = Program.sockeyePath
        let line = "printf 'for cat' | { '\(tool)' connect \(port) --receive-only; cat; }"
        let outcome = try Program.shell(line).finish()
        #expect(outcome.text == "allfor cat")
        #expect(outcome.errors == "")
        #expect(server.finish().text.hasSuffix("\n[]\n"))
    }

    @Test func `crlf ends lines as the internet's protocols want them`() throws {
        let (_, peer) = try talk(to: "c, _ = l.accept(); print(read_all(c)); c.close()", "a\nb\r\n\nc", "--crlf")
        #expect(peer.text.hasSuffix("\nb'a\\r\\nb\\r\\n\\r\\nc'\n"))
    }

    @Test(
        arguments: [
            ([[0x0A]], [0x0D, 0x0A]), ([[0x0D, 0x0A]], [0x0D, 0x0A]), ([[0x0D], [0x0A]], [0x0D, 0x0A]),
            ([[0x61, 0x0A, 0x0A]], [0x61, 0x0D, 0x0A, 0x0D, 0x0A]), ([[0x0D], [], [0x0A]], [0x0D, 0x0A]), ([[]], []),
        ] as [([[UInt8]], [UInt8])]
    )
    func `a return is inserted once, however the bytes are cut`(pieces: [[UInt8]], result: [UInt8]) {
        var inserter = ReturnInserter()
        #expect(pieces.flatMap { inserter.take($0) } == result)
    }

    // MARK: Again

    @Test func `retry waits for a server that is starting`() throws {
        let port = try Peers.closedPort()
        let tool = try Program.sockeye("connect", "127.0.0.1:\(port)", "--retry", "1000", "--every", "50ms")
        try tool.wait(for: "connection refused (ECONNREFUSED); 1000 more attempts, in 0.05 seconds\n")
        let server = try Program.python(
            Script.prelude + """
                l = socket.socket(); l.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                l.bind(('127.0.0.1', \(port))); l.listen(); c, _ = l.accept(); print(read_all(c)); c.sendall(b'ok'); c.close()
                """
        )
        tool.write("hi")
        let outcome = tool.finish()
        #expect(outcome.text == "ok")
        #expect(outcome.status == 0)
        #expect(server.finish().text == "b'hi'\n")
    }

    @Test func `retry gives up in the end`() throws {
        let port = try Peers.closedPort()
        let outcome = try Program.sockeye("connect", "127.0.0.1:\(port)", "--retry", "3", "--every", "10ms").finish()
        #expect(outcome.text == "")
        #expect(outcome.status == 1)
        #expect(outcome.errors.ranges(of: "more attempt").count == 3)
        #expect(outcome.errors.contains("sockeye: could not connect to 127.0.0.1:\(port)"))
    }

    @Test func `a signal ends the pause between two attempts`() throws {
        let tool = try Program.sockeye("connect", "127.0.0.1:\(Peers.closedPort())", "--retry", "3", "--every", "1h")
        try tool.wait(for: "more attempts")
        tool.send(SIGINT)
        #expect(tool.finish(closingInput: false).status == 1)
    }

    @Test(arguments: [
        (["--send-only", "--receive-only"], "Choose one"),
        (["--receive-only", "--wait", "1s"], "--receive-only sends"),
        (["--send-only", "--wait", "1s"], "--send-only does not"), (["--every", "1s"], "--every is the pause"),
        (["--retry", "-1"], "retry"), (["--crlf", "--framing", "lines"], "--crlf and --framing"),
        (["--reconnect", "--receive-only"], "--reconnect sends"),
    ])
    func `what does not go together is wrong usage`(options: [String], words: String) throws {
        let outcome = try Program.sockeye(arguments: ["connect", "1"] + options).finish()
        #expect(outcome.status == 64)
        #expect(outcome.text == "")
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
}
