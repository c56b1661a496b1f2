/// What to do next: a command that works as it stands, with the words that stand before it; or words where no command helps.
///
/// The two are kept apart so that a line that is copied is a command and nothing else: an interactive shell takes words behind a
/// command for its arguments, and zsh takes even `# a comment` so.
package struct NextStep: Sendable, Hashable, ExpressibleByStringInterpolation,
    CustomStringConvertible
{
    /// What it is for, or where: half a sentence, `to end python3`. Empty where the command says it itself.
    package let words: String
    package let command: String?

    private init(_ words: String, _ command: String?) {
        self.words = words
        self.command = command
    }

    package init(stringLiteral words: String) { self.init(words, nil) }

    /// From a note of one line: a command and, behind three blanks or two and a `#`, what it is for; a command alone; or words.
    package init(noted note: String) {
        let marks = ["   ", "  # "].compactMap(note.firstRange)
        if let mark = marks.min(by: { $0.lowerBound < $1.lowerBound }) {
            self.init(String(note[mark.upperBound...]), String(note[..<mark.lowerBound]))
        } else if Self.programs.contains(String(note.prefix { $0 != " " })) {
            self.init("", note)
        } else {
            self.init(note, nil)
        }
    }

    /// With what notes of a command alone begin.
    private static let programs: Set = [
        "sockeye", "ss", "ip", "ls", "df", "ping", "getent", "command", "ulimit", "mkdir", "kill", "sudo", "cat",
        "head",
        "printf",
    ]

    package static func run(_ command: String, _ words: String) -> NextStep {
        NextStep(words, command)
    }

    /// `to end python3: kill 42`
    package var description: String {
        command.map { words.isEmpty ? $0 : "\(words): \($0)" } ?? words
    }
}
