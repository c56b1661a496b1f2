import Histogram
import Sockeye

/// The result as a person reads it.
struct BenchReport {
    let result: BenchResult
    let name: String
    /// How wide the terminal is; nil for a line each, which programs read.
    var columns: Int?

    var text: String { ([heading, ""] + figures + [""] + latency + picture).joined(separator: "\n") + "\n" }

    private var plan: BenchPlan { result.plan }

    private var heading: String {
        let traffic = plan.traffic
        let connections = Figures.grouped(plan.connections) + (plan.connections == 1 ? " connection" : " connections")
        var parts = [
            plan.reconnects
                ? "a new connection for each message, \(Figures.grouped(plan.connections)) at a time" : connections,
            "\(Figures.grouped(traffic.requestBytes)) bytes a message",
        ]
        if !plan.reconnects { parts.append("\(Figures.grouped(plan.depth)) in flight on each") }
        if let rate = plan.rate { parts.append(Self.due(rate)) }
        let text = "\(name): " + parts.joined(separator: ", ")
        return Narrator.wrap(text, max(width - 2, 20)).joined(separator: "\n  ")
    }

    private var figures: [String] {
        var lines = [row("messages", messages)] + rates + [row("errors", errors)]
        if result.unanswered > 0 { lines.append(row("unanswered", unanswered)) }
        if let share = result.loadShare, share > BenchResult.fullLoad {
            let share = "\(min(100, Int((share * 100).rounded()))) %"
            lines.append(
                row("note", "the load itself was busy for \(share) of the time: it may be the limit (--loops)")
            )
        }
        return lines
    }

    private var messages: String {
        let number = result.replies == 0 ? "none" : Figures.grouped(result.replies)
        return "\(number) answered in \(seconds)\(ending)" + (result.replies == 0 ? "" : ", \(checked)")
    }

    /// Or why there are none.
    private var rates: [String] {
        if result.nothingWasDue, result.replies == 0 { return [] }
        guard let rate = result.messagesPerSecond, let sent = result.sentBytesPerSecond,
            let received = result.receivedBytesPerSecond
        else {
            let needed = "\(BenchResult.fewestForRate) messages and \(Int(BenchResult.shortestForRate * 1000)) ms"
            return [row("rate", "too short a run for one: it takes at least \(needed)")]
        }
        return [
            row("rate", Figures.short(rate) + " messages/s" + ofThoseDue),
            row("throughput", "\(Figures.bytes(sent))/s sent, \(Figures.bytes(received))/s received"),
        ]
    }

    private var unanswered: String {
        let all = "\(Figures.grouped(result.unanswered)) at the end"
        let ofWarmUp = Figures.grouped(result.unansweredOfWarmUp)
        if result.unansweredOfWarmUp == 0 { return "\(all); they count below with the time that they waited" }
        return "\(all), \(ofWarmUp) of them from the warm-up; the others count below with the time that they waited"
    }

    private func row(_ label: String, _ text: String) -> String {
        let indent = String(repeating: " ", count: 14)
        // A table has its own blanks, and it is not given here where it is too wide.
        let rows = text.count + indent.count <= width ? [text] : Narrator.wrap(text, max(width - indent.count, 16))
        return "  " + Figures.filled(label, 12) + rows.joined(separator: "\n\(indent)")
    }

    private var width: Int { columns ?? .max }

    /// A short time with the unit that suits it: `0.00 s` would say nothing.
    private var seconds: String {
        result.seconds < 0.995
            ? Figures.time(nanoseconds: UInt64(max(0, result.seconds) * 1e9))
            : Figures.fixed(result.seconds, 2) + " s"
    }

    private var ending: String {
        switch result.ending {
        case .time: ""
        case .finished: plan.count.map { $0 == result.replies } == true ? "" : ", until no connection was left"
        case .interrupted: result.latencies.totalCount == 0 ? ", ended in the warm-up" : ", ended early"
        case .stalled: ", until nothing came any more"
        }
    }

    private var checked: String {
        switch plan.traffic.check {
        case .echo, .reply: "every byte checked"
        case .anyMessage: "whatever they said"
        }
    }

    private var ofThoseDue: String {
        guard let rate = plan.rate else { return plan.reconnects ? ", and as many connections" : "" }
        return ", of \(Figures.plain(rate)) due"
    }

    /// Nobody counts in half messages: below one a second it is told how far apart they are.
    private static func due(_ rate: Double) -> String {
        rate < 1 ? "one due every \(Figures.plain(1 / rate)) s" : "\(Figures.plain(rate)) due each second"
    }

    private var errors: String {
        let faults = result.faults.ranked
        if faults.isEmpty { return "none" }
        return faults.map { "\(Figures.grouped($0.count)) \(Fault.words(of: $0.kind))" }.joined(separator: ", ")
    }

    private var latency: [String] {
        let count = result.latencies.totalCount
        guard count > 0 else { return [row("latency", nothing)] }
        if count == 1 {
            return [row("latency", "\(Figures.time(nanoseconds: result.latency(100))), of the only message")]
        }
        let cells = BenchResult.told.filter { $0.needs <= count }.map { name, percentile, _ in
            (name, Figures.time(nanoseconds: result.latency(percentile)))
        }
        let widths = cells.map { max($0.0.count, $0.1.count) + 2 }
        if widths.reduce(14, +) > width {
            return cells.enumerated().map { index, cell in
                row(index == 0 ? "latency" : "", Figures.filled(cell.0, 8) + Figures.padded(cell.1, 8))
            }
        }
        return [
            row("latency", zip(cells, widths).map { Figures.padded($0.0, $1) }.joined()),
            row("", zip(cells, widths).map { Figures.padded($0.1, $1) }.joined()),
        ]
    }

    private var nothing: String {
        guard result.nothingWasDue, let rate = plan.rate else { return "nothing came" }
        return "no message became due while it was measured: \(Self.due(rate)) (--duration \(Self.enough(rate)))"
    }

    /// Time for ten messages.
    private static func enough(_ rate: Double) -> String { "\(Int((10 / rate).rounded(.up)))s" }

    private var picture: [String] {
        // Bars of a few messages are noise, and mostly gaps.
        guard result.latencies.totalCount >= BenchResult.fewestForPicture else { return [] }
        let lines = LatencyPicture(result.latencies).lines(columns: columns.map { $0 - 2 } ?? .max)
        return lines.isEmpty ? [] : [""] + lines.map { "  " + $0 }
    }
}
