import ArgumentParser
import SockeyeSystem

/// The parser's help, broken by rules that know examples from sentences. The parser breaks every line between any two words:
/// an example could not be copied then, and what stands behind it came to stand under the command.
struct HelpPage {
    private let columns: Int

    init(columns: Int) { self.columns = max(columns, 20) }

    /// What the page is read on: `COLUMNS`, or the terminal; elsewhere 80.
    static var ownColumns: Int {
        let wanted = ThisProcess.environment("COLUMNS").flatMap { Int($0) } ?? 0
        return wanted > 0 ? wanted : StandardStream.output.columns ?? 80
    }

    /// The help of a command as it is read here.
    static func text(of kind: any ParsableCommand.Type) -> String {
        // The parser leaves lines whole that fit, and this is longer than any.
        let whole = SockeyeTool.helpMessage(for: kind, columns: 100_000)
        return HelpPage(columns: ownColumns).broken(whole)
    }

    func broken(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line(String($0)) }
            .joined(separator: "\n")
    }

    /// Where the parser puts what an option is for.
    private static let optionColumn = 26
    /// Narrower than this, and what an option or an example is for stands below it.
    private static let narrow = 60
    private static let below = 6
    /// Sentences behind an example that would get less room than this stand below it.
    private static let leastRoom = 24

    private func line(_ line: String) -> [String] {
        guard line.count > columns else { return [line] }
        if let label = line.prefixMatch(of: #/(?:USAGE|Usage|Error|Help): +/#)?.output {
            let words = line.dropFirst(label.count)
            // An option, and what it is for: that stands below it, or one would read on from the other.
            if let gap = words.firstRange(of: #/ {2,}/#) {
                let option = hanging(String(label), words[..<gap.lowerBound], at: label.count)
                return option + hanging("", words[gap.upperBound...], at: label.count)
            }
            return hanging(String(label), words, at: label.count)
        }
        let indent = line.prefix { $0 == " " }.count
        if indent == Self.optionColumn {
            return hanging("", line.dropFirst(indent), at: columns < Self.narrow ? Self.below : indent)
        }
        let content = line.dropFirst(indent)
        if let gap = content.firstRange(of: #/ {2,}/#) {
            return row(String(line[..<gap.lowerBound]), content[gap.upperBound...], at: line[..<gap.upperBound].count)
        }
        // What can be pasted stays in one piece.
        if content.hasPrefix("sockeye ") { return [line] }
        return hanging("", content, at: indent)
    }

    /// An option or an example, and what it is for.
    private func row(_ label: String, _ words: Substring, at column: Int) -> [String] {
        if columns >= Self.narrow, columns - column >= Self.leastRoom {
            return hanging(label + String(repeating: " ", count: column - label.count), words, at: column)
        }
        return [label] + hanging("", words, at: Self.below)
    }

    private func hanging(_ label: String, _ words: Substring, at column: Int) -> [String] {
        let indent = String(repeating: " ", count: column)
        let rows = Narrator.wrap(String(words), max(columns - column, 16))
        return rows.enumerated().map { index, row in (index == 0 && !label.isEmpty ? label : indent) + row }
    }
}

extension SockeyeTool {
    /// The command whose help was asked for.
    static func kind(ofHelpFor arguments: [String]) -> any ParsableCommand.Type {
        let word = arguments.first { !$0.hasPrefix("-") && $0 != "help" }
        let kind = configuration.subcommands.first { kind in
            kind._commandName == word || kind.configuration.aliases.contains(word ?? "")
        }
        return kind ?? SockeyeTool.self
    }
}
