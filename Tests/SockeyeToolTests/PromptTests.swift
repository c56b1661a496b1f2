import Foundation
import TestSupport
import Testing

@testable import SockeyeCLI

/// The line that a person types at the prompt: its keys as a table, and a terminal that Python plays.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct PromptTests {
    /// What is typed, and the lines that come of it.
    static let rows: [(typed: String, lines: [String])] = [
        ("abc\n", ["abc"]), ("a\nb\n", ["a", "b"]), ("\n", [""]), ("abd\u{7F}c\n", ["abc"]), ("\u{7F}\u{8}a\n", ["a"]),
        ("bc\u{1B}[Da\n", ["bac"]), ("bc\u{1}a\n", ["abc"]), ("bc\u{1B}[Ha\u{1B}[Fd\n", ["abcd"]),
        ("bc\u{1B}OHa\u{1B}OFd\n", ["abcd"]), ("bc\u{1B}[1~a\u{1B}[4~d\n", ["abcd"]),
        ("ab\u{1B}[D\u{1B}[3~c\n", ["ac"]),
        ("ab\u{1B}[D\u{4}c\n", ["ac"]), ("one two\u{17}x\n", ["one x"]), ("one two  \u{17}x\n", ["one x"]),
        ("abc\u{1B}[D\u{B}d\n", ["abd"]), ("abc\u{1B}[D\u{15}d\n", ["dc"]),
        ("one\ntwo\n\u{1B}[A\n", ["one", "two", "two"]),
        ("one\ntwo\n\u{1B}[A\u{1B}[A\n", ["one", "two", "one"]), ("one\nx\u{1B}[A\u{1B}[B\n", ["one", "x"]),
        ("one\n\u{10}!\n\u{10}\n", ["one", "one!", "one!"]),
        ("same\nsame\n\u{1B}[A\u{1B}[A\n", ["same", "same", "same"]),
        ("é\u{7F}x\n", ["x"]), ("aé\u{1B}[Db\n", ["abé"]), ("e\u{301}\u{7F}x\n", ["x"]), ("👩‍👧\u{7F}x\n", ["x"]),
        ("\u{1B}[1;5Ca\u{1B}[200~b\n", ["ab"]), ("a\u{0}\u{3}b\n", ["ab"]), ("a\u{1B}xb\n", ["ab"]),
        ("a\tb\n", ["a\tb"]),
    ]

    @Test(arguments: 0..<rows.count)
    func `keys make lines, however their bytes are cut`(index: Int) {
        let bytes = Array(Self.rows[index].typed.utf8)
        for size in [1, 2, 3, bytes.count] {
            var (keys, editor, lines) = (KeyDecoder(), LineEditor(), [String]())
            for start in stride(from: 0, to: bytes.count, by: size) {
                keys.append(Array(bytes[start..<min(start + size, bytes.count)]))
                while let key = keys.next() {
                    if case .line(let line) = editor.press(key) { lines.append(line) }
                }
            }
            #expect(lines == Self.rows[index].lines, "in pieces of \(size)")
        }
    }

    @Test func `a prompt for datagrams has the same keys, and a history`() throws {
        let script = """
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])
            for i in range(3):
                d, peer = s.recvfrom(99); print(d); s.sendto(b'got ' + d, peer)
            """
        let server = try Program.python(Script.prelude + script)
        let steps = [
            ["> ", "onetwo\u{1B}[D\u{1B}[D\u{1B}[D \n"], ["got one two", "other\n"],
            ["got other", "\u{1B}[A\u{1B}[A\n"], ["got one two", "exit\n"],
        ]
        let outcome = try Terminal.play(steps, ["connect", "udp:127.0.0.1:\(server.firstLine())"])
        #expect(outcome.status == 0)
        #expect(server.finish().text.split(separator: "\n").dropFirst() == ["b'one two'", "b'other'", "b'one two'"])
    }

    @Test func `bytes that are no text do not stop the keys`() {
        for bytes in [[0xFF], [0xC3, 0x28], [0xE2, 0x28], [0xF0, 0x9F, 0x28], [0x80], [0xED, 0xA0, 0x80]] as [[UInt8]] {
            var (keys, editor) = (KeyDecoder(), LineEditor())
            keys.append(bytes + Array("x\n".utf8))
            var line: String?
            while let key = keys.next() {
                if case .line(let text) = editor.press(key) { line = text }
            }
            #expect(line?.hasSuffix("x") == true)
        }
    }

    @Test func `a line that is too long for the terminal is shown around the cursor`() {
        var editor = LineEditor()
        for character in "0123456789abcdef" { _ = editor.press(.character(character)) }
        #expect(editor.drawing(prompt: "> ", columns: 80) == "\r\u{1B}[K> 0123456789abcdef")
        #expect(editor.drawing(prompt: "> ", columns: 11) == "\r\u{1B}[K> 89abcdef")
        _ = editor.press(.home)
        #expect(editor.drawing(prompt: "> ", columns: 11) == "\r\u{1B}[K> 01234567\u{1B}[8D")
        #expect(editor.drawing(prompt: "> ", columns: 1).hasPrefix("\r\u{1B}[K> "))
        var wide = LineEditor()
        for character in "日本語" { _ = wide.press(.character(character)) }
        _ = wide.press(.left)
        #expect(wide.drawing(prompt: "> ", columns: 80) == "\r\u{1B}[K> 日本語\u{1B}[2D")
    }

    // MARK: On a terminal

    @Test func `arrow keys bring lines back and change them`() throws {
        let server = try Program.sockeye("serve", "--echo", "0")
        let port = try server.port()
        let up = "\u{1B}[A"
        let outcome = try Terminal.play(
            [
                ["> ", "one\n"], ["one\r\none\r\n", ""], ["> ", "two\n"], ["two\r\ntwo\r\n", ""],
                ["> ", up + up + "!\n"],
                ["one!\r\none!\r\n", ""], ["> ", "ax\u{1B}[Db\n"], ["abx\r\nabx\r\n", "exit\n"],
            ],
            ["connect", port]
        )
        #expect(outcome.status == 0)
        server.send(SIGINT)
        #expect(server.finish(closingInput: false).text == "onetwoone!abx")
    }

    @Test func `what comes does not garble the line that is being typed`() throws {
        let script = """
            go = listen(); c, _ = l.accept(); c.sendall(b'ready')
            go.accept(); c.sendall(b'in between'); print(read_all(c)); c.close()
            """
        let peer = try Program.python(Script.server(script))
        let ports = try peer.wait(for: "\n", times: 2, in: .output).split(separator: "\n").map(String.init)
        let outcome = try Terminal.play(
            [
                ["ready\r\n", ""], ["> ", "half a l"], ["half a l", "", ports[1]], ["in between\r\n", "ine\n"],
                ["half a line\r\n", "exit\n"],
            ],
            ["connect", ports[0]]
        )
        #expect(outcome.status == 0)
        // The line is taken away, the message stands alone, and the line is there again.
        #expect(outcome.text.contains("> half a l\r\u{1B}[Kin between\r\n\r\u{1B}[K> half a l"), "\(outcome.text)")
        #expect(peer.finish().text.hasSuffix("b'half a line'\n"))
    }

    @Test func `the terminal is given back as it was`() throws {
        let server = try Program.sockeye("serve", "0")
        let port = try server.port()
        for ending in ["exit\n", "\u{4}", "\u{3}"] {
            let script =
                "stty -g > /tmp/x.$$; \(Program.sockeyePath) connect \(port); stty -g | cmp - /tmp/x.$$ && echo same; rm /tmp/x.$$"
            let outcome = try Terminal.play([["> ", ending]], ["-c", "trap '' INT; " + script], program: "/bin/sh")
            #expect(outcome.text.contains("same\r\n"), "\(outcome.text)")
        }
        server.send(SIGINT)
        server.finish()
    }

    @Test func `a terminal that cannot move its cursor keeps its own editing`() throws {
        let server = try Program.sockeye("serve", "--echo", "0")
        let port = try server.port()
        let outcome = try Terminal.play(
            [["> ", "hi\n"], ["hi\r\nhi", ""], ["> ", "exit\n"]],
            ["connect", port],
            environment: ["TERM": "dumb"]
        )
        #expect(outcome.status == 0)
        server.send(SIGINT)
        #expect(server.finish(closingInput: false).text == "hi")
    }

    @Test func `Ctrl-Z stops, and the line is there again afterwards`() throws {
        let server = try Program.sockeye("serve", "--echo", "0")
        let port = try server.port()
        let script = "set -m; \(Program.sockeyePath) connect \(port); echo stopped; fg > /dev/null; echo done"
        let outcome = try Terminal.play(
            [
                ["> ", "half\u{1A}"], ["stopped\r\n", ""], ["> half", " line\n"], ["half line\r\nhalf line\r\n", ""],
                ["> ", "exit\n"],
            ],
            ["-c", script],
            program: "/bin/bash"
        )
        #expect(outcome.text.hasSuffix("done\r\n"), "\(outcome.text)")
        server.send(SIGINT)
        #expect(server.finish(closingInput: false).text == "half line")
    }

    @Test func `crlf sends a whole line, an empty one too`() throws {
        let peer = try Program.python(Script.server("c, _ = l.accept(); print(read_all(c)); c.close()"))
        let outcome = try Terminal.play(
            [["> ", "GET /\n\n"], ["> ", "exit\n"]],
            ["connect", "--crlf", peer.firstLine()]
        )
        #expect(outcome.status == 0)
        #expect(peer.finish().text.hasSuffix("b'GET /\\r\\n\\r\\n'\n"))
    }
}
