import Foundation
import TestSupport
import Testing

/// `sockeye connect` in a pipe, with Python's `socket` at the other end.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct ConnectTests {
    private func talk(
        to script: String,
        _ input: Data,
        _ options: String...
    ) throws -> (tool: Outcome, peer: Outcome) {
        let server = try Program.python(Script.server(script))
        let tool = try Program(Program.sockeyePath, ["connect", "127.0.0.1:\(server.firstLine())"] + options)
        // On a thread of its own: a peer that does not read must not hold up the test that watches it.
        Thread.detachNewThread {
            tool.write(input)
            tool.closeInput()
        }
        let outcome = tool.finish(closingInput: false)
        return (outcome, server.finish())
    }

    @Test func `one message goes out as typed, and the reply comes back`() throws {
        let (tool, peer) = try talk(
            to: "c, _ = l.accept(); print(read_all(c)); c.sendall(b'Got it!'); c.close()",
            Data("hi".utf8)
        )
        #expect(tool.text == "Got it!")
        #expect(tool.errors == "")
        #expect(tool.status == 0)
        #expect(peer.text.hasSuffix("\nb'hi'\n"))
    }

    @Test func `a reply that comes late is waited for`() throws {
        // SLEEP: the peer is slow on purpose, longer than the half second after which socat gives up.
        let script = "import time\nc, _ = l.accept(); read_all(c); time.sleep(1.5); c.sendall(b'late'); c.close()"
        let (tool, _) = try talk(to: script, Data("hi\n".utf8))
        #expect(tool.text == "late")
        #expect(tool.status == 0)
    }

    @Test func `a thousand messages pass on one connection`() throws {
        let script = """
            c, _ = l.accept(); n = 0
            for line in c.makefile('rb'):
                n += 1; c.sendall(line)
            print(n); c.close()
            """
        let lines = (0..<1000).map { "message \($0)\n" }.joined()
        let (tool, peer) = try talk(to: script, Data(lines.utf8))
        #expect(tool.text == lines)
        #expect(tool.status == 0)
        #expect(peer.text.hasSuffix("\n1000\n"))
    }

    @Test func `reconnect opens a connection for each line`() throws {
        let script = """
            for i in range(20):
                c, _ = l.accept(); m = c.recv(1024); c.sendall(b'<' + m + b'>'); c.close()
            print('done')
            """
        let lines = (0..<20).map { "\($0)\n" }.joined()
        let (tool, peer) = try talk(to: script, Data(lines.utf8), "--reconnect")
        #expect(tool.text == (0..<20).map { "<\($0)>" }.joined())
        #expect(tool.status == 0)
        #expect(peer.text.hasSuffix("done\n"))
    }

    @Test func `50 MB go and come back unchanged`() throws {
        let script = """
            c, _ = l.accept()
            while True:
                piece = c.recv(65536)
                if not piece: break
                c.sendall(piece)
            c.close()
            """
        let data = Data((0..<50_000_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) })
        let (tool, _) = try talk(to: script, data)
        #expect(tool.output == data)
        #expect(tool.status == 0)
    }

    @Test func `200 clients at once are all answered`() throws {
        let script = """
            cs = [l.accept()[0] for _ in range(200)]
            for c in cs: c.sendall(read_all(c)); c.close()
            """
        let server = try Program.python(Script.server(script))
        let port = try server.firstLine()
        let tools = try (0..<200).map { _ in try Program.sockeye("connect", port) }
        for (index, tool) in tools.enumerated() {
            tool.write("client \(index)")
            tool.closeInput()
        }
        for (index, tool) in tools.enumerated() {
            let outcome = tool.finish(closingInput: false)
            #expect(outcome.text == "client \(index)")
            #expect(outcome.status == 0)
        }
        server.finish()
    }

    @Test func `a peer that vanishes in the middle is an error, and what came is printed`() throws {
        let (tool, _) = try talk(
            to: "c, _ = l.accept(); c.recv(99); c.sendall(b'half'); c.recv(9); reset(c)",
            Data("hi".utf8)
        )
        #expect(tool.text == "half")
        #expect(tool.errors.contains("(ECONNRESET)"))
        #expect(tool.status == 1)
    }

    @Test func `a peer that finishes ends the command although standard input is open`() throws {
        let server = try Program.python(Script.server("c, _ = l.accept(); c.sendall(b'bye'); c.close()"))
        let tool = try Program.sockeye("connect", server.firstLine())
        let outcome = tool.finish(closingInput: false)
        #expect(outcome.text == "bye")
        #expect(outcome.status == 0)
        server.finish()
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func `a server that never answers is left with a signal`(signal: Int32) throws {
        let server = try Program.python(Script.server("c, _ = l.accept(); print(read_all(c)); sys.stdin.read()"))
        let tool = try Program.sockeye("connect", server.firstLine())
        tool.write("hi")
        tool.closeInput()
        try server.wait(for: "b'hi'", in: .output)
        tool.send(signal)
        let outcome = tool.finish(closingInput: false)
        #expect(outcome.text == "")
        #expect(outcome.status == 0)
        server.finish()
    }

    @Test func `a reader of standard output that goes away ends it quietly`() throws {
        let script = """
            c, _ = l.accept()
            try:
                while True: c.sendall(b'x' * 65536)
            except OSError: print('gone')
            """
        let server = try Program.python(Script.server(script))
        let port = try server.firstLine()
        let shell = try Program(
            "/bin/bash",
            ["-c", "\"$0\" connect \(port) < /dev/null | head -c 5; exit ${PIPESTATUS[0]}", Program.sockeyePath]
        )
        let outcome = shell.finish()
        #expect(outcome.text == "xxxxx")
        #expect(outcome.errors == "")
        #expect(outcome.status == 0)
        #expect(server.finish().text.hasSuffix("gone\n"))
    }
}
