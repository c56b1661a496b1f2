import Foundation
import TestSupport
import Testing

/// `sockeye serve` with Python's `socket` at the other end.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct ServeTests {
    private func client(_ body: String, of server: Program) throws -> String {
        let outcome = try Program.python(Script.client(body), server.port()).finish()
        #expect(outcome.errors == "")
        return outcome.text
    }

    private func end(_ server: Program, _ signal: Int32 = SIGINT) -> Outcome {
        server.send(signal)
        return server.finish(closingInput: false)
    }

    @Test(arguments: [(["8765", "8765"], "is given twice"), (["8765", "localhost:8765"], "are the same address")])
    func `the same address twice is wrong usage`(addresses: [String], words: String) throws {
        let outcome = try Program.sockeye(arguments: ["serve"] + addresses).finish()
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        #expect(!outcome.errors.contains("Listening"))
    }

    @Test func `nothing is said of listening before all addresses are taken`() throws {
        let holder = try Program.python(Script.server("sys.stdin.read()"))
        let outcome = try Program.sockeye("serve", "--json", "127.0.0.2:0", "127.0.0.1:\(holder.firstLine())").finish()
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("EADDRINUSE"))
        #expect(!outcome.errors.contains("Listening"), "\(outcome.errors)")
        #expect(!outcome.text.contains("listening"), "\(outcome.text)")
        holder.finish()
    }

    @Test func `one message is printed and answered`() throws {
        let server = try Program.sockeye("serve", "0")
        let text = try client("s.sendall(b'hi'); print(s.recv(1024).decode(), s.getsockname()[1])", of: server)
        let words = text.split(whereSeparator: \.isWhitespace)
        #expect(words.dropLast().joined(separator: " ") == "Got it!")
        try server.wait(for: "Connection from 127.0.0.1:\(words.last ?? "")\n")
        let outcome = end(server)
        #expect(outcome.text == "hi")
        #expect(outcome.status == 0)
        #expect(outcome.errors.contains("Only this computer can reach it"))
        #expect(outcome.errors.contains("sockeye serve '*:"))
    }

    @Test func `a thousand messages on one connection are answered one by one`() throws {
        let server = try Program.sockeye("serve", "--echo", "0")
        let body = """
            for i in range(1000):
                m = b'message %d' % i; s.sendall(m)
                assert read_exactly(s, len(m)) == m
            print('done')
            """
        #expect(try client(body, of: server) == "done\n")
        let outcome = end(server)
        #expect(outcome.text.hasPrefix("message 0message 1message 2"))
        #expect(outcome.text.hasSuffix("message 999"))
        #expect(outcome.status == 0)
    }

    @Test func `a new connection for each message is served`() throws {
        let server = try Program.sockeye("serve", "--reply", "ok", "0")
        let body = """
            s.close()
            for i in range(100):
                with connect() as c:
                    c.sendall(b'x'); assert c.recv(99) == b'ok'
            print('done')
            """
        #expect(try client(body, of: server) == "done\n")
        let outcome = end(server)
        #expect(outcome.text == String(repeating: "x", count: 100))
        #expect(outcome.errors.matches(of: #/Connection from 127/#).count == 101)
    }

    @Test func `200 clients at once are all served`() throws {
        let server = try Program.sockeye("serve", "--echo", "--quiet", "--loops", "2", "0")
        let body = """
            all = [s] + [connect() for _ in range(199)]
            for i, c in enumerate(all): c.sendall(b'%03d' % i)
            for i, c in enumerate(all): assert read_exactly(c, 3) == b'%03d' % i
            print(len(all))
            """
        #expect(try client(body, of: server) == "200\n")
        let outcome = end(server, SIGTERM)
        #expect(outcome.text == "")
        #expect(outcome.errors.split(separator: "\n").count == 1)
        #expect(outcome.status == 0)
    }

    @Test func `a message of 50 MB comes back whole`() throws {
        let server = try Program.sockeye("serve", "--echo", "--quiet", "0")
        let body = """
            import hashlib, os
            data = os.urandom(50_000_000)
            t = threading.Thread(target=lambda: (s.sendall(data), s.shutdown(socket.SHUT_WR))); t.start()
            back = read_all(s); t.join()
            print(len(back), back == data)
            """
        #expect(try client(body, of: server) == "50000000 True\n")
        #expect(end(server).status == 0)
    }

    @Test func `a client that vanishes is told of, and the others go on`() throws {
        let server = try Program.sockeye("serve", "0")
        let body = "s.sendall(b'half a mess'); s.recv(1); reset(s)"
        #expect(try client(body, of: server) == "")
        try server.wait(for: "has vanished in the middle of the conversation: connection reset by peer (ECONNRESET)\n")
        #expect(try client("s.sendall(b'hi'); print(s.recv(99).decode())", of: server) == "Got it!\n")
        #expect(end(server).status == 0)
    }

    @Test func `a character in two pieces reaches a pipe unchanged`() throws {
        let server = try Program.sockeye("serve", "0")
        let body = "s.sendall(b'caf\\xc3'); s.recv(99); s.sendall(b'\\xa9\\x1b[31m\\xff'); s.recv(99)"
        _ = try client(body, of: server)
        #expect(end(server).output == Data(Array("café\u{1B}[31m".utf8) + [0xFF]))
    }

    @Test func `once serves one connection and ends`() throws {
        let server = try Program.sockeye("serve", "--once", "0")
        #expect(try client("s.sendall(b'hi'); s.shutdown(1); print(read_all(s).decode())", of: server) == "Got it!\n")
        let outcome = server.finish(closingInput: false)
        #expect(outcome.text == "hi")
        #expect(outcome.status == 0)
    }

    @Test func `discard prints but answers nothing`() throws {
        let server = try Program.sockeye("serve", "--discard", "0")
        #expect(try client("s.sendall(b'hi'); s.shutdown(1); print(read_all(s))", of: server) == "b''\n")
        #expect(end(server).text == "hi")
    }

    @Test func `explain tells each step on standard error`() throws {
        let server = try Program.sockeye("serve", "--explain", "tcp:0")
        _ = try client("s.sendall(b'hello'); s.recv(99); s.close()", of: server)
        let errors = try server.wait(for: "close: the conversation")
        for words in [
            "socket, bind, listen", "accept: 127.0.0.1:", "recv: 5 bytes from", "send: 7 bytes",
            "recv: 0 bytes, the end",
        ] {
            #expect(errors.contains(words))
        }
        #expect(end(server).text == "hello")
    }

    @Test func `a server on every interface says where others reach it`() throws {
        let server = try Program.sockeye("serve", "*:0")
        let errors = try server.wait(for: "This computer reaches it")
        #expect(errors.contains("Others "))
        #expect(try client("s.sendall(b'hi'); print(s.recv(99).decode())", of: server) == "Got it!\n")
        #expect(end(server).status == 0)
    }

    @Test func `a Unix socket is served and its file is removed`() throws {
        let path = NSTemporaryDirectory() + "sockeye-\(UUID().uuidString.prefix(8)).sock"
        let server = try Program.sockeye("serve", "unix:\(path)")
        try server.wait(for: "Ctrl-C")
        let client = try Program.sockeye("connect", "unix:\(path)")
        client.write("hi")
        #expect(client.finish().text == "Got it!")
        #expect(end(server).status == 0)
        #expect(!FileManager.default.fileExists(atPath: path))
    }
}
