import Histogram
import Sockeye

/// The lines of `sockeye bench --json`. The names are a promise, described in docs/bench.md.
enum BenchJSON {
    static func start(_ plan: BenchPlan, _ address: String) -> String {
        line("start", [("address", .string(address))] + fields(plan))
    }

    static func progress(seconds: Double, messages: Int, faults: Int) -> String {
        line(
            "progress",
            [
                ("seconds", .decimal(rounded(seconds, 3))), ("messages", .integer(messages)),
                ("messagesPerSecond", .decimal(rounded(seconds > 0 ? Double(messages) / seconds : 0, 1))),
                ("errors", .integer(faults)),
            ]
        )
    }

    static func result(_ result: BenchResult, name: String) -> String {
        line(
            "result",
            [
                ("name", .string(name)), ("address", .string(result.address.description)),
                ("ending", .string(result.ending.rawValue)),
            ] + fields(result.plan) + figures(result)
        )
    }

    private static func figures(_ result: BenchResult) -> [(String, JSONValue)] {
        [
            ("seconds", .decimal(rounded(result.seconds, 6))), ("messages", .integer(result.messages)),
            ("replies", .integer(result.replies)),
            ("messagesPerSecond", rate(result.messagesPerSecond, 1)),
            ("sentBytesPerSecond", rate(result.sentBytesPerSecond, 0)),
            ("receivedBytesPerSecond", rate(result.receivedBytesPerSecond, 0)),
            ("connectionsOpened", .integer(result.opened)),
            ("errors", object(result.faults.ranked.map { ($0.kind, .integer($0.count)) })),
            ("unanswered", .integer(result.unanswered)),
            ("unansweredOfWarmUp", .integer(result.unansweredOfWarmUp)),
            ("loadCPUSeconds", .decimal(rounded(Double(result.loadNanoseconds) / 1e9, 3))),
            ("latencyNanoseconds", latency(result)),
            (
                "latencyCurve",
                .array(
                    result.curve.map { .array([.decimal(rounded($0.percentile, 7)), .integer(Int($0.nanoseconds))]) }
                )
            ),
        ]
    }

    private static func latency(_ result: BenchResult) -> JSONValue {
        guard result.latencies.totalCount > 0 else { return .null }
        return object(
            [
                ("count", .integer(Int(result.latencies.totalCount))),
                ("mean", .decimal(rounded(result.latencies.mean, 0))),
            ]
                + BenchResult.told.map {
                    ($0.name.replacing(".", with: "_"), .integer(Int(result.latency($0.percentile))))
                }
        )
    }

    private static func fields(_ plan: BenchPlan) -> [(String, JSONValue)] {
        [
            ("connections", .integer(plan.connections)), ("depth", .integer(plan.depth)),
            ("loops", .integer(plan.loops)), ("reconnect", .bool(plan.reconnects)),
            ("requestBytes", .integer(plan.traffic.requestBytes)), ("check", .string(plan.traffic.check.rawValue)),
            ("durationSeconds", plan.duration.map { .decimal(Figures.seconds($0)) } ?? .null),
            ("count", plan.count.map { .integer($0) } ?? .null),
            ("warmUpSeconds", .decimal(Figures.seconds(plan.warmUp))),
            ("rate", plan.rate.map(JSONValue.decimal) ?? .null),
        ]
    }

    private static func line(_ event: String, _ fields: [(String, JSONValue)]) -> String {
        object([("event", .string(event))] + fields).line
    }

    private static func object(_ fields: [(String, JSONValue)]) -> JSONValue {
        .object(fields.map { JSONValue.Member(name: $0.0, value: $0.1) })
    }

    private static func rate(_ number: Double?, _ digits: Int) -> JSONValue {
        number.map { .decimal(rounded($0, digits)) } ?? .null
    }

    private static func rounded(_ number: Double, _ digits: Int) -> Double {
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        return (number * scale).rounded() / scale
    }

    // MARK: Reading

    /// The curves of the results in a file that `--json` wrote; none when there are none.
    ///
    /// - Parameter name: What a curve is called that has no name of its own.
    static func curves(in file: [UInt8], name: String) -> [LatencyCurve] {
        let results = file.split(separator: UInt8(ascii: "\n")).compactMap { try? JSONValue(parsing: $0) }
            .filter { $0["event"]?.string == "result" }
        return results.enumerated().compactMap { index, result in
            guard let points = points(of: result["latencyCurve"]) else { return nil }
            let given = result["name"]?.string ?? ""
            let own = given.isEmpty ? name : given
            return LatencyCurve(name: results.count > 1 ? "\(own) (\(index + 1))" : own, points: points)
        }
    }

    /// nil when it is no curve: percentiles from 0 to 100 that rise, each with a time that does not fall.
    private static func points(of value: JSONValue?) -> [LatencyCurve.Point]? {
        guard let pairs = value?.array, !pairs.isEmpty else { return nil }
        var points: [LatencyCurve.Point] = []
        for pair in pairs {
            guard let numbers = pair.array, numbers.count == 2, let percentile = numbers[0].double,
                let nanoseconds = numbers[1].double, (0...100).contains(percentile), (0...1e15).contains(nanoseconds)
            else { return nil }
            let point = LatencyCurve.Point(percentile: percentile, nanoseconds: UInt64(nanoseconds))
            if let last = points.last, point.percentile < last.percentile || point.nanoseconds < last.nanoseconds {
                return nil
            }
            points.append(point)
        }
        return points
    }
}
