import Foundation
import SockeyeSystem
import TestSupport
import Testing

@testable import SockeyeCLI

/// How a relay ends in the middle of a conversation: neither peer takes that for the end of it.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct RelayEndTests {
    /// Prints how a connection named `c` or `s` ends.
    private static func end(of name: String) -> String {
        """

        try: print('reset' if \(name).recv(9) else 'end')
        except ConnectionResetError: print('reset')
        """
    }

    private static let server = "c, _ = l.accept(); c.sendall(b'hello\\n')" + end(of: "c")
    /// What was shown may have been cut off before it went on: it is the end that matters.
    private static let client = """
        try: print('end', read_all(connect()))
        except ConnectionResetError: print('reset')
        """

    /// The relay in a shell's line, before a server that says hello, and a client that hears it.
    ///
    /// - Returns: what the line left, and how the server and the client saw the end.
    private func run(_ line: String) throws -> (relay: Outcome, server: String, client: String) {
        let server = try Program.python(Script.server(Self.server))
        let script = "s=\"$0\"; relay() { \"$s\" relay 0 127.0.0.1:\(try server.firstLine()) \"$@\"; }; \(line)"
        let relay = try Program("/bin/bash", ["-c", script, Program.sockeyePath])
        let client = try Program.python(Script.prelude + Self.client, relay.port()).finish()
        #expect(client.errors == "")
        let outcome = relay.finish(closingInput: false)
        return (outcome, server.finish().text, client.text)
    }

    @Test(arguments: ["", "--json --quiet", "--explain", "--latency 1ms", "--once"])
    func `a reader that goes ends the relay quietly, and both peers get a reset`(options: String) throws {
        // With --json the first line is the heading, which comes before any client: the third tells what was said.
        let lines = options.contains("json") ? 3 : 1
        let (relay, server, client) = try run("relay \(options) | head -\(lines); exit ${PIPESTATUS[0]}")
        #expect(relay.status == 0)
        #expect(relay.text.contains("hello"))
        #expect(!relay.errors.contains("could not"), "\(relay.errors)")
        #expect(server.hasSuffix("\nreset\n"))
        #expect(client == "reset\n")
    }

    @Test func `what cannot be written ends the relay with an error, and both peers get a reset`() throws {
        let (relay, server, client) = try run("relay > /dev/full")
        #expect(relay.status == 1)
        #expect(relay.errors.ranges(of: "could not write to standard output").count == 1, "\(relay.errors)")
        #expect(server.hasSuffix("\nreset\n"))
        #expect(client == "reset\n")
    }

    @Test func `a recording that cannot go on ends the relay with an error, and both peers get a reset`() throws {
        let scratch = try Scratch()
        let file = scratch.file("talk.jsonl")
        _ = try Program.shell("mkfifo \(file)").finish()
        let reader = try Program.shell("head -1 \(file)")
        let body = "c, _ = l.accept()\ntry: c.sendall(b'hello'); print('reset' if c.recv(9) else 'end')\n"
        let server = try Program.python(Script.server(body + "except ConnectionError: print('reset')"))
        let relay = try Program.sockeye("relay", "0", "127.0.0.1:\(server.firstLine())", "--record", file)
        let port = try relay.port()
        // Whoever reads has the heading and has gone: nothing can be recorded any more.
        #expect(reader.finish().text.contains(#""event":"recording""#))
        let client = try Program.python(Script.prelude + Self.client, port).finish()
        let outcome = relay.finish(closingInput: false)
        #expect(outcome.status == 1)
        #expect(outcome.errors.ranges(of: "could not write the recording").count == 1, "\(outcome.errors)")
        #expect(client.text == "reset\n")
        #expect(server.finish().text.hasSuffix("\nreset\n"))
    }

    @Test func `Ctrl-C cuts conversations off with a reset, and the recording says so`() throws {
        let scratch = try Scratch()
        let file = scratch.file("talk.jsonl")
        let run = try RelayRun(server: "c.sendall(b'hello\\n')" + Self.end(of: "c"), "--record", file)
        let body = "print(read_exactly(s, 6), flush=True)" + Self.end(of: "s")
        let client = try Program.python(Script.client(body), run.port)
        try client.wait(for: "hello", in: .output)
        #expect(run.end().errors.contains("#1 cut off, since the relay ends: both sides are reset\n"))
        #expect(client.finish().text == "b'hello\\n'\nreset\n")
        #expect(run.serversWords() == "reset")
        let events = try String(contentsOfFile: file, encoding: .utf8)
        #expect(events.contains(#""event":"stopped"}"#))
        let replayed = try Program.sockeye("replay", file, "127.0.0.1:\(Peers.closedPort())").finish()
        #expect(replayed.errors.contains("refused"), "\(replayed.errors)")
    }

    // MARK: To itself

    private static let own: [SocketAddress] = [.ipv4(IPv4Address(192, 0, 2, 1), port: 0), .ipv4(.loopback, port: 0)]

    @Test(
        arguments: [
            ("127.0.0.1:8", "127.0.0.1:8", true), ("127.0.0.1:8", "127.0.0.1:9", false),
            ("127.0.0.1:8", "127.0.0.2:8", false), ("127.0.0.1:8", "0.0.0.0:8", true),
            ("127.0.0.1:8", "[::ffff:127.0.0.1]:8", true), ("127.0.0.1:8", "[::1]:8", false),
            ("[::1]:8", "[::1]:8", true), ("[::1]:8", "[::]:8", true), ("[::1]:8", "127.0.0.1:8", false),
            ("0.0.0.0:8", "127.0.0.1:8", true), ("0.0.0.0:8", "127.9.9.9:8", true), ("0.0.0.0:8", "0.0.0.0:8", true),
            ("0.0.0.0:8", "192.0.2.1:8", true), ("0.0.0.0:8", "192.0.2.2:8", false), ("0.0.0.0:8", "[::1]:8", false),
            ("[::]:8", "[::1]:8", true), ("[::]:8", "127.0.0.1:8", true), ("[::]:8", "192.0.2.1:8", true),
            ("[::]:8", "192.0.2.2:8", false), ("192.0.2.1:8", "0.0.0.0:8", false),
            ("unix:/tmp/x", "unix:/tmp/x", true), ("unix:/tmp/x", "unix:/tmp/y", false),
        ]
    )
    func `where a target leads back to the relay is known`(listen: String, target: String, leadsBack: Bool) throws {
        let (from, to) = try (address(listen), address(target))
        #expect(RelayLoop.leads(to, backTo: from, own: Self.own) == leadsBack)
    }

    private func address(_ text: String) throws -> SocketAddress {
        try #require(Endpoint(parsing: text).addresses(for: .connect, family: nil).first)
    }

    @Test(arguments: [
        ["8765", "8765"], ["0.0.0.0:8765", "127.0.0.1:8765"], ["8765", "localhost:8765"], ["[::]:8765", "8765"],
        ["*:8765", "localhost:8765"], ["udp:8765", "udp:127.0.0.1:8765"], ["unix:/tmp/s8765", "unix:/tmp/s8765"],
    ])
    func `a relay to itself is refused before it listens`(addresses: [String]) throws {
        let outcome = try Program.sockeye(arguments: ["relay"] + addresses).finish()
        #expect(outcome.status == 64)
        #expect(!outcome.errors.contains("Listening"))
        for part in ["could not relay from", "it would talk to itself", "likely cause:", "try next:"] {
            #expect(outcome.errors.contains(part), "\(outcome.errors)")
        }
    }

    @Test(arguments: [("0", "8765", true), ("*:0", "localhost:8765", true), ("0", "8766", false)])
    func `a relay to itself is refused also where the kernel has chosen the port`(
        listen: String,
        target: String,
        leadsBack: Bool
    ) async throws {
        let (from, to) = (try TypedAddress(listen, command: "relay"), try TypedAddress(target, command: "relay"))
        let bound = SocketAddress.ipv4(listen == "0" ? .loopback : .any, port: 8765)
        var words: String?
        do throws(Failure) {
            try await RelayLoop.check(bound: bound, listen: from, target: to)
        } catch {
            words = error.happened
        }
        #expect(words?.contains("it would talk to itself") == (leadsBack ? true : nil))
    }

    @Test func `the same port of another address is no loop`() throws {
        let server = try Program.python(
            Script.prelude
                + "l = socket.socket(); l.bind(('127.0.0.2', 0)); l.listen(); print(l.getsockname()[1])\n"
                + "c, _ = l.accept(); c.sendall(b'other'); c.close()"
        )
        let port = try server.firstLine()
        let relay = try Program.sockeye("relay", "127.0.0.1:\(port)", "127.0.0.2:\(port)")
        #expect(try Program.python(Script.client("print(read_all(s))"), relay.port()).finish().text == "b'other'\n")
        relay.send(SIGINT)
        relay.finish(closingInput: false)
        server.finish()
    }
}
