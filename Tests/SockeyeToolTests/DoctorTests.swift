import Foundation
import TestSupport
import Testing

@testable import SockeyeCLI

/// `sockeye doctor` as a person and a script meet it.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct DoctorCommandTests {
    private func findings(_ line: some DataProtocol) throws -> [[String: Any]] {
        let object = try JSONSerialization.jsonObject(with: Data(line)) as? [String: Any]
        return try #require(object?["findings"] as? [[String: Any]])
    }

    private func ids(_ line: some DataProtocol) throws -> [String] {
        try findings(line).compactMap { $0["id"] as? String }
    }

    @Test func `a closed port has four parts and status 1`() throws {
        let port = try Peers.closedPort()
        let outcome = try Program.sockeye("doctor", "127.0.0.1:\(port)").finish()
        #expect(outcome.status == 1)
        #expect(outcome.errors == "")
        for part in [
            "sockeye doctor: connect to 127.0.0.1:\(port)", "PROBLEM: ", "what happened:", "likely cause:", "try next:",
            "(ECONNREFUSED)", "time taken:",
        ] {
            #expect(outcome.text.contains(part), "\(part) in \(outcome.text)")
        }
    }

    @Test func `a Python server works, and JSON says so`() throws {
        let server = try Program.python(Script.server("c, _ = l.accept(); c.recv(1)\nwhile True: l.accept()"))
        let outcome = try Program.sockeye("doctor", "--json", "127.0.0.1:\(server.firstLine())").finish()
        #expect(outcome.status == 0)
        #expect(try ids(outcome.output).first == "works")
        let finding = try #require(try findings(outcome.output).first)
        #expect(Set(finding.keys) == ["id", "severity", "confidence", "what", "evidence", "cause", "next", "commands"])
        server.send(SIGKILL)
    }

    /// Whether the reset comes before or after the doctor's first look is chance: what is said is the same.
    @Test func `a server that resets each connection is told so`() throws {
        let reset = """
            import struct
            while True:
                c, _ = l.accept(); c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0)); c.close()
            """
        let server = try Program.python(Script.server(reset))
        let outcome = try Program.sockeye("doctor", "127.0.0.1:\(server.firstLine())").finish()
        #expect(outcome.status == 1)
        #expect(outcome.text.contains("takes connections, and resets each at once"), "\(outcome.text)")
        #expect(outcome.text.contains("reset the connection at once"), "\(outcome.text)")
        server.send(SIGKILL)
    }

    @Test func `a UDP server that answers works, one that is silent is no problem, and none is one`() throws {
        let script = """
            import socket, sys
            s = socket.socket(type=socket.SOCK_DGRAM); s.bind(('127.0.0.1', 0))
            q = socket.socket(type=socket.SOCK_DGRAM); q.bind(('127.0.0.1', 0))
            n = socket.socket(type=socket.SOCK_DGRAM); n.bind(('127.0.0.1', 0)); none = n.getsockname()[1]; n.close()
            print(s.getsockname()[1], q.getsockname()[1], none)
            while True: d, peer = s.recvfrom(99); s.sendto(d, peer)
            """
        let server = try Program.python(script)
        let ports = try server.firstLine().split(separator: " ")
        let answered = try Program.sockeye("doctor", "--json", "udp:127.0.0.1:\(ports[0])").finish()
        #expect(answered.status == 0)
        #expect(try ids(answered.output) == ["datagram-answered"])
        // The program there gets the question, and whoever runs it has to know.
        #expect(answered.errors.contains("a datagram with a line of text, which the program there receives"))
        let silent = try Program.sockeye("doctor", "--json", "udp:127.0.0.1:\(ports[1])").finish()
        #expect(silent.status == 0)
        #expect(try ids(silent.output) == ["datagram-not-answered"])
        #expect(silent.text.contains("(process \(server.id))"))
        let none = try Program.sockeye("doctor", "--json", "udp:127.0.0.1:\(ports[2])").finish()
        #expect(none.status == 1)
        #expect(try ids(none.output) == ["no-datagram-program"])
        server.send(SIGKILL)
    }

    @Test func `a command to try stands alone in its line`() throws {
        let port = try Peers.closedPort()
        let outcome = try Program.sockeye("doctor", "127.0.0.1:\(port)").finish()
        let lines = outcome.text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
        #expect(lines.contains("to start one to test with:"), "\(outcome.text)")
        #expect(lines.contains("sockeye serve \(port)"), "\(outcome.text)")
        let found = try findings(try Program.sockeye("doctor", "--json", "127.0.0.1:\(port)").finish().output)
        let finding = try #require(found.first)
        #expect((finding["commands"] as? [String])?.contains("sockeye serve \(port)") == true)
        #expect((finding["next"] as? [String])?.contains("to start one to test with: sockeye serve \(port)") == true)
    }

    @Test(arguments: [
        ("192.168.1.300:80", "on the computer that you mean"), ("1.2.3", "on the computer that you mean"),
        ("1.2.3.4:99999", "sockeye doctor 1.2.3.4:1337\n"), ("99999", "sockeye doctor 1337\n"),
        ("udp:99999", "sockeye doctor udp:1337\n"), ("--listen 192.168.1.300:80", "sockeye doctor --listen 80\n"),
    ])
    func `what cannot be read is answered with the computer that was meant`(line: String, words: String) throws {
        let typed = line.split(separator: " ").map(String.init)
        let outcome = try Program.sockeye(arguments: ["doctor"] + typed).finish()
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        let isElsewhere = outcome.errors.contains("on the computer that you mean")
        #expect(isElsewhere == words.hasPrefix("on the computer"), "\(outcome.errors)")
    }

    @Test func `on a terminal it is shown what is waited for, and taken away again`() throws {
        // It says nothing by itself, and so is watched for a moment.
        let server = try Program.python(Script.server("while True: c, _ = l.accept(); read_all(c)"))
        let port = try server.firstLine()
        let outcome = try Terminal.play([["connecting to 127.0.0.1:\(port) …", ""]], ["doctor", "127.0.0.1:\(port)"])
        #expect(outcome.status == 0)
        let parts = outcome.text.components(separatedBy: "connecting to 127.0.0.1:\(port) …")
        let isErased = parts.last?.starts(with: #/(?: \(\d+ s\))?\r\x1B\[/#) == true
        #expect(parts.count >= 2 && isErased, "\(outcome.text.debugDescription)")
        #expect(outcome.text.contains("WORKS: "))
        server.send(SIGKILL)
    }

    @Test(arguments: [(0, 80, "asking …"), (3, 80, "asking … (3 s)"), (3, 12, "asking … (3"), (3, 1, "asking … (")])
    func `the line is no longer than the terminal is wide`(seconds: UInt64, columns: Int, expected: String) {
        #expect(DoctorProgress.line("asking", seconds: seconds, columns: columns) == expected)
    }

    @Test func `what holds a port is named by --listen`() throws {
        let holder = try Program.python(Script.server("sys.stdin.read()"))
        let outcome = try Program.sockeye("doctor", "--json", "--listen", "127.0.0.1:\(holder.firstLine())").finish()
        #expect(outcome.status == 0)
        // Who asks about a server's own port wants to know why nobody reaches it, as likely as why it cannot be started twice.
        #expect(try ids(outcome.output) == ["port-taken", "loopback-only"])
        #expect(outcome.text.contains("(process \(holder.id))"))
        holder.finish()
    }

    @Test func `both ends know each other, and each tells`() throws {
        let host = try Program.sockeye("doctor", "--json", "--listen", "127.0.0.1:0")
        let waiting = try host.wait(for: "Ctrl-C ends it")
        let port = try #require(waiting.firstMatch(of: #/127\.0\.0\.1:(\d+)\./#)).output.1
        let visitor = try Program.sockeye("doctor", "--json", "127.0.0.1:\(port)").finish()
        #expect(visitor.status == 0)
        #expect(try ids(visitor.output) == ["both-ends", "largest-packet", "way-back-open"])
        try host.wait(for: "\"visited\"", in: .output)
        host.send(SIGINT)
        #expect(host.finish().status == 0)
    }

    @Test func `what holds a port for datagrams is named by --listen`() throws {
        let script = """
            import socket, sys
            s = socket.socket(type=socket.SOCK_DGRAM); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1]); sys.stdin.read()
            """
        let holder = try Program.python(script)
        let port = try holder.firstLine()
        let outcome = try Program.sockeye("doctor", "--json", "--listen", "udp:127.0.0.1:\(port)").finish()
        #expect(outcome.status == 1)
        #expect(try ids(outcome.output) == ["port-taken", "loopback-only"])
        #expect(outcome.text.contains("(process \(holder.id))"))
        #expect(outcome.text.contains("take datagrams on udp:127.0.0.1:\(port)"))
        holder.finish()
    }

    @Test func `both ends of datagrams know each other, and each tells`() throws {
        let host = try Program.sockeye("doctor", "--json", "--listen", "udp:127.0.0.1:0")
        let waiting = try host.wait(for: "Ctrl-C ends it")
        let port = try #require(waiting.firstMatch(of: #/udp:127\.0\.0\.1:(\d+)\./#)).output.1
        let visitor = try Program.sockeye("doctor", "--json", "udp:127.0.0.1:\(port)").finish()
        #expect(visitor.status == 0)
        #expect(try ids(visitor.output) == ["datagram-answered"])
        #expect(visitor.text.contains("another doctor got it"))
        try host.wait(for: "\"visited\"", in: .output)
        let stranger =
            "import socket, sys; socket.socket(type=socket.SOCK_DGRAM).sendto(b'hi', ('127.0.0.1', int(sys.argv[1])))"
        #expect(try Program.python(stranger, String(port)).finish().status == 0)
        try host.wait(for: "A datagram of 2 bytes has come")
        host.send(SIGINT)
        #expect(host.finish().status == 0)
    }

    @Test func `a port alone is every network, for datagrams too`() throws {
        let outcome = try Program.sockeye("doctor", "--no-wait", "--listen", "udp:0").finish()
        #expect(outcome.text.contains("take datagrams on udp:*:0"), "\(outcome.text)")
    }

    @Test func `this computer is described`() throws {
        let outcome = try Program.sockeye("doctor", "--json").finish()
        let found = try ids(outcome.output)
        #expect(found.contains("addresses") && found.contains("listeners") && found.contains("limits"))
    }

    @Test(arguments: [
        ["doctor", "localhost:70000"], ["doctor", "unix:/tmp/x.sock"], ["doctor", "--listen", "1", "2"],
        ["doctor", "--listen", "x"],
    ])
    func `wrong usage is told as such`(arguments: [String]) throws {
        let outcome = try Program(Program.sockeyePath, arguments).finish()
        #expect(outcome.status == 64)
        #expect(outcome.text == "")
    }
}
