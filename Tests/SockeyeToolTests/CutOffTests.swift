import Foundation
import TestSupport
import Testing

@testable import SockeyeCLI

/// Conversations that a server ends before their time: it says so, and the client does not take it for the end of what it was to
/// get.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct CutOffTests {
    /// Reads until the end of `s`, and prints how that came.
    private static let reading = """

        n = 0
        try:
            while True:
                piece = s.recv(65536)
                if not piece: print('end', flush=True); break
                n += len(piece)
        except ConnectionResetError: print('reset', flush=True)
        """
    /// Talks once, and waits for what comes.
    private static let talking = "s.sendall(b'x'); print(s.recv(99), flush=True)" + reading

    private func server(_ options: [String]) throws -> Program {
        try Program.sockeye(arguments: ["serve"] + options + ["0"])
    }

    private func ends(_ outcome: Outcome, _ words: [String]) {
        let lines = outcome.errors.split(separator: "\n").suffix(words.count)
        for (line, words) in zip(lines, words) { #expect(line.hasSuffix(words), "\(outcome.errors)") }
        #expect(lines.count == words.count)
    }

    // MARK: Ctrl-C

    @Test(arguments: [[], ["--discard"], ["--echo", "--quiet"], ["--hub"], ["--shell", "head -c 1; cat"], ["--once"]])
    func `Ctrl-C resets who is in a conversation`(options: [String]) throws {
        let server = try server(options + ["--json"])
        // A member of a hub hears nothing of what it says itself.
        let isAnswered = options != ["--discard"] && options != ["--hub"]
        let start = "s.sendall(b'x')" + (isAnswered ? "; s.recv(1)" : "")
        let client = try Program.python(
            Script.client(start + "; print('there', flush=True)" + Self.reading),
            server.port()
        )
        try client.wait(for: "there", in: .output)
        try server.wait(for: #""event":"open""#, in: .output)
        server.send(SIGINT)
        #expect(client.finish().text == "there\nreset\n")
        let outcome = server.finish(closingInput: false)
        #expect(outcome.status == 0)
        #expect(outcome.text.contains(#""event":"cut","connection":1,"reason":"stopped"}"#), "\(outcome.text)")
        let line = " is cut off: the server ends\n"
        #expect(outcome.errors.ranges(of: line).count == (options.contains("--quiet") ? 0 : 1), "\(outcome.errors)")
    }

    @Test func `a client that was sent the end loses nothing by Ctrl-C, though it has not read it`() throws {
        let folder = try Scratch()
        try Data(repeating: 1, count: 200_000).write(to: URL(fileURLWithPath: folder.file("file")))
        let server = try server(["--explain", "--send", folder.file("file")])
        // Its own queue is small, so that most of the file waits in the server's.
        let body = """
            s = socket.socket(); s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.connect(('127.0.0.1', int(sys.argv[1]))); sys.stdin.readline()
            try: print(len(read_all(s)))
            except ConnectionResetError: print('reset')
            """
        let client = try Program.python(Script.prelude + body, server.port())
        try server.wait(for: "is told that nothing more comes")
        server.send(SIGINT)
        #expect(server.finish(closingInput: false).errors.contains("is cut off: the server ends"))
        client.write("go on\n")
        #expect(client.finish().text == "200000\n")
    }

    @Test func `Ctrl-C resets who is in a conversation with the bare echo that is measured`() throws {
        let server = try server(["--echo", "--quiet"])
        let body = "s.sendall(b'x'); print(s.recv(1), flush=True)"
        let client = try Program.python(Script.client(body + Self.reading), server.port())
        try client.wait(for: "b'x'", in: .output)
        server.send(SIGINT)
        #expect(client.finish().text == "b'x'\nreset\n")
        server.finish(closingInput: false)
    }

    @Test func `many that are cut off are counted`() throws {
        let server = try server([])
        let body = """
            all = [connect() for _ in range(25)]
            for c in all: c.sendall(b'x'); c.recv(9)
            print('there', flush=True); sys.stdin.readline()
            """
        let clients = try Program.python(Script.prelude + body, server.port())
        try clients.wait(for: "there", in: .output)
        server.send(SIGINT)
        let outcome = server.finish(closingInput: false)
        #expect(outcome.errors.ranges(of: " is cut off: the server ends\n").count == 10, "\(outcome.errors)")
        ends(outcome, ["15 more are cut off"])
        clients.finish()
    }

    // MARK: Drain

    @Test func `who is there when the drain is over gets a reset`() throws {
        let server = try server(["--json", "--drain", "200ms"])
        let client = try Program.python(Script.client(Self.talking), server.port())
        try client.wait(for: "Got it!", in: .output)
        server.send(SIGINT)
        #expect(client.finish().text == "b'Got it!'\nreset\n")
        let outcome = server.finish(closingInput: false)
        #expect(outcome.status == 0)
        #expect(outcome.text.contains(#""event":"cut","connection":1,"reason":"drain"}"#), "\(outcome.text)")
        ends(outcome, ["the time of --drain is over", "0 finished, 1 was cut off."])
    }

    @Test func `a second Ctrl-C resets who is there, with status 1`() throws {
        let server = try server(["--json", "--drain", "1h"])
        let client = try Program.python(Script.client(Self.talking), server.port())
        try client.wait(for: "Got it!", in: .output)
        server.send(SIGINT)
        try server.wait(for: "Taking no more clients")
        // SLEEP: two signals within 10 ms are one wish.
        usleep(100_000)
        server.send(SIGINT)
        #expect(client.finish().text == "b'Got it!'\nreset\n")
        let outcome = server.finish(closingInput: false)
        #expect(outcome.status == 1)
        #expect(outcome.text.contains(#""event":"cut","connection":1,"reason":"stopped"}"#), "\(outcome.text)")
        ends(outcome, ["is cut off: the server ends", "0 finished, 1 was cut off."])
    }

    // MARK: Silence

    @Test func `silence is told, and ends a conversation in which nothing is owed with an end`() throws {
        let server = try server(["--json", "--idle-timeout", "300ms"])
        #expect(try Program.python(Script.client(Self.talking), server.port()).finish().text == "b'Got it!'\nend\n")
        try server.wait(for: #""event":"close""#, in: .output)
        server.send(SIGINT)
        let outcome = server.finish(closingInput: false)
        #expect(outcome.text.contains(#""event":"cut","connection":1,"reason":"idle"}"#), "\(outcome.text)")
        ends(outcome, ["is cut off: nothing went either way for 300 ms, the limit of --idle-timeout"])
    }

    /// Of all of these the client would take what it has for the whole.
    @Test(arguments: [
        ["--send", "/dev/zero"], ["--shell", "printf half; sleep 60"], ["--receive", "FILE"], ["--receive", "FOLDER"],
        ["--once", "--shell", "printf half; sleep 60"], ["--echo", "--quiet"],
    ])
    func `silence ends a conversation in which something is owed with a reset`(options: [String]) throws {
        let scratch = try Scratch()
        let places = ["FILE": scratch.file("in"), "FOLDER": scratch.path]
        let server = try server(options.map { places[$0] ?? $0 } + ["--idle-timeout", "300ms"])
        let isEcho = options.contains("--echo")
        // It takes nothing, and an echo waits to send. Its own sending tells the reset first.
        let body =
            isEcho
            ? "try:\n    while True: s.sendall(bytes(65536))\nexcept ConnectionResetError: print('reset')"
            : "s.sendall(b'x'); import select; p = select.poll(); p.register(s, select.POLLHUP | select.POLLERR); p.poll()"
                + Self.reading
        #expect(try Program.python(Script.client(body), server.port()).finish().text == "reset\n")
        server.send(SIGINT)
        server.finish(closingInput: false)
    }
}
