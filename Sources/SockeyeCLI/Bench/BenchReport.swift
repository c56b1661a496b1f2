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
        if let rate = plan.rate { parts.append("\(Figures.plain(rate)) due each second") }
        let text = "\(name): " + parts.joined(separator: ", ")
        return Narrator.wrap(text, max(width - 2, 20)).joined(separator: "\n  ")
    }

    private var figures: [String] {
        var lines = [
            row("messages", "\(Figures.grouped(result.messages)) answered in \(seconds)\(ending), \(checked)"),
            row("rate", Figures.short(result.messagesPerSecond) + " messages/s" + due),
            row(
                "throughput",
                "\(Figures.bytes(result.sentBytesPerSecond))/s sent, \(Figures.bytes(result.receivedBytesPerSecond))/s received"
            ),
            row("errors", errors),
        ]
        if result.unanswered > 0 {
            lines.append(
                row(
                    "unanswered",
                    "\(Figures.grouped(result.unanswered)) at the end; they count below with the time that they waited"
                )
            )
        }
        if result.loadShare > BenchResult.fullLoad {
            let share = "\(Int((result.loadShare * 100).rounded())) %"
            lines.append(
                row("note", "the load itself was busy for \(share) of the time: it may be the limit (--loops)")
            )
        }
        return lines
    }

    private func row(_ label: String, _ text: String) -> String {
        let indent = String(repeating: " ", count: 14)
        // A table has its own blanks, and it is not given here where it is too wide.
        let rows = text.count + indent.count <= width ? [text] : Narrator.wrap(text, max(width - indent.count, 16))
        return "  " + Figures.filled(label, 12) + rows.joined(separator: "\n\(indent)")
    }

    private var width: Int { columns ?? .max }

    private var seconds: String { Figures.fixed(result.seconds, 2) + " s" }

    private var ending: String {
        switch result.ending {
        case .time: ""
        case .finished: plan.count.map { $0 == result.messages } == true ? "" : ", until no connection was left"
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

    private var due: String {
        guard let rate = plan.rate else { return plan.reconnects ? ", and as many connections" : "" }
        return " of \(Figures.plain(rate))"
    }

    private var errors: String {
        let faults = result.faults.ranked
        if faults.isEmpty { return "none" }
        return faults.map { "\(Figures.grouped($0.count)) \(Fault.words(of: $0.kind))" }.joined(separator: ", ")
    }

    private var latency: [String] {
        guard result.latencies.totalCount > 0 else { return ["  latency     nothing came"] }
        let cells = BenchResult.told.map { name, percentile in
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

    private var picture: [String] {
        let lines = LatencyPicture(result.latencies).lines(columns: columns.map { $0 - 2 } ?? .max)
        return lines.isEmpty ? [] : [""] + lines.map { "  " + $0 }
    }
}
