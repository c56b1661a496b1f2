import Foundation
import TestSupport
import Testing

/// `sockeye relay` between a client and a server in Python.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct RelayTests {
    @Test func `both sides are shown, with time, direction and size`() throws {
        let run = try RelayRun(server: "d = c.recv(99); c.sendall(b'Got it!'); read_all(c); c.close()")
        #expect(try run.client("s.sendall(b'hi'); print(s.recv(99)); s.close()") == "b'Got it!'\n")
        try run.relay.wait(for: "over: 2 bytes from the client, 7 bytes from the server")
        let outcome = run.end()
        #expect(outcome.text == "hiGot it!")
        #expect(outcome.errors.contains(#/\d+\.\d{3} #1 client → server  2 bytes\n/#))
        #expect(outcome.errors.contains("#1 server → client  7 bytes\n"))
        #expect(outcome.errors.contains("#1 client has finished sending\n"))
        #expect(!outcome.errors.contains("\u{1B}"))
    }

    @Test func `hex shows numbers, and none shows nothing`() throws {
        let body = "d = c.recv(99); c.sendall(b'\\x00\\xff'); read_all(c); c.close()"
        let hex = try RelayRun(server: body, "--show", "hex")
        _ = try hex.client("s.sendall(b'hi'); s.recv(99); s.close()")
        try hex.relay.wait(for: "over:")
        let text = hex.end().text
        #expect(text.contains("00000000  68 69 "))
        #expect(text.contains("00000000  00 ff "))
        let none = try RelayRun(server: body, "--show", "none", "--quiet")
        _ = try none.client("s.sendall(b'hi'); s.recv(99); s.close()")
        #expect(none.serversWords() == "")
        let outcome = none.end()
        #expect(outcome.text == "")
        #expect(outcome.errors.split(separator: "\n").count == 1)
    }

    @Test func `with a framing whole messages are shown, however they are cut`() throws {
        let server =
            "assert read_all(c) == b'\\x00\\x05hello\\x00\\x00\\x00\\x02hi'; c.sendall(b'\\x00\\x01!GET'); c.close()"
        let run = try RelayRun(server: server, "--framing", "length:2")
        let body = """
            for b in b'\\x00\\x05hello\\x00\\x00\\x00\\x02hi': s.sendall(bytes([b]))
            s.shutdown(1); read_all(s)
            """
        _ = try run.client(body)
        try run.relay.wait(for: "over: 13 bytes")
        let outcome = run.end()
        #expect(outcome.text == "hello\n\nhi\n!\n")
        #expect(outcome.errors.contains("client → server  message of 5 bytes\n"))
        #expect(outcome.errors.contains("server → client  no message: "), "\(outcome.errors)")
    }

    @Test func `what is no message is shown as it came`() throws {
        let run = try RelayRun(server: "c.sendall(b'GET / HTTP/1.1'); c.close()", "--framing", "length:4")
        _ = try run.client("read_all(s)")
        try run.relay.wait(for: "over:")
        let outcome = run.end()
        #expect(outcome.text == "GET / HTTP/1.1")
        #expect(
            outcome.errors.contains("no message: ") && outcome.errors.contains("from here on the bytes as they come")
        )
    }

    @Test func `messages are events of their own in JSON`() throws {
        let run = try RelayRun(server: "print(read_all(c)); c.close()", "--framing", "lines", "--json")
        _ = try run.client("s.sendall(b'one\\ntwo\\n'); s.shutdown(1); read_all(s)")
        try run.relay.wait(for: "\"close\"", in: .output)
        let lines = run.end().text.split(separator: "\n").filter { $0.contains("\"message\"") }
        #expect(lines.count == 2)
        #expect(lines[0].hasSuffix(#""event":"message","side":"client","bytes":3,"text":"one"}"#))
    }

    @Test func `a late answer to a client that has finished arrives`() throws {
        let run = try RelayRun(server: "d = read_all(c); c.sendall(b'late: ' + d); c.close()")
        #expect(try run.client("s.sendall(b'hi'); s.shutdown(1); print(read_all(s))") == "b'late: hi'\n")
        _ = run.end()
    }

    @Test func `a server that has finished is still sent to`() throws {
        let run = try RelayRun(server: "c.sendall(b'enough'); c.shutdown(1); print(read_all(c))")
        let body = "print(read_all(s)); s.sendall(b'one'); s.sendall(b'two'); s.close()"
        #expect(try run.client(body) == "b'enough'\n")
        #expect(run.serversWords() == "b'onetwo'")
        _ = run.end()
    }

    @Test func `a reset by the client is a reset for the server`() throws {
        let server = """
            c.sendall(b'go'); assert read_exactly(c, 4) == b'half'
            try: print(c.recv(1))
            except ConnectionResetError: print('reset')
            """
        let run = try RelayRun(server: server)
        _ = try run.client("read_exactly(s, 2); s.sendall(b'half'); reset(s)")
        #expect(run.serversWords() == "reset")
        #expect(run.end().errors.contains("client has reset the connection"))
    }

    @Test func `a reset by the server is a reset for the client, after what it had said`() throws {
        let run = try RelayRun(server: "c.recv(1); c.sendall(b'last words'); reset(c)")
        let body = """
            s.sendall(b'1234')
            d = b''
            try:
                while True:
                    p = s.recv(99)
                    if not p: print('end'); break
                    d += p
            except ConnectionResetError: print(d, 'reset')
            """
        #expect(try run.client(body) == "b'last words' reset\n")
        _ = run.end()
    }

    @Test func `100 MB pass unchanged, both ways at once`() throws {
        let server = """
            import hashlib
            h = hashlib.sha256(); n = 0
            while True:
                d = c.recv(1 << 20)
                if not d: break
                h.update(d); n += len(d); c.sendall(d)
            c.close(); print(n, h.hexdigest())
            """
        let run = try RelayRun(server: server, "--show", "none", "--quiet")
        let body = """
            import hashlib, os
            block = os.urandom(1_000_000); sent, back = hashlib.sha256(), hashlib.sha256()
            def send():
                for i in range(100):
                    d = block[i:] + block[:i]; sent.update(d); s.sendall(d)
                s.shutdown(1)
            t = threading.Thread(target=send); t.start(); n = 0
            while True:
                d = s.recv(1 << 20)
                if not d: break
                back.update(d); n += len(d)
            t.join(); print(n, back.hexdigest() == sent.hexdigest(), sent.hexdigest())
            """
        let words = try run.client(body).split(separator: " ")
        #expect(words.prefix(2) == ["100000000", "True"])
        #expect(run.serversWords() == "100000000 \(words[2].trimmingCharacters(in: .newlines))")
        _ = run.end()
    }

    @Test func `a server that does not read blocks the client, and the relay's memory stays small`() throws {
        let server = """
            sys.stdin.readline(); n = 0
            while True:
                d = c.recv(1 << 20)
                if not d: break
                n += len(d)
            print(n)
            """
        let run = try RelayRun(server: server, "--show", "none", "--explain")
        let client = try Program.python(
            Script.client("s.sendall(bytes(200_000_000)); s.shutdown(1); print(s.recv(1))"),
            run.port
        )
        // The word comes from the relay, and not from a clock: the send to the server waits.
        let words = try run.relay.wait(for: "the server does not read, or too slowly, and the buffers")
        #expect(!words.contains("client has finished sending"))
        run.server.write("go\n")
        try run.relay.wait(for: "the server reads again")
        #expect(client.finish().text == "b''\n")
        #expect(run.serversWords() == "200000000")
        let status = try String(contentsOfFile: "/proc/\(run.relay.id)/status", encoding: .utf8)
        let peak = try #require(status.firstMatch(of: #/VmHWM:\s+(\d+) kB/#)).output.1
        #expect(try #require(Int(peak)) < 100_000)
        _ = run.end()
    }

    @Test func `a target that is not there resets the client, and says why`() throws {
        // Bound, and not listening: nobody else can get the port meanwhile.
        let holder = try Program.python(
            "import socket, sys; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1]); sys.stdin.read()"
        )
        let port = try holder.firstLine()
        let relay = try Program.sockeye("relay", "0", "127.0.0.1:\(port)", "--once")
        // The reset may come before `connect` has returned.
        let client = Script.prelude + "try: print(connect().recv(9))\nexcept ConnectionResetError: print('reset')"
        #expect(try Program.python(client, relay.port()).finish().text == "reset\n")
        let outcome = relay.finish(closingInput: false)
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("could not connect to 127.0.0.1:\(port)"))
        #expect(outcome.errors.contains("sockeye serve \(port)"), "\(outcome.errors)")
    }

    @Test func `no descriptor is left when clients and servers come and go in every way`() throws {
        let server = """
            c.close()
            for i in range(60):
                c, _ = l.accept()
                try:
                    c.recv(1)
                    if i % 3 == 0: reset(c)
                    elif i % 3 == 1: c.close()
                    else: c.sendall(b'x'); read_all(c); c.close()
                except ConnectionResetError: c.close()
            """
        let run = try RelayRun(server: server, "--show", "none", "--quiet")
        func descriptors() throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/\(run.relay.id)/fd").count
        }
        _ = try run.client("print(s.recv(1))")
        let before = try descriptors()
        let body = """
            s.close()
            for i in range(60):
                s = connect(); s.sendall(b'abc')
                try: s.recv(9)
                except ConnectionResetError: pass
                if i % 2: reset(s)
                else: s.close()
            """
        // That is one more than the server takes: the last is refused.
        _ = try run.client(body)
        run.server.send(SIGTERM)
        // Everything is closed when the relay has nothing to close any more: it is asked until then.
        let deadline = Date(timeIntervalSinceNow: Program.watchdogSeconds)
        while try descriptors() > before, Date() < deadline {}
        #expect(try descriptors() <= before)
        _ = run.end()
    }

    @Test func `a reader that has seen enough ends it quietly`() throws {
        let server = try Program.python(Script.server("c, _ = l.accept(); read_all(c)"))
        let line = "\(Program.sockeyePath) relay 0 \(try server.firstLine()) | head -c 2; echo; echo ${PIPESTATUS[0]}"
        let relay = try Program("/bin/bash", ["-c", line])
        let client = try Program.python(
            Script.client("for _ in range(99999):\n  try: s.sendall(b'hi')\n  except OSError: break"),
            try relay.port()
        )
        client.finish()
        #expect(relay.finish().text == "hi\n0\n")
        server.send(SIGTERM)
    }
}
