import Foundation
import TestSupport
import Testing

/// `sockeye relay` from UDP to UDP.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct DatagramRelayTests {
    /// Answers each datagram with itself in capitals, and an empty one with an empty one.
    private static let server = """
        import socket
        l = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); l.bind(('127.0.0.1', 0)); print(l.getsockname()[1])
        while True:
            d, a = l.recvfrom(65536); l.sendto(CHANGE, a)
        """
    private static let client = """
        import socket, sys, time
        def client():
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(('127.0.0.1', int(sys.argv[1]))); s.settimeout(50)
            return s

        """

    private func start(_ options: String..., change: String = "d.upper()") throws -> (Program, Program, String) {
        let server = try Program.python(Self.server.replacing("CHANGE", with: change))
        let target = "udp:127.0.0.1:\(try server.firstLine())"
        let relay = try Program.sockeye(arguments: ["relay", "udp:127.0.0.1:0", target] + options)
        return (server, relay, try relay.port())
    }

    private func talk(_ body: String, _ port: String) throws -> String {
        let outcome = try Program.python(Self.client + body, port).finish()
        #expect(outcome.errors == "")
        return outcome.text
    }

    private func end(_ programs: Program...) -> Outcome {
        programs[0].send(SIGTERM)
        programs[1].send(SIGINT)
        let outcome = programs[1].finish()
        #expect(outcome.status == 0)
        return outcome
    }

    @Test func `each client gets its own answers, and datagrams stay what they are`() throws {
        let (server, relay, port) = try start()
        let body = """
            a, b = client(), client()
            for i in range(20): a.send(b'a%d' % i); b.send(b'b%d' % i); print(a.recv(99) == b'A%d' % i, b.recv(99) == b'B%d' % i)
            a.send(b''); print(a.recv(99)); a.send(b'x' * 9000); print(len(a.recv(65536)))
            """
        #expect(try talk(body, port) == String(repeating: "True True\n", count: 20) + "b''\n9000\n")
        let outcome = end(server, relay)
        #expect(outcome.errors.contains("#2 client → server  2 bytes\n"))
        #expect(outcome.errors.contains("#1 server → client  9000 bytes\n"))
        #expect(outcome.text.hasPrefix("a0"))
    }

    @Test func `latency delays each direction`() throws {
        let (server, relay, port) = try start("--latency", "150ms", "--show", "none", "-q")
        let body = "t = time.monotonic(); s = client(); s.send(b'hi'); print(s.recv(9), time.monotonic() - t >= 0.29)"
        #expect(try talk(body, port) == "b'HI' True\n")
        _ = end(server, relay)
    }

    @Test func `a target that is not there is told of, and the relay goes on`() throws {
        // Port 9, discard: nobody has served it for decades, and no free port is ever that low.
        let relay = try Program.sockeye("relay", "udp:127.0.0.1:0", "udp:127.0.0.1:9")
        _ = try talk("client().send(b'hi')", try relay.port())
        try relay.wait(for: "the server was not reached: receive udp:127.0.0.1:9".replacing("udp:", with: ""))
        relay.send(SIGINT)
        #expect(relay.finish().status == 0)
    }

    @Test func `Unix datagrams go through it, and its file goes with it`() throws {
        let scratch = try Scratch()
        let server = try Program.python(
            """
            import socket, sys
            l = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); l.bind(sys.argv[1]); print('ready')
            while True:
                d, a = l.recvfrom(65536); l.sendto(d.upper(), a)
            """,
            scratch.file("server")
        )
        _ = try server.firstLine()
        let listen = "unix-datagram:" + scratch.file("relay")
        let relay = try Program.sockeye("relay", listen, "unix-datagram:" + scratch.file("server"))
        try relay.wait(for: "Listening on \(listen)\n")
        let script = """
            import socket, sys
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.bind(sys.argv[1] + '.py'); s.settimeout(50)
            for i in range(20): s.sendto(b'm%d' % i, sys.argv[1]); print(s.recv(99) == b'M%d' % i)
            """
        let outcome = try Program.python(script, scratch.file("relay")).finish()
        #expect(outcome.text == String(repeating: "True\n", count: 20), "\(outcome.errors)")
        _ = end(server, relay)
        #expect(!FileManager.default.fileExists(atPath: scratch.file("relay")))
    }

    @Test func `datagrams are recorded and played again`() throws {
        let scratch = try Scratch()
        let (server, relay, port) = try start("--record", scratch.file("r"))
        _ = try talk("s = client()\nfor m in (b'one', b'two'): s.send(m); s.recv(9)", port)
        try relay.wait(for: "3 bytes")
        _ = end(server, relay)
        for (change, status) in [("d.upper()", 0), ("d.title()", 1)] {
            let again = try Program.python(Self.server.replacing("CHANGE", with: change))
            let outcome = try Program.sockeye("replay", scratch.file("r"), "udp:127.0.0.1:\(try again.firstLine())")
                .finish()
            #expect(outcome.status == status, "\(outcome.errors)")
            again.send(SIGTERM)
        }
    }

    @Test(arguments: [
        (["udp:0", "1"], "give both addresses udp:"),
        (["udp:0", "udp:1", "--slice", "1"], "a datagram stays what it is"),
        (["udp:0", "udp:1", "--cut-after", "1"], "datagrams have none"), (["udp:0", "udp:1", "--once"], "have no end"),
    ])
    func `what makes no sense for datagrams is refused with 64`(arguments: [String], words: String) throws {
        let outcome = try Program.sockeye(arguments: ["relay"] + arguments).finish()
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }
}
