import SockeyeSystem

/// Standard error: what Sockeye itself says. A line begins at the start of one, and is written with one call, so that
/// lines do not mix.
enum Console {
    static let isTerminal = StandardStream.error.isTerminal

    /// Whether terminals here understand colours, and to erase a line. One that nobody has named is not relied on.
    static var understandsSequences: Bool { !["", "dumb"].contains(ThisProcess.environment("TERM") ?? "") }

    static func say(_ line: String) {
        StandardStream.say(broken(line, columns: isTerminal ? StandardStream.error.columns : nil))
    }

    /// A single line that a terminal would cut within a word is broken between words; a command at its end stays whole, so
    /// that it can be copied. What has several lines has its own order.
    ///
    /// - Parameter columns: nil for one line, however long, which is what programs read.
    static func broken(_ line: String, columns: Int?) -> String {
        guard let columns, line.count > columns, !line.contains("\n") else { return line }
        let indent = "  "
        let command = line.firstRange(of: ": sockeye ")?.lowerBound
        let words = command.map { line[...$0] } ?? line[...]
        var rows = Narrator.wrap(String(words), max(columns - indent.count, 20))
        if let command { rows.append(String(line[line.index(command, offsetBy: 2)...])) }
        return rows.joined(separator: "\n" + indent)
    }

    /// Sentences without a command in them that somebody would copy: on a terminal broken between words.
    static func sayWrapped(_ text: String) {
        let columns = isTerminal ? StandardStream.error.columns : nil
        say(Narrator.wrap(text, columns ?? .max).joined(separator: "\n"))
    }

    /// The same without a new line, for the prompt.
    static func put(_ text: String) {
        StandardStream.draw(text)
    }
}
