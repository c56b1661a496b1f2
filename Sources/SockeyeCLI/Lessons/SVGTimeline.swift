/// A timeline as a picture: for slides, and for a page in a browser.
struct SVGTimeline {
    private static let width = 900
    private static let lineHeight = 18
    private static let top = 92
    /// Characters that fit into a lane: 12 points of a monospaced font are 7.2 wide.
    private static let laneCharacters = 46
    /// Up to the client's lane.
    private static let noteCharacters = 56
    private static let timeX = 78
    private static let laneX: [LessonLane: Int] = [.server: 104, .client: 540]
    private static let arrowXs = (from: 448, to: 528)

    let title: String
    let timeline: LessonTimeline
    let checks: [LessonCheck]

    /// The whole file.
    var text: String {
        var body: [String] = []
        var y = Self.top
        var bars: [LessonLane: Int] = [:]
        for row in timeline.rows {
            let lines = Self.lines(row)
            body += lines.enumerated().map { index, line in
                Self.text(line.text, x: line.x, y: y + index * Self.lineHeight, line.style)
            }
            if row.kind != .note { body.append(Self.time(row.time, y: y)) }
            if let lane = row.lane {
                body.append(Self.dot(lane, y))
                if row.kind == .begin { bars[lane] = y }
                if row.kind == .end, let from = bars.removeValue(forKey: lane) { body.append(Self.bar(lane, from, y)) }
                if let arrow = row.arrow { body.append(Self.arrow(arrow, from: lane, y)) }
            }
            y += lines.count * Self.lineHeight + 6
        }
        for check in checks {
            y += Self.lineHeight
            body.append(
                Self.text((check.holds ? "✓ " : "✗ ") + check.words, x: 24, y: y, check.holds ? "right" : "wrong")
            )
        }
        let axes = LessonLane.allCases.map { Self.axis($0, to: y - checks.count * Self.lineHeight - 8) }
        return ([Self.head(title, height: y + 24)] + axes + body + ["</svg>", ""]).joined(separator: "\n")
    }

    private static func lines(_ row: LessonTimeline.Row) -> [(text: String, x: Int, style: String)] {
        guard let lane = row.lane, let x = laneX[lane] else {
            return Narrator.wrap(row.text, noteCharacters).map { ($0, (laneX[.server] ?? 0) + 14, "note") }
        }
        var lines = Narrator.wrap(row.text, laneCharacters).map { (text: $0, x: x + 14, style: lane.rawValue) }
        if row.kind == .begin { lines.append(("waits …", x + 14, "note")) }
        if let outcome = row.outcome {
            lines += Narrator.wrap("→ " + outcome, laneCharacters - 2).map {
                ($0, x + 28, row.isError ? "wrong" : "plain")
            }
        }
        return lines
    }

    // MARK: Shapes

    private static func head(_ title: String, height: Int) -> String {
        """
        <svg xmlns="http://www.w3.org/2000/svg" width="\(width)" height="\(height)" viewBox="0 0 \(width) \(height)" \
        role="img" aria-label="\(escaped(title))">
        <style>text{font:12px ui-monospace,"DejaVu Sans Mono",monospace;fill:#24292f}.title{font-size:16px;font-weight:bold}\
        .server{fill:#0a6a75;font-weight:bold}.client{fill:#9a6700;font-weight:bold}.note,.time{fill:#6e7781}\
        .wrong{fill:#b42318;font-weight:bold}.right{fill:#1a7f37;font-weight:bold}</style>
        <defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto">\
        <path d="M0 0 8 4 0 8z" fill="#57606a"/></marker></defs>
        <rect width="\(width)" height="\(height)" fill="#ffffff"/>
        \(text(title, x: 24, y: 34, "title"))
        \(text("SERVER", x: (laneX[.server] ?? 0) + 14, y: 64, "server"))
        \(text("CLIENT", x: (laneX[.client] ?? 0) + 14, y: 64, "client"))
        """
    }

    private static func axis(_ lane: LessonLane, to bottom: Int) -> String {
        let x = laneX[lane] ?? 0
        return "<line x1=\"\(x)\" y1=\"72\" x2=\"\(x)\" y2=\"\(bottom)\" stroke=\"#d0d7de\" stroke-width=\"2\"/>"
    }

    private static func bar(_ lane: LessonLane, _ from: Int, _ to: Int) -> String {
        let x = (laneX[lane] ?? 0) - 4
        return
            "<rect x=\"\(x)\" y=\"\(from - 4)\" width=\"8\" height=\"\(to - from)\" rx=\"4\" fill=\"\(colour(lane))\" "
            + "fill-opacity=\"0.35\"/>"
    }

    private static func dot(_ lane: LessonLane, _ y: Int) -> String {
        "<circle cx=\"\(laneX[lane] ?? 0)\" cy=\"\(y - 4)\" r=\"4\" fill=\"\(colour(lane))\"/>"
    }

    private static func arrow(_ arrow: LessonStep.Arrow, from lane: LessonLane, _ y: Int) -> String {
        let (left, right) = arrowXs
        let (start, end) = lane == .server ? (left, right) : (right, left)
        let dashes = arrow == .lost ? " stroke-dasharray=\"4 4\"" : " marker-end=\"url(#tip)\""
        let line =
            "<line x1=\"\(start)\" y1=\"\(y - 4)\" x2=\"\(end)\" y2=\"\(y - 4)\" stroke=\"#57606a\" stroke-width=\"1.5\"\(dashes)/>"
        return arrow == .lost ? line + text("✗", x: end - 4, y: y, "wrong") : line
    }

    private static func colour(_ lane: LessonLane) -> String { lane == .server ? "#0a6a75" : "#9a6700" }

    private static func time(_ time: Duration, y: Int) -> String {
        "<text x=\"\(timeX)\" y=\"\(y)\" class=\"time\" text-anchor=\"end\">\(TextTimeline.clock(time))</text>"
    }

    private static func text(_ text: String, x: Int, y: Int, _ style: String) -> String {
        "<text x=\"\(x)\" y=\"\(y)\" class=\"\(style)\" xml:space=\"preserve\">\(escaped(text))</text>"
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
            .replacing("\"", with: "&quot;")
    }
}
