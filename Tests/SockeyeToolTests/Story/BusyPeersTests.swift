import Foundation
import TestSupport
import Testing

/// `--explain` of programs in Python that are at work, or asleep in something else than their socket.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct BusyPeersTests {
    @Test(arguments: [
        ("while True: pass", "is running, so it computes. The client waits to read"),
        ("import time; time.sleep(99)", "sleeps in sleep(). The client waits to read"),
        ("l.accept()", "waits in accept() for another client. The client waits to read"),
        (
            "threading.Lock().acquire(); t = threading.Thread(target=sys.stdin.read); t.start(); t.join()",
            "no thread that"
        ),
    ])
    func `a server that does something else than read is not said to wait`(work: String, words: String) throws {
        let run = try RelayRun(server: "c.recv(99)\n\(work)", "--explain")
        let client = try Program.python(
            Script.client("s.settimeout(None); s.sendall(b'hello\\n'); s.recv(9)"),
            run.port
        )
        let told = try run.relay.wait(for: words)
        #expect(!told.contains("both sides are waiting"), "\(told)")
        #expect(told.contains("but the server (python3"), "\(told)")
        client.send(SIGKILL)
        run.server.send(SIGKILL)
        _ = run.end()
    }

    @Test func `a server that has been at work, and then reads, waits`() throws {
        let run = try RelayRun(server: "c.recv(99); sys.stdin.readline(); c.recv(99)", "--explain")
        let client = try Program.python(
            Script.client("s.settimeout(None); s.sendall(b'hello\\n'); s.recv(9)"),
            run.port
        )
        try run.relay.wait(for: "but the server (python3")
        run.server.write("\n")
        try run.relay.wait(
            for: "(the kernel shows the client asleep in recv() and the server asleep in recv()). The client spoke last"
        )
        client.send(SIGKILL)
        run.server.send(SIGKILL)
        _ = run.end()
    }

    @Test func `a server that never accepts is found out`() throws {
        let server = try Program.python(Script.server("sys.stdin.readline()"))
        let client = try Program.sockeye("connect", "--explain", try server.firstLine())
        client.write("hello\n")
        try client.wait(for: "6 bytes that are there for it: no program has called accept() for this connection yet")
        client.send(SIGKILL)
        server.finish()
    }

    @Test func `a server for both families is found by its IPv4 client`() throws {
        let script = """
            import socket, time
            l = socket.create_server(('', 0), family=socket.AF_INET6, dualstack_ipv6=True); print(l.getsockname()[1])
            c, _ = l.accept(); c.recv(9); time.sleep(4); c.close()
            """
        let server = try Program.python(script)
        let client = try Program.sockeye("connect", "--explain", "127.0.0.1:\(try server.firstLine())")
        client.write("hello\n")
        try client.wait(for: "sleeps in sleep()")
        let outcome = client.finish()
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.errors.contains("stays in TIME_WAIT for 60 seconds, and there it is"), "\(outcome.errors)")
        server.finish()
    }

    @Test func `a client that computes is told by serve, which has sent nothing`() throws {
        let server = try Program.sockeye("serve", "--discard", "--explain", "0")
        let client = try Program.python(Script.client("s.sendall(b'x')\nwhile True: pass"), try server.port())
        let words = try server.wait(for: "is running, so it computes")
        #expect(words.contains("this side has sent nothing so far, but the client (python3"), "\(words)")
        #expect(!words.contains("has received everything"))
        client.send(SIGKILL)
        server.send(SIGINT)
        #expect(server.finish(closingInput: false).status == 0)
    }
}
