import SockeyeSystem

/// Tells the tour in two lanes: the server's on the left, the client's on the right.
final class Narrator: Sendable {
    enum Lane {
        case server
        case client
    }

    /// Two lanes beside each other, or where the terminal is too narrow for them, one below the other.
    struct Layout: Equatable {
        /// 80 columns are what most terminals have: two lanes of 38 and a gap.
        var laneWidth = 38
        var clientColumn = 41
        var pageWidth = 78

        init() {}

        /// - Parameter columns: nil where nobody knows, such as in a file.
        init(columns: Int?) {
            guard let columns, columns < clientColumn + laneWidth else { return }
            clientColumn = 4
            // The last column stays empty: some terminals begin a line when it is written.
            laneWidth = max(columns - clientColumn - 1, 20)
            pageWidth = max(columns - 1, 20)
        }

        var isNarrow: Bool { clientColumn < laneWidth }
    }

    private let layout: Layout

    private let paint: Paint
    private let number = Locked(0)
    /// Where the steps go instead: `--json`.
    private let log = EventLog.current

    init(columns: Int? = StandardStream.output.columns) {
        layout = Layout(columns: columns)
        paint = Paint(isOn: StandardStream.output.isTerminal && Paint.isWanted)
    }

    // MARK: Pages

    func opening() {
        if log != nil { return }
        line(paint.bold("A tour of sockets"))
        paragraph(
            """
            A socket is one end of a conversation between two programs. One program, the server, waits at an address; \
            the other, the client, goes there. Below, both run for real, on this computer. What stands after an arrow \
            is what the system really answered.
            """
        )
    }

    func chapter(_ title: String, _ text: String) {
        if let log { return log.tell("chapter", [.init(name: "title", value: .string(title))]) }
        line("")
        let rows = Self.wrap(title, layout.pageWidth)
        for row in rows { line(paint.bold(row)) }
        line(paint.faint(String(repeating: "─", count: rows.map(\.count).max() ?? 0)))
        paragraph(text)
        heading()
    }

    func paragraph(_ text: String) {
        if let log { return log.tell("text", [.init(name: "text", value: .string(text))]) }
        line("")
        for row in Self.wrap(text, layout.pageWidth) { line(row) }
    }

    func closing() {
        if log != nil { return }
        line("")
        line(paint.bold("Now you"))
        paragraph("Open two terminals. In the first one start a server, in the second one talk to it:")
        line("")
        line("    " + paint.server("sockeye serve"))
        line("    " + paint.client("sockeye connect 1337"))
        line("")
        for row in Self.wrap("With --explain each of them tells what it does, as it was told here.", layout.pageWidth) {
            line(row)
        }
    }

    private func heading() {
        line("")
        let indent = String(repeating: " ", count: layout.clientColumn)
        let gap = layout.isNarrow ? "\n" + indent : String(indent.dropFirst("SERVER".count))
        line(paint.server("SERVER") + gap + paint.client("CLIENT"))
    }

    // MARK: Steps

    /// One step: the system call, what it is for, and, once it has returned, what came back.
    func tell(_ lane: Lane, _ call: String, _ text: String, result: String? = nil) {
        let number = number.with { number -> Int in
            number += 1
            return number
        }
        let label = (number < 10 ? " " : "") + "\(number) "
        if let log {
            return log.tell("step", Self.fields(lane, call, result) + [.init(name: "text", value: .string(text))])
        }
        var rows = [paint.lane(lane, label + call)]
        if !text.isEmpty { rows += Self.wrap(text, layout.laneWidth - 3).map { "   " + $0 } }
        if let result { rows += arrow(result).map(paint.bold) }
        write(rows, lane)
    }

    /// What came of a step that was told before, when it began to wait.
    func tellResult(_ lane: Lane, _ call: String, _ result: String) {
        if let log { return log.tell("returned", Self.fields(lane, call, result)) }
        write([paint.lane(lane, " · \(call) returns")] + arrow(result).map(paint.bold), lane)
    }

    private static func fields(_ lane: Lane, _ call: String, _ result: String?) -> [JSONValue.Member] {
        [
            .init(name: "side", value: .string(lane == .server ? "server" : "client")),
            .init(name: "call", value: .string(call)), .init(name: "result", value: .optional(result)),
        ]
    }

    private func arrow(_ result: String) -> [String] {
        Self.wrap(result, layout.laneWidth - 5).enumerated().map { ($0.offset == 0 ? "   → " : "     ") + $0.element }
    }

    private func write(_ rows: [String], _ lane: Lane) {
        let indent = lane == .server ? "" : String(repeating: " ", count: layout.clientColumn)
        line(rows.map { indent + $0 }.joined(separator: "\n"))
    }

    private func line(_ text: String) {
        // Where nobody reads on, the tour is over.
        OwnOutput.write(text + "\n")
    }

    /// Text in rows of at most `width` characters, broken between words.
    static func wrap(_ text: String, _ width: Int) -> [String] {
        var rows = [""]
        for word in text.split(separator: " ") {
            let row = rows[rows.count - 1]
            if row.isEmpty {
                rows[rows.count - 1] = String(word)
            } else if row.count + 1 + word.count <= width {
                rows[rows.count - 1] = row + " " + word
            } else {
                rows.append(String(word))
            }
        }
        return rows
    }
}

/// Colours, where they are wanted: the eight that every terminal has, so that they suit its background.
struct Paint {
    let isOn: Bool

    func bold(_ text: String) -> String { wrap(text, "1") }
    func faint(_ text: String) -> String { wrap(text, "2") }
    func server(_ text: String) -> String { wrap(text, "1;36") }
    func client(_ text: String) -> String { wrap(text, "1;33") }
    func lane(_ lane: Narrator.Lane, _ text: String) -> String { lane == .server ? server(text) : client(text) }

    private func wrap(_ text: String, _ code: String) -> String {
        isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
