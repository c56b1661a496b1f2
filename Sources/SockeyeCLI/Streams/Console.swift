import SockeyeSystem

/// Standard error: what Sockeye itself says. A line is written with one call, so that lines do not mix.
enum Console {
    static let isTerminal = StandardStream.error.isTerminal

    static func say(_ line: String) {
        Syscalls.writeToStandardError(line + "\n")
    }

    /// The same without a new line, for the prompt.
    static func put(_ text: String) {
        Syscalls.writeToStandardError(text)
    }
}
