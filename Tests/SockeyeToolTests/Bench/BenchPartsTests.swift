import ArgumentParser
import Foundation
import Histogram
import SockeyeSystem
import Testing

#if canImport(FoundationXML)
    import FoundationXML
#endif

@testable import SockeyeCLI

/// The parts of `sockeye bench` that need no socket.
@Suite struct BenchPartsTests {
    // MARK: Bytes

    @Test(arguments: [(1, 1), (251, 10), (3, 64), (64, 65_536)])
    func `every stretch of repeating bytes lies in one piece`(period: Int, longest: Int) {
        let round = (0..<period).map { UInt8($0 % 251) }
        let cyclic = CyclicBytes(round, longest: longest)
        for offset in [0, 1, period - 1, period, 7 * period + period / 2, 1_000_003] {
            let stretch = cyclic.copy(at: offset, count: longest)
            #expect(stretch.enumerated().allSatisfy { $0.element == round[(offset + $0.offset) % period] })
        }
    }

    @Test func `the patterns of neighbouring connections differ`() {
        let traffic = Traffic(patternOf: 64)
        #expect(Set((0..<251).map(traffic.offset)).count == 251)
        #expect(Traffic(request: [1], reply: nil).offset(ofConnection: 3) == 0)
    }

    // MARK: Time

    @Test func `messages of an open loop are due at even distances`() {
        let schedule = Schedule(start: 1_000, rate: 1_000_000)
        #expect((0..<12).map(schedule.due) == (0..<12).map { 1_000 + UInt64($0) * 1_000 })
    }

    @Test(arguments: [(1000.0, 1_000_000), (0.05, 20_000_000_000), (0.001, 1_000_000_000_000)])
    func `between two messages nothing is due, and that is no stall`(rate: Double, pause: UInt64) {
        #expect(Schedule(start: 5, rate: rate).pause == pause)
    }

    @Test func `nothing for too long is a stall, and a reply begins anew`() {
        var stall = Stall(limit: 100)
        let looks: [(answered: Int, time: UInt64)] = [(0, 1_000), (0, 1_099), (1, 1_100), (1, 1_199), (1, 1_200)]
        let found = looks.map { stall.isOver(answered: $0.answered, at: $0.time) }
        #expect(found == [false, false, false, false, true])
    }

    // MARK: Words

    @Test(arguments: [
        (0, "0 ns"), (999, "999 ns"), (1_000, "1.00 us"), (9_995, "10.0 us"), (12_345, "12.3 us"), (999_499, "999 us"),
        (999_500, "1.00 ms"), (45_600_000, "45.6 ms"), (999_500_000, "1.00 s"), (3_600_000_000_000, "3,600 s"),
    ])
    func `a time is told with three figures`(nanoseconds: UInt64, text: String) {
        #expect(Figures.time(nanoseconds: nanoseconds) == text)
    }

    @Test(arguments: [
        (0, "0"), (999, "999"), (1_000, "1,000"), (-1_234_567, "-1,234,567"), (.max, "9,223,372,036,854,775,807"),
    ])
    func `numbers are grouped`(number: Int, text: String) {
        #expect(Figures.grouped(number) == text)
    }

    // MARK: Rates

    private func result(_ seconds: Double, _ replies: Int, count: Int? = nil, _ ending: Ending = .time) -> BenchResult {
        var plan = BenchPlan(traffic: Traffic(patternOf: 64))
        plan.count = count
        var result = BenchResult(plan: plan, address: .unixUnnamed, ending: ending)
        result.seconds = seconds
        result.replies = replies
        result.loadNanoseconds = Int64(seconds * 2e9)
        return result
    }

    @Test func `a rate needs time, and where messages end the run, messages`() {
        #expect(result(0.0099, 2000).messagesPerSecond == nil)
        #expect(result(0.01, 2000).messagesPerSecond == 200_000)
        #expect(result(2, 9, count: 9, .finished).messagesPerSecond == nil)
        #expect(result(2, 10, count: 10, .finished).messagesPerSecond == 5)
        // A clock ended it, or somebody: so many came in that time, be it none.
        #expect(result(2, 1).messagesPerSecond == 0.5)
        #expect(result(2, 4, count: 100, .interrupted).messagesPerSecond == 2)
        #expect(result(2, 0).messagesPerSecond == 0)
    }

    @Test func `a run in which nothing was measured has failed, unless a rate left nothing to do`() {
        #expect(result(0.001, 0).hasFailed)
        #expect(!result(0.001, 1).hasFailed)
        #expect(!result(0.001, 0, .interrupted).hasFailed)
        var plan = BenchPlan(traffic: Traffic(patternOf: 64))
        plan.rate = 1
        #expect(!BenchResult(plan: plan, address: .unixUnnamed, ending: .time).hasFailed)
    }

    @Test func `a server that answered in the warm-up has understood, and stopped`() throws {
        var result = result(1, 0)
        let (address, said) = (try TypedAddress("7000", command: "bench"), try BenchWords.parse([]))
        func words() -> String {
            Failure(result, address, line: "sockeye bench 7000", said).description
        }
        #expect(words().contains("shorter than it takes to connect"))
        result.repliesInWarmUp = 9
        #expect(words().contains("has stopped answering"))
        result.unanswered = 8
        #expect(words().contains("has stalled"))
        result.repliesInWarmUp = 0
        #expect(words().contains("nothing came back at all"))
    }

