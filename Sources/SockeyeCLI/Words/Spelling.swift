/// Slips of the keys: which of the known words was meant.
enum Spelling {
    /// The known word that is nearest to the one that was typed; nil when none is near.
    ///
    /// - Parameter slips: How many are likely in a word of so many letters. Two are in a long word, and make another word of a
    ///   short one.
    static func nearest(
        _ word: String,
        among known: [String],
        slips: (Int) -> Int = { min(2, $0 / 3) }
    ) -> String? {
        if let whole = known.first(where: { word.count > 1 && $0.hasPrefix(word) }) { return whole }
        let ranked = known.map { (word: $0, distance: distance(Array(word), Array($0))) }
        guard let best = ranked.min(by: { $0.distance < $1.distance }) else { return nil }
        return best.distance <= slips(best.word.count) ? best.word : nil
    }

    /// How many letters are wrong, missing, too many, or swapped with their neighbour (optimal string alignment).
    static func distance(_ one: [Character], _ other: [Character]) -> Int {
        var rows = [Array(0...other.count)]
        for (i, letter) in one.enumerated() {
            var row = [i + 1]
            for (j, otherLetter) in other.enumerated() {
                var least = min(row[j] + 1, rows[i][j + 1] + 1, rows[i][j] + (letter == otherLetter ? 0 : 1))
                if i > 0, j > 0, letter == other[j - 1], one[i - 1] == otherLetter {
                    least = min(least, rows[i - 1][j - 1] + 1)
                }
                row.append(least)
            }
            rows.append(row)
        }
        return rows[one.count][other.count]
    }
}
