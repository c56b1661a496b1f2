import Foundation
import TestSupport
import Testing

/// `sockeye bench` against servers that are bad or not there, and with options that make no sense: four parts, and a status.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct BenchFailureTests {
    private func expect(
        _ outcome: Outcome,
        status: Int32 = 1,
        hasResult: Bool,
        _ parts: [String],
        location: SourceLocation = #_sourceLocation
    ) {
        #expect(outcome.status == status, sourceLocation: location)
        #expect(outcome.text.isEmpty == !hasResult, "\(outcome.text)", sourceLocation: location)
        for part in ["sockeye: could not ", "what happened:", "likely cause:", "try next:"] + parts {
            #expect(outcome.errors.contains(part), "\(part) in \(outcome.errors)", sourceLocation: location)
        }
    }

    private static let few = ["-c", "1", "--count", "10", "--warm-up", "0"]

    @Test(arguments: [
        // A wrong byte in the middle of a reply, a byte too many, and a reply that is another's.
        ("c.sendall(data if n < 3 else data[:9] + b'!' + data[10:])", ["byte 10 of reply 3 is wrong", "mixes up"]),
        ("c.sendall(data + b'x')", ["more came than was asked for", #""x""#, "mixes up"]),
        ("c.sendall(b'Got it!')", ["byte 1 of reply 1 is wrong: came \"Got it!\"", "--request TEXT --reply TEXT"]),
        ("c.sendall(data) if n < 4 else reset(c)", ["(ECONNRESET)", "receive from 127.0.0.1"]),
        (
            "c.sendall(data)\nif n == 4: c.shutdown(1); c.recv(999); break",
            ["closed the connection after 4 replies", "--reconnect"]
        ),
        ("break", ["closed the connection after 0 replies", "--reconnect"]),
    ])
    func `a server that answers wrongly is told`(body: String, parts: [String]) throws {
        let (server, port) = try BenchServer.start(BenchServer.each(body))
        let outcome = try Program.sockeye(arguments: ["bench", port] + Self.few).finish()
        let hasReplies = !["more came", "byte 1 of", "after 0"].contains {
            parts[0].hasPrefix($0) || parts[0].contains("after 0")
        }
        expect(outcome, hasResult: hasReplies, parts)
        server.send(SIGTERM)
    }

    /// All requests went out in the warm-up, and wait for a newline that never comes.
    @Test func `a server that answers nothing at all is no success`() throws {
        let (server, port) = try BenchServer.start(
            Script.server("import time\nc, _ = l.accept(); c.recv(99); sys.stdin.read()")
        )
        let outcome = try Program.sockeye("bench", port, "-c", "1", "--warm-up", "50ms", "-d", "100ms").finish()
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("nothing came back at all"))
        server.send(SIGTERM)
    }

    @Test func `errors are counted by kind, and the other connections go on`() throws {
        // Every second message of all connections is answered by a reset.
        let script = Script.server(
            """
            n = 0
            def talk(c, n):
                try:
                    while True:
                        data = read_exactly(c, 64)
                        if n % 2: reset(c); return
                        c.sendall(data)
                except (EOFError, OSError): pass
                c.close()
            while True:
                c, _ = l.accept(); n += 1
                threading.Thread(target=talk, args=(c, n), daemon=True).start()
            """
        )
        let (server, port) = try BenchServer.start(script)
        let outcome = try Program.sockeye("bench", port, "-c", "6", "--count", "100", "--warm-up", "0", "--json")
            .finish()
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("(ECONNRESET) (3 times)"), "\(outcome.errors)")
        let result = try BenchAnswer(outcome).result()
        #expect((result["errors"] as? [String: Int]) == ["reset": 3])
        #expect(result["messages"] as? Int == 97)
        server.send(SIGTERM)
    }

    @Test func `a server that says nothing is told`() throws {
        let (server, port) = try BenchServer.start(BenchServer.each("pass"))
        let outcome = try Program.sockeye("bench", port, "-c", "2", "--duration", "100ms", "--warm-up", "0").finish()
        expect(outcome, hasResult: true, ["nothing came back at all", "another protocol"])
        server.send(SIGTERM)
    }

    @Test func `a server that is not there is told`() throws {
        let port = try Peers.closedPort()
        let outcome = try Program.sockeye("bench", port, "--json").finish()
        #expect(outcome.text.hasPrefix(#"{"event":"start""#))
        expect(outcome, hasResult: true, ["connect to ", "(ECONNREFUSED)", "sockeye serve --echo --quiet \(port)"])
    }

    @Test(arguments: [
        (["--framing", "length:1"], "--framing length:4\n"), (["--framing", "fixed:16"], "--framing fixed:300\n"),
        (["--framing", "varint", "--max-message", "16"], "--framing varint\n"),
    ])
    func `a request that is too long for its framing gets one that carries it`(options: [String], words: String) throws
    {
        let scratch = try Scratch()
        try Data(repeating: 120, count: 300).write(to: URL(fileURLWithPath: scratch.file("request")))
        let request = "@" + scratch.file("request")
        let outcome = try Program.sockeye(arguments: ["bench", "7000", "--request", request] + options).finish()
        expect(outcome, status: 64, hasResult: false, ["--request in this framing", words])
    }

    @Test func `redis that is asked nonsense is told`() throws {
        guard let (server, address) = try BenchServer.redis() else { return }
        let outcome = try Program.sockeye(
            arguments: ["bench", address, "--request", "NONSENSE", "--framing", "lines", "--reply", "+PONG"] + Self.few
        ).finish()
        expect(outcome, hasResult: false, ["byte 1 of reply 1 is wrong", "-ERR unknown command", "+PONG"])
        server.send(SIGKILL)
        server.finish()
    }

    @Test func `more connections than descriptors allow are told before the load`() throws {
        let line = "ulimit -n 64; exec '\(Program.sockeyePath)' bench 7000 --connections 100"
        let outcome = try Program.shell(line).finish()
        expect(outcome, hasResult: false, ["open 100 connections", "may have 64", "ulimit -n ", "--connections 4"])
    }

    @Test func `the soft limit for descriptors is raised`() throws {
        let server = try Program.sockeye("serve", "--echo", "--quiet", "0")
        let line = "ulimit -Sn 64; exec '\(Program.sockeyePath)' bench \(try server.port()) -c 100 --count 100"
        let outcome = try Program.shell(line).finish()
        #expect(outcome.status == 0, "\(outcome.errors)")
        server.send(SIGTERM)
        server.finish()
    }

    @Test(arguments: [
        (["7000", "--connections", "0"], "--connections 0"), (["7000", "--depth", "0"], "--depth 0"),
        (["7000", "--count", "0"], "--count 0"), (["7000", "--loops", "2000"], "at most 1024"),
        (["7000", "--rate", "0"], "--rate 0"), (["7000", "--rate", "1e-12"], "from 0.001"),
        (["7000", "--rate", "nan"], "--rate nan"),
        (["7000", "--duration", "0"], "no time"), (["7000", "--size", "17M"], "at most 16 MiB"),
        (["7000", "--reconnect", "--depth", "2"], "one message"),
        (["7000", "--request", ""], "at least one byte"),
        (["7000", "--request", #"a\q"#], #"stands before something"#),
        (["7000", "--request", "@/nonexistent"], "(ENOENT)"), (["7000", "--reply", "x"], "without --request"),
        (["7000", "--framing", "lines"], "without --request"),
        (["7000", "--size", "3", "--request", "x"], "its own size"),
        (["7000", "--request", "a\nb", "--framing", "lines"], "read as two"), ([], "there is no address"),
        (["7000", "--compare", "a.json"], "--svg is missing"),
        (["7000", "--svg", "x.svg", "--compare", "/nonexistent"], "(ENOENT)"),
        (["--svg", "x.svg", "--compare", "/dev/null"], "no result of a run"),
        (["7000", "--svg", "x/"], "it is a folder"),
        (["localhost"], "no port"), (["udp:7000"], "is for connections, and udp: has none"),
    ])
    func `what makes no sense is wrong usage`(arguments: [String], part: String) throws {
        let outcome = try Program.sockeye(arguments: ["bench"] + arguments).finish()
        expect(outcome, status: 64, hasResult: false, [part])
    }
}
