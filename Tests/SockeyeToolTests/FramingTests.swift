import Foundation
import TestSupport
import Testing

@testable import SockeyeCLI

/// `--framing`, against programs that frame their messages themselves.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct FramingTests {
    /// What Python's side of each framing writes for a message `m`, and reads from the socket `s`.
    struct Row: Sendable {
        let framing: String
        let pack: String
        let read: String
    }

    static let lengths: [(String, String)] = [
        ("length:1", ">B"), ("length:2", ">H"), ("length:2be", ">H"), ("length:2le", "<H"), ("length:4", ">I"),
        ("length:4le", "<I"), ("length:8", ">Q"), ("length:8LE", "<Q"),
    ]

    static let rows: [Row] =
        lengths.map { framing, format in
            Row(
                framing: framing,
                pack: "struct.pack('\(format)', len(m)) + m",
                read:
                    "read_exactly(s, struct.unpack('\(format)', read_exactly(s, \(framing.split(separator: ":")[1].prefix(1))))[0])"
            )
        } + [
            Row(framing: "lines", pack: "m + b'\\n'", read: "read_until(s, b'\\n')"),
            Row(framing: "varint", pack: "bytes([len(m)]) + m", read: "read_exactly(s, read_exactly(s, 1)[0])"),
            Row(framing: "fixed:5", pack: "m", read: "read_exactly(s, 5)"),
            Row(framing: #"delimiter:\0"#, pack: "m + b'\\0'", read: "read_until(s, b'\\0')"),
            Row(framing: #"delimiter:\x1e\r\n"#, pack: "m + b'\\x1e\\r\\n'", read: "read_until(s, b'\\x1e\\r\\n')"),
            Row(framing: "delimiter:--", pack: "m + b'--'", read: "read_until(s, b'--')"),
        ]

    private static func prelude(_ row: Row) -> String {
        """

        def read_until(s, end):
            data = b''
            while not data.endswith(end): data += read_exactly(s, 1)
            return data[:-len(end)]
        def pack(m): return \(row.pack)
        def read(s): return \(row.read)

        """
    }

    // MARK: Both ways

    @Test(arguments: 0..<rows.count)
    func `a server in Python gets each line as a message, and its messages are lines`(index: Int) throws {
        let row = Self.rows[index]
        let body = """
            s, _ = l.accept()
            print(read(s), read(s), read(s))
            # Two at once, and one in pieces of a byte: messages, however they are cut.
            m = b'hello'; two = pack(m) + pack(b'world'); s.sendall(two)
            for byte in pack(b'again'): s.sendall(bytes([byte]))
            print(read_all(s)); s.close()
            """
        let server = try Program.python(Script.server(Self.prelude(row) + body))
        let tool = try Program.sockeye("connect", server.firstLine(), "--framing", row.framing)
        tool.write("first\nother\nthird")
        let outcome = tool.finish()
        #expect(outcome.text == "hello\nworld\nagain\n")
        #expect(outcome.errors == "")
        #expect(outcome.status == 0)
        #expect(server.finish().text.hasSuffix("b'first' b'other' b'third'\nb''\n"))
    }

    @Test(arguments: 0..<rows.count)
    func `a client in Python is answered message by message`(index: Int) throws {
        let row = Self.rows[index]
        let server = try Program.sockeye("serve", "--framing", row.framing, "--reply", "reply", "0")
        let body = """
            m = b'hello'; s.sendall(pack(m) + pack(b'world')); print(read(s), read(s))
            for byte in pack(b'again'): s.sendall(bytes([byte]))
            print(read(s)); s.shutdown(1); print(read_all(s))
            """
        let client = try Program.python(Script.client(Self.prelude(row) + body), server.port()).finish()
        #expect(client.errors == "")
        #expect(client.text == "b'reply' b'reply'\nb'reply'\nb''\n")
        server.send(SIGINT)
        let outcome = server.finish(closingInput: false)
        #expect(outcome.text == "hello\nworld\nagain\n")
        #expect(outcome.status == 0)
    }

    @Test(arguments: [[], ["--quiet"]])
    func `an echo gives whole messages back, empty ones too`(options: [String]) throws {
        let server = try Program.sockeye(arguments: ["serve", "--framing", "length:2", "--echo", "0"] + options)
        let body = """
            for m in (b'', b'\\0\\n', b'x' * 60000):
                s.sendall(struct.pack('>H', len(m)) + m); assert read_exactly(s, 2 + len(m))[2:] == m
            print('done')
            """
        #expect(try Program.python(Script.client(body), server.port()).finish().text == "done\n")
        server.send(SIGTERM)
        #expect(server.finish().status == 0)
    }

    @Test func `none is what it is without a framing`() throws {
        let server = try Program.sockeye("serve", "--framing", "none", "--echo", "0")
        let tool = try Program.sockeye("connect", "--framing", "none", server.port())
        tool.write("no newline, and a \n in it")
        #expect(tool.finish().text == "no newline, and a \n in it")
        server.send(SIGINT)
        #expect(server.finish(closingInput: false).text == "no newline, and a \n in it")
    }

    @Test func `reconnect sends a message for each connection`() throws {
        let server = try Program.sockeye("serve", "--framing", "varint", "--reply", "ok", "0")
        let tool = try Program.sockeye("connect", "--framing", "varint", "--reconnect", server.port())
        tool.write("one\ntwo\n")
        let outcome = tool.finish()
        #expect(outcome.text == "ok\nok\n")
        #expect(outcome.status == 0)
        server.send(SIGINT)
        #expect(server.finish(closingInput: false).text == "one\ntwo\n")
    }

    @Test func `many lines go out in few system calls, and all arrive`() throws {
        let server = try Program.sockeye("serve", "--framing", "length:4le", "--echo", "--quiet", "0")
        let tool = try Program.sockeye("connect", "--framing", "length:4le", server.port())
        let lines = (0..<100_000).map { "message \($0)\n" }.joined()
        Thread.detachNewThread {
            tool.write(lines)
            tool.closeInput()
        }
        let outcome = tool.finish(closingInput: false)
        #expect(outcome.text == lines)
        #expect(outcome.status == 0)
        server.send(SIGINT)
        server.finish()
    }

    @Test func `nc sends lines and gets them, with either newline`() throws {
        guard let nc = Peers.path("nc") else {
            print("skipped: nc is not installed")
            return
        }
        let server = try Program.sockeye("serve", "--framing", "lines", "--echo", "0")
        let client = try Program(nc, ["-N", "127.0.0.1", server.port()])
        client.write("one\ntwo\r\nlast")
        #expect(client.finish().text == "one\ntwo\nlast\n")
        server.send(SIGINT)
        #expect(server.finish(closingInput: false).text == "one\ntwo\nlast\n")
    }

    @Test func `a file with either newline is sent as lines`() throws {
        let server = try Program.sockeye("serve", "--framing", "lines", "--discard", "0")
        let tool = try Program.sockeye("connect", "--framing", "lines", server.port())
        tool.write("one\r\ntwo\n\r\n")
        #expect(tool.finish().status == 0)
        server.send(SIGINT)
        #expect(server.finish(closingInput: false).text == "one\ntwo\n\n")
    }

    // MARK: On a terminal

    @Test func `a message is one line on a terminal, whatever is in it`() throws {
        let peer = try Program.python(
            Script.server(
                """
                s, _ = l.accept()
                def read(): return read_exactly(s, struct.unpack('>H', read_exactly(s, 2))[0])
                for m in (b'two\\nlines \\x1b[31m', 'caf\\u00e9'.encode()): s.sendall(struct.pack('>H', len(m)) + m)
                print(read(), read()); s.close()
                """
            )
        )
        let outcome = try Terminal.play(
            [[#"two\nlines \e[31m"#, "hi\n"], ["café", ""], ["> ", "\n"], ["has finished", ""]],
            ["connect", "--framing", "length:2", peer.firstLine()]
        )
        #expect(outcome.status == 0)
        #expect(!outcome.text.contains("\u{1B}[31m"))
        #expect(peer.finish().text.hasSuffix("b'hi' b''\n"))
    }

    @Test func `a line that a framing cannot carry is said at the prompt, and the next one goes out`() throws {
        let server = try Program.sockeye("serve", "--framing", "fixed:3", "--echo", "0")
        let outcome = try Terminal.play(
            [
                ["> ", "toolong\n"], ["Not sent: a message of 7 bytes; here each has 3", "yes\n"],
                ["yes\r\nyes", "exit\n"],
            ],
            ["connect", "--framing", "fixed:3", server.port()]
        )
        #expect(outcome.status == 0)
        server.send(SIGINT)
        #expect(server.finish(closingInput: false).text == "yes\n")
    }
}
