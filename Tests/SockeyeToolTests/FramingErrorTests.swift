import Foundation
import TestSupport
import Testing

@testable import SockeyeCLI

/// What goes wrong with messages, and what a person reads then.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct FramingErrorTests {
    private func expect(_ text: String, _ parts: [String], location: SourceLocation = #_sourceLocation) {
        for part in ["sockeye: could not ", "what happened:", "likely cause:", "try next:"] + parts {
            #expect(text.contains(part), "\(part) in \(text)", sourceLocation: location)
        }
    }

    // MARK: What comes

    @Test(arguments: [
        (
            "length:4", "s.sendall(b'HTTP/1.1 400\\r\\n')",
            [#"these four bytes are the text "HTTP", not a length"#, "sends text", "--framing lines"]
        ),
        (
            "length:4", "s.sendall(struct.pack('<I', 5) + b'hello')",
            ["in little-endian order it would be 5", "the other byte order", "--framing length:4le"]
        ),
        (
            "length:2le", "s.sendall(struct.pack('>H', 65000) + b'hello')",
            ["of the 59645 bytes of a message had come", "another framing"]
        ),
        ("length:8", "s.sendall(b'\\xff' * 8)", ["above the limit of 65536", "do not use the same framing"]),
        ("lines", "s.sendall(b'x' * 65537 + b'\\n')", ["a line is longer than 65536 bytes", "--max-message 16M"]),
        ("fixed:100", "s.sendall(b'abc')", ["3 of the 100 bytes of a message had come", "broke off"]),
        (#"delimiter:\0"#, "s.sendall(b'abc')", ["3 bytes had come, without"]),
        ("varint", "s.sendall(b'\\xff' * 12)", ["could not read a message from 127.0.0.1:"]),
    ])
    func `what is no message is explained, with what it may be`(framing: String, peer: String, parts: [String]) throws {
        let server = try Program.python(Script.server("s, _ = l.accept(); \(peer); s.shutdown(1); read_all(s)"))
        let outcome = try Program.sockeye("connect", server.firstLine(), "--framing", framing).finish()
        #expect(outcome.text == "")
        #expect(outcome.status == 1)
        expect(outcome.errors, parts)
        server.finish()
    }

    @Test func `messages before the one that is none are printed`() throws {
        let body = "s, _ = l.accept(); s.sendall(b'\\0\\2hi' + b'GET / HTTP/1.1'); read_all(s)"
        let server = try Program.python(Script.server(body))
        let arguments = ["connect", try server.firstLine(), "--framing", "length:2", "--max-message", "1K"]
        let outcome = try Program.sockeye(arguments: arguments).finish()
        #expect(outcome.text == "hi\n")
        #expect(outcome.status == 1)
        expect(outcome.errors, [#"these two bytes are the text "GE""#])
        server.finish()
    }

    @Test func `one client's mistake is told, and the others are served on`() throws {
        let server = try Program.sockeye("serve", "--framing", "length:4", "--reply", "ok", "0")
        let port = try server.port()
        let body = "s.sendall(b'GET / HTTP/1.1\\r\\n\\r\\n'); print(read_all(s))"
        #expect(try Program.python(Script.client(body), port).finish().text == "b''\n")
        let good = "s.sendall(b'\\0\\0\\0\\2hi'); print(read_exactly(s, 6))"
        #expect(try Program.python(Script.client(good), port).finish().text == "b'\\x00\\x00\\x00\\x02ok'\n")
        server.send(SIGINT)
        let outcome = server.finish(closingInput: false)
        #expect(outcome.text == "hi\n")
        #expect(outcome.status == 0)
        expect(outcome.errors, [#"these four bytes are the text "GET ""#, "sockeye serve 0 --framing lines"])
    }

    @Test(
        arguments: [
            ("length:2", 60_000, 100, "--framing length:2"),
            ("length:2le", 70_000, nil, "--framing length:4le --max-message 128K"),
            ("length:1", 300, nil, "--framing length:4"), ("length:1", 200, 100, "--framing length:1"),
            ("length:4", 100_000, nil, "--framing length:4 --max-message 128K"), ("varint", 17, 16, "--framing varint"),
            ("lines", 1 << 20, nil, "--framing lines --max-message 1M"), ("fixed:3", 5, nil, "--framing fixed:5"),
            ("length:4", (1 << 30) + 1, nil, nil), ("length:2", 65_535, nil, nil), ("fixed:3", 3, nil, nil),
            ("lines", 65_536, nil, nil),
        ] as [(String, Int, Int?, String?)]
    )
    func `what is proposed for a longer message can carry it`(
        framing: String,
        count: Int,
        maximum: Int?,
        options: String?
    ) throws {
        #expect(try TypedFraming(parsing: framing).options(for: count, maximum: maximum) == options)
    }

    @Test func `a longer message than is allowed for is taken when told so`() throws {
        let body = "s, _ = l.accept(); s.sendall(b'\\0\\x78' + b'x' * 120); read_all(s)"
        let server = try Program.python(Script.server(body))
        let port = try server.firstLine()
        let outcome = try Program.sockeye("connect", port, "--framing", "length:2", "--max-message", "100").finish()
        expect(
            outcome.errors,
            ["a message of 120 bytes is above the limit of 100", "takes longer ones:", "--framing length:2\n"]
        )
        #expect(!outcome.errors.contains("16M"))
        server.finish()
    }

    // MARK: What is to be sent

    @Test func `a line that cannot be carried ends a pipe after the lines before it`() throws {
        let server = try Program.sockeye("serve", "--framing", "fixed:3", "--discard", "0")
        let tool = try Program.sockeye("connect", "--framing", "fixed:3", server.port())
        tool.write("one\ntwo\nthree\nsix\n")
        let outcome = tool.finish()
        #expect(outcome.status == 1)
        expect(outcome.errors, ["send line 3 of standard input", "a message of 5 bytes; here each has 3"])
        server.send(SIGINT)
        #expect(server.finish(closingInput: false).text == "one\ntwo\n")
    }

    @Test(arguments: [["--framing", "length:4", "--max-message", "1K"], ["--reconnect"]])
    func `an input without newlines does not fill the memory`(options: [String]) throws {
        let server = try Program.sockeye("serve", "--quiet", "0")
        let port = try server.port()
        let tool = Program.sockeyePath
        // 1 GB of it, in an address space that could not hold it.
        let line =
            "ulimit -v 2000000; head -c 1000000000 /dev/zero | '\(tool)' connect \(port) \(options.joined(separator: " "))"
        let outcome = try Program.shell(line).finish()
        #expect(outcome.status == 1)
        expect(outcome.errors, ["take line 1 of standard input", "the line is longer than"])
        server.send(SIGINT)
        server.finish()
    }

    // MARK: What is typed

    @Test(arguments: [
        (["--framing", "lenght:2"], "\"lenght:2\" is no framing"), (["--framing", "length:3"], "1, 2, 4 or 8 bytes"),
        (["--framing", "length"], "is no framing"), (["--framing", "length:2xe"], "1, 2, 4 or 8 bytes"),
        (["--framing", "fixed:0"], "from 1 to 1G"), (["--framing", "fixed:"], "from 1 to 1G"),
        (["--framing", "delimiter:"], "lacks the text"), (["--framing", #"delimiter:\q"#], "before something else"),
        (["--framing", #"delimiter:\x1"#], "before something else"), (["--framing", ""], "is no framing"),
        (["--framing", "lines:3"], "is no framing"),
    ])
    func `a wrong framing names the right ones`(options: [String], words: String) throws {
        for command in [["serve", "0"], ["connect", "1"]] {
            let outcome = try Program.sockeye(arguments: command + options).finish()
            #expect(outcome.status == 64)
            #expect(outcome.text == "")
            #expect(outcome.errors.contains(words), "\(outcome.errors)")
            let forms =
                "lines, length:1, length:2, length:4 or length:8 (length:4le for the lowest byte first), varint, "
            #expect(outcome.errors.contains(forms), "\(outcome.errors)")
        }
    }

    @Test(arguments: [
        (["--max-message", "1K"], "needs --framing"),
        (["--framing", "none", "--max-message", "1K"], "needs --framing"),
        (["--framing", "lines", "--max-message", "0"], "invalid"),
        (["--framing", "lines", "--max-message", "2G"], "invalid"),
        (["--framing", "fixed:2K", "--max-message", "1K"], "above --max-message 1024"),
    ])
    func `a wrong limit is wrong usage`(options: [String], words: String) throws {
        let outcome = try Program.sockeye(arguments: ["connect", "1"] + options).finish()
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }

    @Test func `a reply that a framing cannot carry is wrong usage`() throws {
        let outcome = try Program.sockeye("serve", "--framing", "fixed:3", "0").finish()
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains(#"cannot carry the reply "Got it!": a message of 7 bytes; here each has 3"#))
    }

    @Test(
        arguments: [
            ("1", 1), ("64K", 65_536), ("64k", 65_536), ("1M", 1 << 20), ("1G", 1 << 30), ("0", nil), ("", nil),
            ("K", nil), ("+1", nil), ("-1", nil), ("1.5M", nil), ("2G", nil), ("99999999999999999999", nil),
            ("1KB", nil), ("9223372036854775807M", nil),
        ] as [(String, Int?)]
    )
    func `a size is read as it is typed`(text: String, count: Int?) {
        #expect(TypedSize(argument: text)?.byteCount == count)
    }
}
