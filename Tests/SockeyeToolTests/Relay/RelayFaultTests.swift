import Foundation
import TestSupport
import Testing

/// What the relay does to the bytes, proven by what the far end sees. Times are looked at from below only: a machine
/// may be slower than it should, and never faster.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct RelayFaultTests {
    private static let echo = "while True:\n  d = c.recv(65536)\n  if not d: break\n  c.sendall(d)\nc.close()"
    /// Prints the sizes of the receives until the end, or `reset`.
    private static let sizes = """
        def sizes(s):
            all, data = [], b''
            try:
                while True:
                    d = s.recv(65536)
                    if not d: return all, data, 'end'
                    all.append(len(d)); data += d
            except ConnectionResetError: return all, data, 'reset'

        """

    @Test func `latency delays each direction, and nothing is lost`() throws {
        let run = try RelayRun(server: Self.echo, "--latency", "200ms", "--jitter", "50ms", "--quiet", "--show", "none")
        let body = """
            import time
            t = time.monotonic(); s.sendall(b'hi'); assert read_exactly(s, 2) == b'hi'
            print(time.monotonic() - t >= 0.29)
            data = bytes(range(256)) * 4000; s.sendall(data); s.shutdown(1); print(read_all(s) == data)
            """
        #expect(try run.client(body) == "True\nTrue\n")
        _ = run.end()
    }

    @Test func `pieces that are under way at once do not wait for each other`() throws {
        let run = try RelayRun(server: Self.sizes + "print(sizes(c)[1].decode())", "--latency", "1s", "--explain")
        // Ten pieces, each sent when the relay has the one before: a delay for each would be ten seconds.
        let client = try Program.python(
            Script.client("for l in sys.stdin: s.sendall(l.strip().encode())\ns.close()"),
            run.port
        )
        for digit in 0...9 {
            client.write("\(digit)\n")
            while try run.relay.wait(for: "1 byte").matches(of: #/client → server  1 byte\n/#).count <= digit {}
        }
        client.finish()
        #expect(run.serversWords() == "0123456789")
        _ = run.end()
    }

    @Test func `a rate is kept`() throws {
        let run = try RelayRun(server: Self.echo, "--rate", "20K", "--from", "client", "--show", "none")
        let body = """
            import time
            t = time.monotonic(); s.sendall(bytes(20480)); read_exactly(s, 20480)
            print(time.monotonic() - t >= 0.9); s.close()
            """
        #expect(try run.client(body) == "True\n")
        _ = run.end()
    }

    @Test(arguments: [("--cut-after", "end"), ("--reset-after", "reset")])
    func `after so many bytes both ends see the same end`(option: String, word: String) throws {
        let server = Self.sizes + "_, data, how = sizes(c); print(data.decode(), how); c.close()"
        let run = try RelayRun(server: server, option, "7")
        let body = Self.sizes + "s.sendall(b'0123456789'); _, data, how = sizes(s); print(data.decode(), how)"
        #expect(try run.client(body) == " \(word)\n")
        #expect(run.serversWords() == "0123456 \(word)")
        try run.relay.wait(for: "over:")
        #expect(run.end().errors.contains("as \(option) wants, in what the client sent"))
    }

    @Test func `a fault can be for one side alone`() throws {
        let run = try RelayRun(server: Self.echo, "--cut-after", "7", "--from", "server")
        let body = Self.sizes + "s.sendall(b'0123456789'); _, data, how = sizes(s); print(data.decode(), how)"
        #expect(try run.client(body) == "0123456 end\n")
        _ = run.end()
    }

    @Test func `one send becomes many receives`() throws {
        let server = Self.sizes + "all, data, how = sizes(c); print(len(all) > 3, data.decode(), how)"
        let run = try RelayRun(server: server, "--slice", "1", "--explain")
        _ = try run.client("s.sendall(b'0123456789abcdef'); s.close()")
        #expect(run.serversWords() == "True 0123456789abcdef end")
        let words = run.end().errors
        #expect(words.contains("client → server: 1 receive of 16 bytes in all went on as 16 sends (--slice)"))
    }

    @Test func `many sends become one receive`() throws {
        let server = Self.sizes + "all, data, how = sizes(c); print(all, data.decode(), how)"
        let run = try RelayRun(server: server, "--merge", "1s", "--explain")
        let client = try Program.python(
            Script.client("for l in sys.stdin: s.sendall(l.strip().encode())\ns.close()"),
            run.port
        )
        for (count, word) in ["one", "two", "three"].enumerated() {
            client.write(word + "\n")
            while try run.relay.wait(for: "client → server").matches(of: #/client → server  \d bytes/#).count <= count {
            }
        }
        client.finish()
        #expect(run.serversWords() == "[11] onetwothree end")
        #expect(run.end().errors.contains("3 receives of 11 bytes in all went on as 1 send (--merge)"))
    }

    @Test func `a delayed end still comes after all that was said`() throws {
        let server = "data = read_all(c); c.sendall(b'%d' % len(data)); c.close()"
        let run = try RelayRun(server: server, "--latency", "50ms", "--slice", "1000", "--show", "none", "--quiet")
        #expect(try run.client("s.sendall(bytes(100000)); s.shutdown(1); print(read_all(s))") == "b'100000'\n")
        _ = run.end()
    }

    @Test func `a delayed reset still comes after all that was said`() throws {
        let run = try RelayRun(server: Self.sizes + "print(*sizes(c)[1:])", "--latency", "50ms", "--quiet")
        _ = try run.client("s.sendall(b'half'); reset(s)")
        let words = run.serversWords()
        // A reset may overtake what the relay has not received yet, and never what it has.
        #expect(words == "b'half' reset" || words == "b'' reset")
        _ = run.end()
    }

    @Test func `memory is bounded while much is under way`() throws {
        let run = try RelayRun(server: "n = len(read_all(c)); print(n)", "--latency", "1s", "--show", "none", "-q")
        func peak() throws -> Int {
            let status = try String(contentsOfFile: "/proc/\(run.relay.id)/status", encoding: .utf8)
            let match = try #require(status.firstMatch(of: #/VmHWM:\s+(\d+) kB/#))
            return try #require(Int(match.output.1))
        }
        let before = try peak()
        // Without a bound nearly all of it would be held during the first second.
        _ = try run.client("s.sendall(bytes(30_000_000)); s.shutdown(1); s.recv(1)")
        #expect(run.serversWords() == "30000000")
        let growth = try peak() - before
        #expect(growth < 14_000, "\(growth) kB")
        _ = run.end()
    }

    @Test(arguments: [
        (["--jitter", "5ms"], "give --latency too"), (["--cut-after", "1", "--reset-after", "1"], "Choose one of"),
        (["--from", "client"], "nothing is done to them"), (["--slice", "0"], "slice"), (["--rate", "-1"], "rate"),
        (["--show", "colours"], "show"),
    ])
    func `options that make no sense are refused with 64`(options: [String], words: String) throws {
        let outcome = try Program.sockeye(arguments: ["relay", "0", "1"] + options).finish()
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
        #expect(outcome.text == "")
    }
}
