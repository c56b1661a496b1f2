import ArgumentParser
import Histogram
import Sockeye
import SockeyeSystem

/// `sockeye bench`: load, and how long each message took.
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Load and latency, with a histogram.",
        discussion: """
            Sends messages over many connections, checks every byte that comes back, and tells how many there were and how \
            long each took: 10 seconds unless told otherwise. Ctrl-C ends it early, with the result so far.

            sockeye bench 7000                                 an echo server: 64 connections, 64 bytes, one in flight
            sockeye bench 7000 --connections 1000 --size 16K --duration 1m
            sockeye bench 7000 --rate 10000                    10,000 messages a second, whatever the server does
            sockeye bench 7000 --reconnect                     a new connection for each message
            sockeye bench 6379 --request PING --framing lines  redis: a line out, a line back
            sockeye bench 6379 --request 'PING\\r\\n' --reply '+PONG\\r\\n' --depth 16
            sockeye bench 7000 --json > before.json            stored, and later drawn beside another run:
            sockeye bench 7000 --svg both.svg --compare before.json

            A server to try it on: sockeye serve --echo --quiet 7000

            Without --rate a message goes out when the one before it was answered (a closed loop), and a server that stalls \
            is asked less. With it messages are due at even distances (an open loop), and latencies count from the time at \
            which a message was due, so a stall shows in full.
            """
    ).ofTool()

    @Argument(help: "The server: host:port, a port of this computer, or unix:/path. None with --compare: draws only.")
    var address: String?

    @OptionGroup(title: "Load")
    var load: BenchLoad

    @OptionGroup(title: "What is said")
    var words: BenchWords

    @OptionGroup(title: "Result")
    var pages: BenchPages

    func run() async throws {
        EventLog.begin(pages.json)
        do {
            guard let address else { return try drawOnly() }
            try await run(against: TypedAddress(address, command: "bench"))
        } catch let failure as Failure {
            try failure.end()
        }
    }

    private func drawOnly() throws {
        if !pages.compare.isEmpty, pages.svg == nil {
            throw Failure.benchUsage(
                "compare stored runs",
                "there is no --svg, which says where the picture goes",
                "several runs are compared in a picture",
                ["sockeye bench --compare a.json b.json --svg both.svg"]
            )
        }
        guard !pages.compare.isEmpty, pages.svg != nil else {
            throw Failure.benchUsage(
                "start a load",
                "there is no address, and nothing to draw",
                "bench needs a server, or stored runs to compare",
                ["sockeye bench 7000", "sockeye bench --compare a.json b.json --svg both.svg"]
            )
        }
        try pages.checkPicture()
        try pages.draw(pages.storedCurves(), title: "Latency")
    }

    private func run(against typed: TypedAddress) async throws {
        let line = "sockeye bench \(Failure.quoted(typed.text))"
        let plan = try load.plan(try words.traffic(line), line)
        try pages.checkPicture(line)
        let stored = try pages.storedCurves(line)
        try load.makeRoom(line)
        if pages.json { OwnOutput.write(BenchJSON.start(plan, typed.endpoint.description)) }
        let showsBar = Console.isTerminal && Console.understandsSequences && !pages.json
        let progress = BenchProgress(showsBar: showsBar, writesEvents: pages.json)
        let wantsToEnd = Locked(false)
        let run = BenchRun(plan: plan, endpoint: typed.endpoint, wantsToEnd: wantsToEnd, progress: progress)
        let outcome = Locked<BenchResult?>(nil)
        try await Failure.explaining(typed, command: "bench") {
            try await Interruption.ends {
                let result = try await run.run()
                outcome.with { $0 = result }
            } onSignal: { _ in
                wantsToEnd.with { $0 = true }
            }
        }
        guard let result = outcome.with({ $0 }) else { return }
        try tell(result, typed, stored, line)
    }

    private func tell(
        _ result: BenchResult,
        _ typed: TypedAddress,
        _ stored: [LatencyCurve],
        _ line: String
    ) throws {
        let name = pages.name ?? SafeText.line(typed.endpoint.description)
        if pages.json {
            OwnOutput.write(BenchJSON.result(result, name: name))
        } else if result.latencies.totalCount > 0 || !result.hasFailed {
            let report = BenchReport(result: result, name: name, columns: StandardStream.output.columns)
            OwnOutput.write(report.text)
        }
        if pages.svg != nil, !result.curve.isEmpty {
            let title = stored.isEmpty ? "Latency of \(name)" : "Latency"
            try pages.draw(stored + [LatencyCurve(name: name, points: result.curve)], title: title, line)
        }
        if result.hasFailed { throw Failure(result, typed, line: line, words) }
    }
}
