/// A timeline in a terminal: the server's lane on the left, the client's on the right, time downwards. In a narrow one there is
/// one lane for both, with a word before each line.
struct TextTimeline {
    private let paint: Paint
    private let laneWidth: Int
    private static let timeWidth = 9
    private static let gapWidth = 5
    /// Of the word before each line where there is one lane.
    private static let nameWidth = 7
    private let hasOneLane: Bool
    /// Below 60 columns two lanes cannot be read; above 132 the eye loses the row.
    private static let widths = 60...132
    /// Below 36 columns nothing can.
    private static let narrowest = 36

    init(columns: Int, paint: Paint) {
        self.paint = paint
        hasOneLane = columns < Self.widths.lowerBound
        guard !hasOneLane else {
            laneWidth = max(columns, Self.narrowest) - 1 - Self.timeWidth - 1 - Self.nameWidth
            return
        }
        let width = min(columns, Self.widths.upperBound)
        // One column stays free: some terminals break a line that fills the last one.
        laneWidth = (width - 1 - Self.timeWidth - 1 - Self.gapWidth) / 2
    }

    func lines(_ timeline: LessonTimeline) -> [String] {
        if hasOneLane { return timeline.rows.flatMap(linesInOneLane) }
        let head = cell("SERVER", .server) + String(repeating: " ", count: Self.gapWidth)
        return [padded("", Self.timeWidth + 1) + head + paint.client("CLIENT")] + timeline.rows.flatMap(lines)
    }

    private func lines(_ row: LessonTimeline.Row) -> [String] {
        guard let lane = row.lane else { return note(row) }
        let cells = texts(row)
        return cells.enumerated().map { index, text in
            let time = index == 0 ? Self.clock(row.time) : ""
            let own = cell(text.text, text.style)
            let other = cell(row.waiting.contains(lane.other) ? "┆" : "", .faint)
            let gap = index == 0 ? arrow(row) : String(repeating: " ", count: Self.gapWidth)
            let lanes = lane == .server ? own + gap + other : other + gap + own
            return Self.trimmed(paint.faint(padded(time, Self.timeWidth)) + " " + lanes)
        }
    }

    private func linesInOneLane(_ row: LessonTimeline.Row) -> [String] {
        guard let lane = row.lane else { return note(row) }
        let name = coloured(lane == .server ? "server" : "client", lane == .server ? .server : .client)
        return texts(row).enumerated().map { index, text in
            let time = paint.faint(padded(index == 0 ? Self.clock(row.time) : "", Self.timeWidth))
            let who = index == 0 ? name + " " : String(repeating: " ", count: Self.nameWidth)
            return Self.trimmed(time + " " + who + cell(text.text, text.style))
        }
    }

    private enum Style {
        case server, client, faint, plain, wrong
    }

    private struct Text {
        let text: String
        let style: Style
    }

    private func texts(_ row: LessonTimeline.Row) -> [Text] {
        let lead = row.kind == .end ? "└ " : ""
        let style: Style = row.lane == .server ? .server : .client
        var texts = Self.wrap(lead + row.text, laneWidth).map { Text(text: $0, style: style) }
        if row.kind == .begin { texts.append(Text(text: "┆ waits …", style: .faint)) }
        if let outcome = row.outcome {
            for (index, line) in Self.wrap(outcome, laneWidth - 4).enumerated() {
                let lead = index == 0 ? "  → " : "    "
                texts.append(Text(text: lead + line, style: row.isError ? .wrong : .plain))
            }
        }
        return texts
    }

    /// A word that is longer than the lane is broken as well, behind a sign where there is one: the port at the end of an
    /// address is what is looked for.
    private static func wrap(_ text: String, _ width: Int) -> [String] {
        Narrator.wrap(text, width).flatMap { row in
            var (pieces, rest) = ([String](), row[...])
            while rest.count > width {
                let head = rest.prefix(width)
                let cut = head.lastIndex { "(:,".contains($0) }.map { head.index(after: $0) } ?? head.endIndex
                pieces.append(String(rest[..<cut]))
                rest = rest[cut...]
            }
            return pieces + [String(rest)]
        }
    }

    private func coloured(_ text: String, _ style: Style) -> String {
        switch style {
        case .server: paint.server(text)
        case .client: paint.client(text)
        case .faint: paint.faint(text)
        case .wrong: paint.wrong(text)
        case .plain: text
        }
    }

    private func note(_ row: LessonTimeline.Row) -> [String] {
        let width = hasOneLane ? laneWidth + Self.nameWidth : laneWidth * 2 + Self.gapWidth
        return Narrator.wrap(row.text, width).map { text in
            padded("", Self.timeWidth + 1) + paint.faint(text)
        }
    }

    private func arrow(_ row: LessonTimeline.Row) -> String {
        switch (row.arrow, row.lane) {
        case (nil, _), (_, nil): String(repeating: " ", count: Self.gapWidth)
        case (.delivered, .server): " ──▶ "
        case (.delivered, .client): " ◀── "
        case (.lost, .server): " ──✗ "
        case (.lost, .client): " ✗── "
        }
    }

    private func cell(_ text: String, _ style: Style) -> String {
        let shown = text.count > laneWidth ? String(text.prefix(laneWidth - 1)) + "…" : text
        let padding = String(repeating: " ", count: laneWidth - shown.count)
        return (shown.isEmpty ? "" : coloured(shown, style)) + padding
    }

    private func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    static func trimmed(_ line: String) -> String {
        var line = line[...]
        while line.last == " " { line = line.dropLast() }
        return String(line)
    }

    /// `12.3 ms` since the lesson began.
    static func clock(_ time: Duration) -> String { Quantity.time(time) }
}

extension Paint {
    /// For an error that is part of what is shown.
    func wrong(_ text: String) -> String { isOn ? "\u{1B}[1;31m\(text)\u{1B}[0m" : text }
    func right(_ text: String) -> String { isOn ? "\u{1B}[1;32m\(text)\u{1B}[0m" : text }
}
