import Foundation
import TestSupport
import Testing

/// `sockeye bench` against servers that answer as they should.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct BenchTests {
    @Test func `an echo server of asyncio is measured, and every byte checked`() throws {
        let (server, port) = try BenchServer.start(BenchServer.asyncioEcho)
        let outcome = try Program.sockeye("bench", port, "-c", "8", "--count", "2000", "--warm-up", "0").finish()
        #expect(outcome.errors == "")
        #expect(outcome.status == 0)
        #expect(outcome.text.hasPrefix("\(port): 8 connections, 64 bytes a message, 1 in flight on each\n"))
        #expect(outcome.text.contains(#/  messages    2,000 answered in [\d.]+ (?:ms|s), every byte checked\n/#))
        #expect(outcome.text.contains(#/  rate        [\d,.]+ messages/s\n/#))
        #expect(outcome.text.contains("  errors      none\n"))
        #expect(outcome.text.contains(#/ min +median +p90 +p99 +p99.9 +max\n/#))
        #expect(outcome.text.contains("█"))
        server.send(SIGTERM)
    }

    @Test(arguments: [
        ["-c", "1"], ["-c", "16", "--depth", "8"], ["-c", "3", "--loops", "2", "--size", "1"],
        // More than the kernel's buffers hold: it has to receive while it sends.
        ["-c", "2", "--size", "3M"], ["-c", "2", "--size", "100000", "--depth", "16"], ["-c", "3", "--reconnect"],
        ["-c", "4", "--rate", "2000"], ["-c", "2", "--rate", "100000", "--depth", "5", "--size", "40K"],
        ["-c", "2", "--rate", "500", "--reconnect"], ["-c", "2", "--request", #"a\r\n\x00"#],
        ["-c", "4", "--request", "hello", "--framing", "length:2"],
        ["-c", "4", "--request", "hello", "--framing", "lines", "--reply", "hello", "--rate", "5000"],
    ])
    func `exactly so many messages are measured as were asked for`(options: [String]) throws {
        let server = try Program.sockeye("serve", "--echo", "--quiet", "0")
        let arguments = ["bench", try server.port(), "--count", "101", "--warm-up", "50ms", "--json"] + options
        let outcome = try Program.sockeye(arguments: arguments).finish()
        #expect(outcome.errors == "")
        #expect(outcome.status == 0)
        let answer = try BenchAnswer(outcome)
        #expect(try answer.latency("count") == 101)
        let result = try answer.result()
        #expect(result["ending"] as? String == "finished")
        #expect((result["errors"] as? [String: Any])?.isEmpty == true)
        #expect(result["unanswered"] as? Int == 0)
        server.send(SIGTERM)
        #expect(server.finish().status == 0)
    }

    @Test(arguments: ["[::1]:0", "unix:", "127.0.0.1:0"])
    func `every kind of address is measured`(address: String) throws {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("bench-\(UUID().uuidString)").path
        let server = try Program.sockeye("serve", "--echo", "--quiet", address == "unix:" ? address + path : address)
        let text = try server.wait(for: "\n")
        let listening = try #require(text.firstMatch(of: #/Listening on (\S+)\n/#)).output.1
        let outcome = try Program.sockeye("bench", String(listening), "--count", "500", "--loops", "2").finish()
        #expect(outcome.text.contains("  errors      none\n"), "\(outcome.errors)")
        #expect(outcome.status == 0)
        server.send(SIGTERM)
        #expect(server.finish().status == 0)
    }

    @Test(arguments: [
        ["--request", "PING", "--framing", "lines"], ["--request", "PING", "--framing", "lines", "--reply", "+PONG"],
        ["--request", #"PING\r\n"#, "--reply", #"+PONG\r\n"#, "--depth", "16"],
        ["--request", #"SET k v\r\nGET k\r\n"#, "--reply", #"+OK\r\n$1\r\nv\r\n"#, "--rate", "5000"],
        ["--request", "PING", "--framing", "lines", "--reconnect"],
    ])
    func `redis is asked in its own language`(options: [String]) throws {
        guard let (server, address) = try BenchServer.redis() else { return }
        let outcome = try Program.sockeye(
            arguments: ["bench", address, "-c", "10", "--count", "1000", "--json"] + options
        ).finish()
        #expect(outcome.errors == "")
        #expect(outcome.status == 0)
        #expect(try BenchAnswer(outcome).latency("count") == 1000)
        server.send(SIGKILL)
        server.finish()
    }

    @Test func `requests and replies come from files`() throws {
        let folder = FileManager.default.temporaryDirectory
        let request = folder.appendingPathComponent("bench-request-\(UUID().uuidString)")
        try Data([0, 255, 10, 92]).write(to: request)
        defer { try? FileManager.default.removeItem(at: request) }
        let server = try Program.sockeye("serve", "--echo", "--quiet", "0")
        let outcome = try Program.sockeye(
            "bench",
            try server.port(),
            "--request",
            "@" + request.path,
            "--reply",
            #"\0\xff\n\\"#,
            "--count",
            "10"
        ).finish()
        #expect(outcome.text.contains("4 bytes a message"))
        #expect(outcome.status == 0, "\(outcome.errors)")
        server.send(SIGTERM)
        server.finish()
    }

    @Test func `a server that stalls cannot hide from an open loop`() throws {
        // SLEEP: in the server, whose stall of half a second is the subject. A slow machine only makes it longer.
        let (server, port) = try BenchServer.start(
            BenchServer.each("if n == 100: time.sleep(0.5)\nc.sendall(data)")
        )
        let outcome = try Program.sockeye(
            "bench",
            port,
            "-c",
            "1",
            "--rate",
            "200",
            "--count",
            "300",
            "--warm-up",
            "0",
            "--json"
        ).finish()
        #expect(outcome.status == 0, "\(outcome.errors)")
        let answer = try BenchAnswer(outcome)
        // 100 of the 300 messages were due during the stall and waited between none and all of it. Counted from when they
        // were sent it would be one, and the 90th percentile that of a server that never stalls.
        #expect(try answer.latency("p90") > 100e6)
        #expect(try answer.latency("max") > 500e6)
        server.send(SIGTERM)
    }

    @Test func `what a stalled server never answers counts with its waiting`() throws {
        let (server, port) = try BenchServer.start(
            BenchServer.each("if n < 50: c.sendall(data)")
        )
        let outcome = try Program.sockeye(
            "bench",
            port,
            "-c",
            "1",
            "--rate",
            "200",
            "--duration",
            "1s",
            "--warm-up",
            "0",
            "--json"
        ).finish()
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("had no reply at the end"))
        let answer = try BenchAnswer(outcome)
        let unanswered = try #require(try answer.result()["unanswered"] as? Int)
        // Those that were sent and those that were only due: 49 were answered, of some 200.
        #expect(unanswered > 100)
        #expect(try answer.latency("count") == Double(49 + unanswered))
        #expect(try answer.latency("p90") > 500e6)
        server.send(SIGTERM)
    }

    @Test func `a single message has a latency and no rate`() throws {
        let server = try Program.sockeye("serve", "--echo", "--quiet", "0")
        let port = try server.port()
        for warmUp in ["0", "50ms"] {
            let run = ["bench", port, "-c", "1", "-n", "1", "--warm-up", warmUp]
            let outcome = try Program.sockeye(arguments: run).finish()
            #expect(outcome.status == 0)
            #expect(outcome.text.contains(#/  messages    1 answered in [\d.]+ (?:us|ms|s), every byte checked\n/#))
            #expect(outcome.text.contains("  rate        too short a run for one: "), "\(outcome.text)")
            #expect(outcome.text.contains(#/  latency     [\d.]+ (?:us|ms|s), of the only message\n/#))
            for odd in ["messages/s", "B/s", "0.00", "p99", "busy", "█"] { #expect(!outcome.text.contains(odd)) }
            let result = try BenchAnswer(Program.sockeye(arguments: run + ["--json"]).finish()).result()
            // What is measured is at least as long as the only message took.
            let latencies = try #require(result["latencyNanoseconds"] as? [String: Any])
            let (seconds, longest) = (result["seconds"] as? Double ?? 0, latencies["max"] as? Double ?? 0)
            #expect(seconds * 1e9 >= longest * 0.99, "\(seconds) \(longest)")
            for rate in ["messagesPerSecond", "sentBytesPerSecond", "receivedBytesPerSecond"] {
                #expect(result[rate] is NSNull, "\(rate)")
            }
        }
        server.send(SIGTERM)
        server.finish()
    }

    @Test(arguments: [
        ["-d", "300ms"], ["-d", "300ms", "--rate", "2000"], ["-n", "5000"], ["-n", "5000", "--rate", "90000"],
    ])
    func `what is counted agrees`(bound: [String]) throws {
        let server = try Program.sockeye("serve", "--echo", "--quiet", "0")
        let run = ["bench", try server.port(), "-c", "4", "--depth", "4", "--warm-up", "50ms", "--json"]
        let result = try BenchAnswer(Program.sockeye(arguments: run + bound).finish()).result()
        func number(_ name: String) throws -> Double {
            try #require((result[name] as? NSNumber)?.doubleValue, "\(name)")
        }
        let latencies = try #require(result["latencyNanoseconds"] as? [String: Any])
        let (messages, replies) = (try number("messages"), try number("replies"))
        #expect(
            try messages + number("unanswered") - number("unansweredOfWarmUp") == (latencies["count"] as? Double)
        )
        // Those under way when the warm-up ended, and those under way when the time was up. An open loop that was held up then has more
        // of them: what became due, and was sent later.
        if bound != ["-d", "300ms", "--rate", "2000"] { #expect(abs(messages - replies) <= 16) }
        if bound.contains("-n") { #expect(messages == 5000 && replies == 5000) }
        // `seconds` is told to the microsecond.
        #expect(try abs(number("messagesPerSecond") * number("seconds") / replies - 1) < 0.001)
        if bound.contains("-n") {
            #expect(try abs(number("receivedBytesPerSecond") - number("sentBytesPerSecond")) <= 1)
        }
        server.send(SIGTERM)
        server.finish()
    }

    @Test func `an open loop so slow that nothing becomes due says so`() throws {
        let server = try Program.sockeye("serve", "--echo", "--quiet", "0")
        let outcome = try Program.sockeye(
            arguments: ["bench", server.port(), "-c", "1", "--rate", "0.5", "-d", "100ms", "--warm-up", "50ms"]
        ).finish()
        #expect(outcome.text.contains(", one due every 2 s\n"), "\(outcome.text)")
        #expect(outcome.text.contains("  messages    none answered in "))
        #expect(
            outcome.text.contains("no message became due while it was measured: one due every 2 s (--duration 20s)\n")
        )
        #expect(!outcome.text.contains("nothing came"))
        server.send(SIGTERM)
        server.finish()
    }

    @Test func `Ctrl-C ends a run early, with its result`() throws {
        let server = try Program.sockeye("serve", "--echo", "--quiet", "0")
        let bench = try Program.sockeye("bench", try server.port(), "--duration", "10m", "-c", "2", "--json")
        try bench.wait(for: "progress", in: .output)
        bench.send(SIGINT)
        let outcome = bench.finish()
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
        let result = try BenchAnswer(outcome).result()
        #expect(result["ending"] as? String == "interrupted")
        #expect((result["messages"] as? Int ?? 0) > 0)
        server.send(SIGTERM)
        server.finish()
    }

    @Test func `a run without a bound ends by itself`() throws {
        let server = try Program.sockeye("serve", "--echo", "--quiet", "0")
        let outcome = try Program.sockeye("bench", try server.port(), "-c", "1", "--json").finish()
        #expect(outcome.status == 0)
        let result = try BenchAnswer(outcome).result()
        #expect(result["durationSeconds"] as? Int == 10)
        #expect(result["ending"] as? String == "time")
        server.send(SIGTERM)
        server.finish()
    }
}
