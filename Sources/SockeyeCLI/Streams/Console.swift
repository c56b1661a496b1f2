import SockeyeSystem

/// Standard error: what Sockeye itself says. A line begins at the start of one, and is written with one call, so that
/// lines do not mix.
enum Console {
    static let isTerminal = StandardStream.error.isTerminal

    static func say(_ line: String) {
        StandardStream.say(line)
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
