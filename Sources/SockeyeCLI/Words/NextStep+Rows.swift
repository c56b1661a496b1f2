import SockeyeDoctor

extension NextStep {
    /// As every page shows it. The words are broken to the width; a command has a line of its own below them, unbroken, so that
    /// the line can be copied as it is.
    func rows(_ width: Int) -> [String] {
        guard let command else { return Narrator.wrap(words, width) }
        return words.isEmpty ? [command] : Narrator.wrap(words + ":", width) + ["  " + command]
    }
}
