import ArgumentParser
import Sockeye
import SockeyeSystem

/// How much load, and for how long.
struct BenchLoad: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("How many connections. (default: 64)", valueName: "n"),
        transform: { try TypedCount.parse($0, "from 1 to 1000000") }
    )
    var connections = 64

    @Option(
        help: ArgumentHelp(
            "Messages in flight on each connection; sent together without --rate. (default: 1)",
            valueName: "n"
        ),
        transform: { try TypedCount.parse($0, "from 1 to 1000000") }
    )
    var depth = 1

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "How long is measured: \(TypedDuration.examples). (default: 10s, without --count)",
            valueName: "time"
        ),
        transform: TypedDuration.exact(parsing:)
    )
    var duration: TypedDuration?

    @Option(
        name: [.customShort("n"), .long],
        help: ArgumentHelp("How many messages are measured. Ends too when nothing comes for 10s.", valueName: "n"),
        transform: { try TypedCount.parse($0, "from 1 up") }
    )
    var count: Int?

    @Option(
        help: ArgumentHelp(
            "How many messages are due each second, over all connections. (default: each when the last was answered)",
            valueName: "n"
        ),
        transform: { try TypedCount.parseRate($0, "from 0.001 to 10000000") }
    )
    var rate: Double?

    @Option(
        help: ArgumentHelp("How long to go on before anything counts. (default: 500ms)", valueName: "time"),
        transform: TypedDuration.exact(parsing:)
    )
    var warmUp: TypedDuration?

    @Flag(help: "Open a new connection for each message: how many a server takes each second.")
    var reconnect = false

    @Option(
        help: ArgumentHelp("How many threads make the load. (default: 1)", valueName: "n"),
        transform: { try TypedCount.parse($0, "from 1 to 1024") }
    )
    var loops = 1

    /// 16 for the loops, the standard streams, and whatever the libraries have open.
    private static let otherDescriptors = 16
    /// 10 million a second: beyond it the distances between messages would be below what the clock tells apart.
    private static let highestRate = 10_000_000.0
    /// One in a quarter of an hour; slower, it is no load.
    private static let lowestRate = 0.001

    func plan(_ traffic: Traffic, _ line: String) throws(Failure) -> BenchPlan {
        let limits: [(option: String, value: Int?, highest: Int)] = [
            ("--connections", connections, 1_000_000), ("--depth", depth, 1_000_000),
            ("--count", count, .max), ("--loops", loops, 1024),
        ]
        for (option, value, highest) in limits {
            guard let value, !(1...highest).contains(value) else { continue }
            throw wrong(
                option,
                "\(value)",
                value < 1 ? "at least 1 makes sense" : "at most \(highest) makes sense",
                "\(line) \(option) \(value < 1 ? 1 : highest)"
            )
        }
        if let rate, !(rate >= Self.lowestRate && rate <= Self.highestRate) {
            throw wrong("--rate", Self.typed(rate), "a rate is from 0.001 to 10000000 a second", "\(line) --rate 1000")
        }
        if let duration, duration.duration <= .zero {
            throw wrong("--duration", "0", "nothing can be measured in no time", "\(line) --duration 10s")
        }
        if reconnect, depth > 1 {
            throw wrong(
                "--depth",
                "\(depth)",
                "with --reconnect there is one message a connection",
                "\(line) --reconnect"
            )
        }
        var plan = BenchPlan(traffic: traffic)
        plan.connections = connections
        plan.depth = depth
        plan.loops = loops
        plan.duration = duration?.duration ?? (count == nil ? BenchPlan.usualDuration : nil)
        plan.count = count
        plan.warmUp = warmUp?.duration ?? plan.warmUp
        plan.rate = rate
        plan.reconnects = reconnect
        return plan
    }

    /// As it was typed, without a decimal point that nobody wrote.
    private static func typed(_ rate: Double) -> String {
        let text = "\(rate)"
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }

    private func wrong(_ option: String, _ value: String, _ why: String, _ next: String) -> Failure {
        Failure.benchOption("\(option) \(value)", why, next)
    }

    /// The limit for open files is raised as far as this user may.
    func makeRoom(_ line: String) throws(Failure) {
        let needed = connections + Self.otherDescriptors + 3 * loops
        let limit = ProcessCost.makeRoom(forDescriptors: needed)
        guard limit < needed else { return }
        throw Failure.tooManyConnections(connections, needed: needed, limit: limit, line)
    }
}
