import Foundation
import TestSupport
import Testing

/// The relay between programs that are not ours, over Unix sockets, on a terminal, and what it explains.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct RelayPeerTests {
    private func relay(to server: Program, _ options: String...) throws -> Program {
        try Program.sockeye(arguments: ["relay", "0", "127.0.0.1:\(try server.port())"] + options)
    }

    @Test(arguments: [
        ["nc.openbsd", "-N", "127.0.0.1", "PORT"], ["nc.traditional", "-q", "5", "127.0.0.1", "PORT"],
        ["ncat", "127.0.0.1", "PORT"], ["socat", "-t5", "-", "TCP4:127.0.0.1:PORT"],
    ])
    func `another client gets its echo through it`(command: [String]) throws {
        guard let path = Peers.path(command[0]) else {
            print("skipped: \(command[0]) is not installed")
            return
        }
        let server = try Program.sockeye("serve", "--echo", "0")
        let relay = try relay(to: server)
        let port = try relay.port()
        let client = try Program(path, command.dropFirst().map { $0.replacing("PORT", with: port) })
        client.write("over there\n")
        if command[0] == "nc.traditional" {
            // It ends when the server does, which an echo server does only with it.
            try client.wait(for: "over there\n", in: .output)
            client.send(SIGTERM)
            #expect(client.finish().text == "over there\n")
        } else {
            let outcome = client.finish()
            #expect(outcome.text == "over there\n")
            #expect(outcome.status == 0)
        }
        relay.send(SIGTERM)
        #expect(relay.finish().text == "over there\nover there\n")
        server.send(SIGTERM)
        #expect(server.finish().status == 0)
    }

    @Test func `curl is answered by Python's web server through it`() throws {
        guard let curl = Peers.path("curl") else {
            print("skipped: curl is not installed")
            return
        }
        let script = """
            import http.server
            class H(http.server.BaseHTTPRequestHandler):
                def do_GET(self): self.send_response(200); self.end_headers(); self.wfile.write(b'x' * 1000000)
                def log_message(self, *a): pass
            s = http.server.HTTPServer(('127.0.0.1', 0), H); print(s.server_port); s.serve_forever()
            """
        let server = try Program.python(script)
        let relay = try Program.sockeye("relay", "0", "127.0.0.1:\(try server.firstLine())", "--explain")
        let port = try relay.port()
        let arguments = ["-sS", "--noproxy", "*", "--max-time", "50", "http://127.0.0.1:\(port)/x"]
        let outcome = try Program(curl, arguments).finish()
        #expect(outcome.output.count == 1_000_000)
        #expect(outcome.status == 0)
        try relay.wait(for: "over:")
        relay.send(SIGINT)
        let shown = relay.finish()
        #expect(shown.text.hasPrefix("GET /x HTTP/1.1\r\n"))
        #expect(shown.errors.contains("the server has finished sending first"))
        #expect(shown.errors.contains("it is the server's end that stays in TIME_WAIT"))
        server.send(SIGTERM)
    }

    @Test func `TCP becomes Unix and back`() throws {
        let scratch = try Scratch()
        let server = try Program.sockeye("serve", "--echo", "0")
        let inner = try Program.sockeye(
            "relay",
            "unix:\(scratch.file("s"))",
            "127.0.0.1:\(try server.port())",
            "--explain"
        )
        try inner.wait(for: "Listening on ")
        let outer = try Program.sockeye("relay", "0", "unix:\(scratch.file("s"))", "--explain")
        let body = "s.sendall(b'hi'); s.shutdown(1); print(read_all(s))"
        #expect(try Program.python(Script.client(body), outer.port()).finish().text == "b'hi'\n")
        for relay in [outer, inner] {
            relay.send(SIGINT)
            let outcome = relay.finish()
            #expect(outcome.status == 0)
            #expect(outcome.text == "hihi")
        }
        #expect(!FileManager.default.fileExists(atPath: scratch.file("s")))
        server.send(SIGTERM)
    }

    @Test func `three sends that arrived as one receive are told`() throws {
        let run = try RelayRun(server: "print(read_all(c))", "--explain")
        let script = """
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1); print('connected'); sys.stdin.readline()
            for p in (b'one', b'two', b'three'): s.sendall(p)
            print('sent'); sys.stdin.readline()
            """
        let client = try Program.python(Script.client(script), run.port)
        try run.relay.wait(for: "ESTABLISHED")
        // A relay that is stopped cannot receive in between.
        try run.relay.stop()
        client.write("\n")
        try client.wait(for: "sent", in: .output)
        run.relay.goOn()
        try run.relay.wait(for: "3 sends (as many segments) arrived as 1 receive here")
        client.write("\n")
        client.finish()
        #expect(run.serversWords() == "b'onetwothree'")
        _ = run.end()
    }

    @Test func `two programs that wait for each other are told of`() throws {
        let run = try RelayRun(server: "f = c.makefile(); print(f.readline())", "--explain")
        let client = try Program.python(Script.client("s.sendall(b'hello'); s.recv(9)"), run.port)
        let words = try run.relay.wait(for: "both sides are waiting to read")
        #expect(words.contains("The client spoke last, and its last byte is no newline. If the server reads a line"))
        client.send(SIGKILL)
        #expect(run.serversWords() == "hello")
        _ = run.end()
    }

    @Test func `what is sent to a server that has closed is said to be lost`() throws {
        let run = try RelayRun(server: "c.recv(9); c.close()", "--explain")
        let script = """
            s.sendall(b'one'); print(s.recv(9)); sys.stdin.readline()
            s.sendall(b'two'); sys.stdin.readline()
            s.sendall(b'three'); sys.stdin.readline()
            try: s.sendall(b'four')
            except OSError as error: print(type(error).__name__)
            """
        let client = try Program.python(Script.client(script), run.port)
        try run.relay.wait(for: "The server has closed its socket, it does not read any more")
        client.write("\n")
        try run.relay.wait(for: "1 send arrived as 1 receive here. They are lost: the server has closed its socket")
        // The relay is told of the reset by its own next send.
        client.write("\n")
        try run.relay.wait(for: "the server has reset the connection (RST), and so the relay resets the client's")
        try run.relay.wait(for: " over: ")
        client.write("\n")
        #expect(client.finish().text == "b''\nBrokenPipeError\n")
        _ = run.end()
    }

    @Test func `a server that is busy is not said to wait`() throws {
        let run = try RelayRun(server: "sys.stdin.readline(); print(read_all(c))", "--explain")
        let client = try Program.python(Script.client("s.sendall(b'hello'); s.recv(9)"), run.port)
        let words = try run.relay.wait(for: "the server has not received 5 bytes that are there for it")
        #expect(!words.contains("both sides are waiting"))
        run.server.write("\n")
        client.send(SIGKILL)
        #expect(run.serversWords() == "b'hello'")
        _ = run.end()
    }

    /// What a command shows on a terminal, until a client has talked through it.
    private func onTerminal(_ environment: [String: String]) throws -> String {
        let server = try Program.python(Script.server("c, _ = l.accept(); c.sendall(b'a\\x1b[31mb'); read_all(c)"))
        let player = """
            import os, pty, re, socket, sys
            pid, fd = pty.fork()
            if pid == 0: os.execv(sys.argv[1], sys.argv[1:])
            seen, s = b'', None
            while b'over:' not in seen:
                seen += os.read(fd, 65536)
                m = re.search(rb'Listening on \\S*:(\\d+)\\r', seen)
                if m and not s: s = socket.create_connection(('127.0.0.1', int(m[1]))); s.sendall(b'hi'); s.recv(99); s.close()
            os.write(fd, b'\\x03'); os.waitpid(pid, 0); sys.stdout.buffer.write(seen)
            """
        let arguments = [Program.sockeyePath, "relay", "0", "127.0.0.1:\(try server.firstLine())"]
        return try Program(
            "/usr/bin/env",
            ["python3", "-u", "-c", player] + arguments,
            environment: ["TERM": "xterm", "NO_COLOR": ""].merging(environment) { $1 }
        ).finish().text
    }

    @Test func `on a terminal control bytes are escaped and directions have colours`() throws {
        let text = try onTerminal([:])
        #expect(text.contains(#"a\e[31mb"#))
        #expect(!text.contains("\u{1B}[31m"))
        #expect(text.contains(#/\e\[1;33m\d+\.\d+ #1 client → server  2 bytes\e\[0m/#))
        #expect(text.contains(#/\e\[1;36m\d+\.\d+ #1 server → client/#))
    }

    @Test func `with NO_COLOR there is none`() throws {
        #expect(!(try onTerminal(["NO_COLOR": "1"])).contains("\u{1B}"))
    }
}
