import Foundation
import TestSupport
import Testing

@testable import SockeyeCLI

/// The limits of `sockeye serve`, with Python at the other end.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct LimitTests {
    private func run(_ body: String, _ options: String...) throws -> (client: String, server: Outcome) {
        let server = try Program.sockeye(arguments: ["serve"] + options + ["0"])
        let client = try Program.python(Script.prelude + body, server.port()).finish()
        #expect(client.errors == "")
        server.send(SIGINT)
        return (client.text, server.finish(closingInput: false))
    }

    @Test func `a client too many waits until another has gone`() throws {
        let body = """
            s = connect(); s.sendall(b'1'); print(s.recv(99))
            t = connect(); t.sendall(b'2'); t.settimeout(0.3)
            try: t.recv(99); print('served')
            except TimeoutError: print('waits')
            s.close(); t.settimeout(60); print(t.recv(99))
            """
        #expect(try run(body, "--max-connections", "1").client == "b'Got it!'\nwaits\nb'Got it!'\n")
    }

    @Test func `silence ends a connection`() throws {
        #expect(try run("print(connect().recv(99))", "--idle-timeout", "200ms").client == "b''\n")
    }

    @Test func `who is denied is disconnected`() throws {
        let body = """
            try: print(connect().recv(99))
            except ConnectionResetError: print('reset')
            """
        #expect(try run(body, "--deny", "127.0.0.0/8").client == "reset\n")
        #expect(try run(body, "--allow", "10.0.0.0/8").client == "reset\n")
        #expect(
            try run("s = connect(); s.sendall(b'x'); print(s.recv(99))", "--allow", "127.0.0.1").client
                == "b'Got it!'\n"
        )
    }

    @Test func `a drain lets clients finish and counts them`() throws {
        let server = try Program.sockeye("serve", "--drain", "30s", "--quiet", "0")
        let body = """
            s.sendall(b'1'); print(s.recv(99), flush=True)
            sys.stdin.readline()
            while True:  # until nobody new is taken: then the drain has begun
                try: connect().close()
                except OSError: break
            s.sendall(b'2'); print(s.recv(99)); s.close()
            """
        let client = try Program.python(Script.client(body), server.port())
        try client.wait(for: "Got it!", in: .output)
        server.send(SIGTERM)
        try server.wait(for: "Taking no more clients")
        client.write("go on\n")
        #expect(client.finish().text == "b'Got it!'\nb'Got it!'\n")
        let outcome = server.finish(closingInput: false)
        // Those that came while the listener was being closed count too.
        #expect(outcome.errors.contains(" finished, 0 were cut off."))
        #expect(outcome.status == 0)
    }

    @Test(arguments: [
        (["--max-connections", "0"], "at least 1"), (["--idle-timeout", "0"], "in no time"),
        (["--idle-timeout", "soon"], "soon"), (["--allow", "10.1.2.3/8"], "behind the first 8"),
        (["--deny", "office"], "no IPv4 or IPv6 address"), (["--once", "--max-connections", "2"], "single connection"),
    ])
    func `a wrong limit is a wrong command`(options: [String], explanation: String) throws {
        let outcome = try Program.sockeye(arguments: ["serve"] + options).finish()
        #expect(outcome.status == 64)
        #expect(outcome.text == "")
        #expect(outcome.errors.contains(explanation), "\(outcome.errors)")
    }

    @Test(
        arguments: [
            ("500ms", .milliseconds(500)), ("2", .seconds(2)), ("0.5s", .milliseconds(500)), ("3m", .seconds(180)),
            ("1h", .seconds(3600)), ("0", .zero), ("2S", .seconds(2)), ("", nil), ("s", nil), ("-1s", nil),
            ("nan", nil),
            ("inf", nil), ("1e3", nil), ("1 s", nil), ("1d", nil), ("10000h", nil), (".5", nil), ("1.2.3", nil),
        ] as [(String, Duration?)]
    )
    func `a time is read as it is typed`(text: String, duration: Duration?) {
        #expect(TypedDuration(argument: text)?.duration == duration)
    }
}
