/// What to do next: a command that works as it stands, with the words that stand before it; or words where no command helps.
///
/// The two are kept apart so that a line that is copied is a command and nothing else: an interactive shell takes words behind a
/// command for its arguments, and zsh takes even `# a comment` so.
package struct NextStep: Sendable, Hashable, ExpressibleByStringInterpolation,
    CustomStringConvertible
{
    /// What it is for, or where: half a sentence, `to end python3`.
    package let words: String
    package let command: String?

    private init(_ words: String, _ command: String?) {
        self.words = words
        self.command = command
    }

    package init(stringLiteral words: String) { self.init(words, nil) }

    package static func run(_ command: String, _ words: String) -> NextStep {
        NextStep(words, command)
    }

    /// `to end python3: kill 42`
    package var description: String { command.map { "\(words): \($0)" } ?? words }
}
