/// A command line once more, with one thing changed: whoever pastes it has the options that were given.
enum CommandAgain {
    /// `sockeye serve` at another address.
    ///
    /// - Parameters:
    ///   - typed: The address that did not work.
    ///   - other: What takes its place, as a shell takes it.
    ///   - line: The whole command line.
    static func serving(_ typed: String, now other: String, _ line: [String]) -> String {
        let words = line.dropFirst()
        guard words.count > 1, words.first == "serve" else { return "sockeye serve \(other)" }
        let places = words.indices.filter { words[$0] == typed }
        // The value of an option may look the same.
        guard places.count == 1 else { return "the same command with \(other) instead" }
        let changed = words.indices.map { places.contains($0) ? other : Failure.quoted(words[$0]) }
        return "sockeye " + changed.joined(separator: " ")
    }
}
