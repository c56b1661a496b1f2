import Foundation
import TestSupport
import Testing

/// `--explain` of two programs in Python, between them and as one of them.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct ExplainedPeersTests {
    // MARK: In the middle

    @Test func `one send that becomes two receives of the server is told`() throws {
        let server = "c.recv(4); print('taken'); sys.stdin.readline(); print(c.recv(99)); read_all(c)"
        let run = try RelayRun(server: server, "--explain")
        let client = try Program.python(Script.client("s.sendall(b'onetwothree'); sys.stdin.readline()"), run.port)
        try run.relay.wait(for: "the server has received 4 of 11 bytes, and 7 are there for its next recv()")
        run.server.write("\n")
        client.write("\n")
        client.finish()
        #expect(run.serversWords().contains("b'wothree'"))
        _ = run.end()
    }

    @Test func `sends that lie together at a busy server are told`() throws {
        let server = "sys.stdin.readline(); print(c.recv(99)); read_all(c)"
        let run = try RelayRun(server: server, "--explain")
        let script =
            "s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)\nfor l in sys.stdin: s.sendall(l.strip().encode())"
        let client = try Program.python(Script.client(script), run.port)
        client.write("one\n")
        try run.relay.wait(for: "client → server: 3 bytes")
        client.write("three\n")
        try run.relay.wait(for: "has not received the 3 bytes that came before (1 send)")
        try run.relay.wait(for: "the server has not received 8 bytes that are there for it")
        run.server.write("\n")
        client.finish()
        #expect(run.serversWords() == "b'onethree'")
        _ = run.end()
    }

    @Test func `a client that closes first leaves TIME_WAIT at its end`() throws {
        let run = try RelayRun(server: "read_all(c); sys.stdin.readline(); c.close()", "--explain")
        _ = try run.client("s.sendall(b'x'); s.close()")
        let words = try run.relay.wait(for: "until the server closes too")
        #expect(words.contains("The client's end goes to FIN_WAIT2, the server's to CLOSE_WAIT"))
        run.server.write("\n")
        try run.relay.wait(for: "it is the client's end that stays in TIME_WAIT for 60 seconds, and there it is")
        #expect(run.end().errors.contains("the server can be started again at once"))
    }

    @Test func `a server that closes first leaves TIME_WAIT at its port`() throws {
        let run = try RelayRun(server: "c.sendall(b'x'); c.close(); l.close()", "--explain")
        let client = try Program.python(Script.client("read_all(s); sys.stdin.readline(); s.close()"), run.port)
        try run.relay.wait(for: "The server has closed its socket, it does not read any more")
        client.write("\n")
        let words = try run.relay.wait(for: "as most servers do (sockeye serve does): then it starts at once")
        #expect(words.contains("it is the server's end that stays in TIME_WAIT for 60 seconds, and there it is"))
        _ = run.end()
    }

    @Test func `a server that only finishes is not said to have closed`() throws {
        let run = try RelayRun(server: "c.shutdown(1); read_all(c)", "--explain")
        let client = try Program.python(Script.client("read_all(s); sys.stdin.readline(); s.close()"), run.port)
        let words = try run.relay.wait(for: "the server has finished sending first")
        #expect(!words.contains("has closed its socket"))
        client.write("\n")
        try run.relay.wait(for: "the conversation is over")
        _ = run.end()
    }

    @Test func `a server that closes with bytes unread is found out`() throws {
        let run = try RelayRun(server: "c.recv(1); sys.stdin.readline(); c.close()", "--explain")
        let client = try Program.python(
            Script.client("s.sendall(b'hello')\ntry: s.recv(9)\nexcept ConnectionResetError: print('reset')"),
            run.port
        )
        try run.relay.wait(for: "the server has received 1 of 5 bytes, and 4 are there for its next recv()")
        run.server.write("\n")
        #expect(client.finish(closingInput: false).text == "reset\n")
        try run.relay.wait(for: "4 bytes were there that it had not received: closing with unread bytes sends RST")
        _ = run.end()
    }

    @Test func `what is explained is an event with a name in JSON`() throws {
        let run = try RelayRun(server: "c.makefile().readline()", "--explain", "--json")
        let client = try Program.python(Script.client("s.sendall(b'\\x00\\x05hel'); s.recv(9)"), run.port)
        let text = try run.relay.wait(for: #""id":"both-waiting","words":"#, in: .output)
        #expect(text.contains(#""connection":1,"event":"explain","id":"open","words":"the client's connect()"#))
        try run.relay.wait(for: "announce 5 bytes, and 3 followed", in: .output)
        client.send(SIGKILL)
        run.server.send(SIGTERM)
        _ = run.end()
    }

    // MARK: As one side

    @Test func `a server tells a client's three sends, and who closed first`() throws {
        let server = try Program.sockeye("serve", "--discard", "--explain", "0")
        let script = """
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1); sys.stdin.readline()
            for p in (b'one', b'two', b'three'): s.sendall(p)
            print('sent'); sys.stdin.readline(); s.close()
            """
        let client = try Program.python(Script.client(script), try server.port())
        try server.wait(for: "ESTABLISHED at both ends")
        // A server that is stopped cannot receive in between.
        try server.stop()
        client.write("\n")
        try client.wait(for: "sent", in: .output)
        server.goOn()
        try server.wait(for: "client → server: at least 3 sends (as many segments) arrived as 1 receive here")
        try server.wait(for: "waits for what comes through a pipe")
        client.write("\n")
        client.finish()
        let words = try server.wait(for: "the client's end that stays in TIME_WAIT for 60 seconds, and there it is")
        #expect(words.contains("This end is in CLOSE_WAIT until it closes too"))
        server.send(SIGINT)
        #expect(server.finish(closingInput: false).status == 0)
    }

    @Test func `a server that sends first and closes first is told so`() throws {
        let server = try Program.sockeye("serve", "--send", "/etc/hostname", "--explain", "--once", "0")
        #expect(try Program.python(Script.client("read_all(s); s.close()"), server.port()).finish().status == 0)
        let words = server.finish(closingInput: false).errors
        #expect(words.contains("this side has finished sending first (FIN): its end is in FIN_WAIT"))
        // The listener is a socket too, and no client.
        #expect(words.contains("explain: listener: socket, bind, listen:") && words.contains("explain: #1 accept:"))
        #expect(!words.contains("#2"))
        #expect(words.contains("it is this end that stays in TIME_WAIT for 60 seconds, and there it is"), "\(words)")
    }

    @Test func `a client tells a send that waits, and on whom`() throws {
        let server = try Program.python(Script.server("c, _ = l.accept(); sys.stdin.readline(); read_all(c)"))
        let client = try Program.sockeye("connect", "--explain", try server.firstLine())
        Thread.detachNewThread {
            client.write(Data(count: 30_000_000))
            client.closeInput()
        }
        let words = try client.wait(
            for: "the server does not read, or too slowly, and the buffers in between are full ("
        )
        #expect(words.contains("client → server: send waits, "))
        server.write("\n")
        try client.wait(for: "client → server: the server reads again, and send has gone through")
        #expect(client.finish(closingInput: false).status == 0)
    }

    @Test func `a client tells a server that resets`() throws {
        let server = try Program.python(Script.server("c, _ = l.accept(); c.recv(1); reset(c)"))
        let client = try Program.sockeye("connect", "--explain", try server.firstLine())
        client.write("hello")
        let outcome = client.finish()
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("the server has reset the connection (RST)"))
        #expect(outcome.errors.contains("it was reset before: nothing stays behind"))
    }

    // MARK: What is missing

    @Test func `a message that is not whole is told by connect`() throws {
        let server = try Program.python(
            Script.server("c, _ = l.accept(); c.sendall(b'\\0\\x0ahalf'); c.recv(9)")
        )
        let client = try Program.sockeye("connect", "--explain", "--framing", "length:2", server.firstLine())
        let words = try client.wait(for: "only a part is there: 4 of the 10 bytes of a message have come. The server")
        #expect(words.contains("both sides are waiting to read"))
        client.send(SIGKILL)
        server.send(SIGKILL)
    }

    @Test func `a line that does not end is told by serve, and once it ends no more`() throws {
        let server = try Program.sockeye("serve", "--explain", "--framing", "lines", "0")
        let client = try Program.python(
            Script.client(
                "s.sendall(b'hello'); sys.stdin.readline(); s.sendall(b'\\n'); print(s.recv(99)); s.recv(9)"
            ),
            server.port()
        )
        try server.wait(for: "only a part is there: 5 bytes have come, without")
        client.write("\n")
        let words = try server.wait(for: "The server, this side, spoke last, and with a whole line")
        #expect(words.ranges(of: "only a part is there").count == 1)
        server.send(SIGKILL)
        client.finish()
    }
}