    @Test func `a load is called busy where there was time to see it`() {
        #expect(BenchReport(result: result(0.09, 5000), name: "x").text.contains("busy") == false)
        #expect(BenchReport(result: result(1, 5000), name: "x").text.contains("busy for 100 % of the time"))
    }

    @Test(arguments: [
        (2.0, "2 due each second"), (1, "1 due each second"), (10_000, "10,000 due each second"),
        (0.5, "one due every 2 s"), (0.3, "one due every 3.33 s"),
    ])
    func `a rate that is asked for is told as people say it`(rate: Double, words: String) {
        var plan = BenchPlan(traffic: Traffic(patternOf: 64))
        plan.rate = rate
        var result = BenchResult(plan: plan, address: .unixUnnamed, ending: .time)
        result.seconds = 10
        result.replies = 20
        let text = BenchReport(result: result, name: "x").text
        #expect(text.contains(", \(words)\n"), "\(text)")
        #expect(text.contains("  rate        2.00 messages/s, of \(Figures.plain(rate)) due\n"))
    }

    // MARK: The histogram in the terminal

    @Test func `the rows cover all latencies, and their counts are complete`() {
        for values in [
            [1], [1, 3_600_000_000_000], [100_000, 100_001], Array(stride(from: 10_000, to: 900_000, by: 7)),
        ] {
            var latencies = Histogram<UInt64>(highestTrackableValue: 3_600_000_000_000)
            for value in values { latencies.record(UInt64(value)) }
            let picture = LatencyPicture(latencies)
            #expect(picture.rows.map(\.count).reduce(0, +) == UInt64(values.count))
            #expect(picture.rows.count <= 18)
            #expect(picture.lines().count == picture.rows.count)
            #expect(picture.rows.first.map { $0.low <= values[0] } == true)
        }
        #expect(LatencyPicture(Histogram<UInt64>(highestTrackableValue: 1_000)).lines().isEmpty)
    }

    @Test(arguments: [(0, 10, ""), (1, 1_000_000, "▏"), (1, 2, String(repeating: "█", count: 20)), (1, 64, "▋")])
    func `a bar is as long as its share, and what is there is seen`(count: UInt64, most: UInt64, bar: String) {
        #expect(LatencyPicture.bar(count, of: most) == bar)
    }

    // MARK: Stored runs

    @Test(arguments: [
        "", "{}", #"{"event":"result"}"#, #"{"event":"result","latencyCurve":[]}"#,
        #"{"event":"result","latencyCurve":[[0,1],[50]]}"#, #"{"event":"result","latencyCurve":[[50,1],[0,2]]}"#,
        #"{"event":"result","latencyCurve":[[0,-1]]}"#, #"{"event":"result","latencyCurve":[[101,1]]}"#,
        #"{"event":"result","latencyCurve":[[0,1e300]]}"#, #"{"event":"result","latencyCurve":[[0,9],[50,1]]}"#,
    ])
    func `what is no curve is none`(line: String) {
        #expect(BenchJSON.curves(in: Array(line.utf8), name: "x").isEmpty)
    }

    @Test func `several results of a file are told apart`() {
        let line = #"{"event":"result","name":"a","latencyCurve":[[0,5],[100,9]]}"#
        let curves = BenchJSON.curves(in: Array("\(line)\nnonsense\n\(line)\n".utf8), name: "file")
        #expect(curves.map(\.name) == ["a (1)", "a (2)"])
        #expect(curves[0].points.map(\.nanoseconds) == [5, 9])
    }

    // MARK: The picture

    @Test(arguments: [
        (1.0, 0.0), (10, 1), (1e12, 12), (0.001, -3), (2, 0.301029995663981), (123_456.789, 5.091514977169270),
    ])
    func `the logarithm is one`(number: Double, logarithm: Double) {
        #expect(abs(LatencyChart.logarithm(number) - logarithm) < 1e-12)
    }

    @Test func `a picture is well-formed whatever the names are, and has a line for each run`() throws {
        let points = [0, 50, 90, 99, 99.9, 100].enumerated().map { index, percentile in
            LatencyCurve.Point(percentile: percentile, nanoseconds: UInt64(1_000 * (index + 1)))
        }
        let curves = (0..<10).map { LatencyCurve(name: "<&\"\u{1}>'\($0)", points: points) }
        for curves in [Array(curves.prefix(1)), curves] {
            let svg = LatencyChart(title: "a < b & c", curves: curves).svg
            let parser = XMLParser(data: Data(svg.utf8))
            #expect(parser.parse(), "\(svg)")
            #expect(svg.components(separatedBy: "<polyline").count == curves.count + 1)
        }
    }

    @Test func `a picture of a single time is one too`() {
        let curve = LatencyCurve(name: "x", points: [LatencyCurve.Point(percentile: 0, nanoseconds: 0)])
        #expect(XMLParser(data: Data(LatencyChart(title: "", curves: [curve]).svg.utf8)).parse())
    }
}
