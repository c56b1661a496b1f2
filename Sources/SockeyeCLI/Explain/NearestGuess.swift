/// Entries whose words are near those of an unknown text: for typing errors, and for messages in other words.
enum NearestGuess {
    /// 0.55: below that the words have little in common, and a wrong guess is worse than none.
    static let threshold = 0.55
    private static let maximumCount = 3
    /// 300: a message in other words is not longer.
    private static let mostCharacters = 300

    /// At most three, the nearest first; often none.
    static func entries(for text: ErrorText) -> [Explanation] {
        // The last lines, since that is where programs say it, and no more of them than a person would compare.
        let wanted = text.lines.filter { !$0.isEmpty }.suffix(10).map { trigrams(String($0.prefix(mostCharacters))) }
        let scored = Explanation.all.filter { !$0.messages.isEmpty }.map { entry in
            let known = entry.messages + entry.errnos + [entry.title.split(separator: ":").first.map(String.init) ?? ""]
            let score = known.map(trigrams).flatMap { one in wanted.map { similarity(one, $0) } }.max() ?? 0
            return (entry: entry, score: score)
        }
        return scored.filter { $0.score >= threshold }.sorted { $0.score > $1.score }.prefix(maximumCount).map(\.entry)
    }

    /// The pieces of three characters that a text has, blanks at the edges of words included.
    private static func trigrams(_ text: String) -> Set<[UInt8]> {
        let words = text.lowercased().split { !$0.isLetter && !$0.isNumber }.joined(separator: " ")
        let bytes = Array((" " + words + " ").utf8)
        guard bytes.count >= 3 else { return [] }
        return Set((0...(bytes.count - 3)).map { Array(bytes[$0..<($0 + 3)]) })
    }

    /// Dice's coefficient: 1 for equal texts, 0 for those with nothing in common.
    private static func similarity(_ one: Set<[UInt8]>, _ other: Set<[UInt8]>) -> Double {
        let sum = one.count + other.count
        return sum == 0 ? 0 : 2 * Double(one.intersection(other).count) / Double(sum)
    }
}
