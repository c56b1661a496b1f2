/// A command as it is typed, split into its words as a shell would, and nothing else: no variable, no `*`, no `|`.
enum CommandWords {
    enum Mistake: Error, Equatable {
        case unclosedQuote(Character)
        case nothingAfterBackslash
        case empty
    }

    /// Blanks separate words; `'…'` keeps everything, `"…"` all but `\"` and `\\`, and `\` keeps the next character.
    static func split(_ text: String) throws(Mistake) -> [String] {
        var words: [String] = []
        var word: String?
        var quote: Character?
        var rest = text[...]
        while let character = rest.popFirst() {
            if let open = quote {
                if character == open {
                    quote = nil
                } else if open == "\"", character == "\\", let next = rest.first, "\"\\".contains(next) {
                    rest = rest.dropFirst()
                    word?.append(next)
                } else {
                    word?.append(character)
                }
                continue
            }
            switch character {
            case " ", "\t", "\n":
                if let complete = word { words.append(complete) }
                word = nil
            case "'", "\"":
                quote = character
                word = word ?? ""
            case "\\":
                guard let next = rest.popFirst() else { throw .nothingAfterBackslash }
                word = (word ?? "") + String(next)
            default:
                word = (word ?? "") + String(character)
            }
        }
        if let quote { throw .unclosedQuote(quote) }
        if let word { words.append(word) }
        if words.isEmpty { throw .empty }
        return words
    }
}
