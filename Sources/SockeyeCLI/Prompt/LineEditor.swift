/// The line that a person is typing: a pure value, which takes keys and says what the terminal has to show.
struct LineEditor {
    private(set) var text: [Character] = []
    /// Before this character the next one is inserted.
    private(set) var cursor = 0
    private var history: [[Character]] = []
    /// Where in the history it stands; its end is the line that is being typed.
    private var place = 0
    /// That line, while an earlier one is shown.
    private var draft: [Character] = []
    private static let longestHistory = 1000

    enum Event: Equatable {
        case line(String)
        case end
        case suspend
    }

    /// - Returns: what is to be done beside showing the line anew.
    mutating func press(_ key: Key) -> Event? {
        switch key {
        case .character(let character): insert(character)
        case .enter: return .line(finish())
        case .endOfInput where text.isEmpty: return .end
        case .endOfInput, .delete: if cursor < text.count { text.remove(at: cursor) }
        case .backspace: delete(from: cursor - 1)
        case .left: cursor = max(0, cursor - 1)
        case .right: cursor = min(text.count, cursor + 1)
        case .home: cursor = 0
        case .end: cursor = text.count
        case .up: go(to: place - 1)
        case .down: go(to: place + 1)
        case .deleteToStart: delete(from: 0)
        case .deleteToEnd: text.removeSubrange(cursor...)
        case .deleteWord: delete(from: startOfWord)
        case .suspend: return .suspend
        case .redraw: break
        }
        return nil
    }

    /// A character may join the one before it: an accent, or a part of a flag.
    private mutating func insert(_ character: Character) {
        if cursor > 0 {
            let joined = String(text[cursor - 1]) + String(character)
            if joined.count == 1, let one = joined.first {
                text[cursor - 1] = one
                return
            }
        }
        text.insert(character, at: cursor)
        cursor += 1
    }

    private mutating func finish() -> String {
        defer {
            text = []
            cursor = 0
            place = history.count
        }
        if !text.isEmpty, history.last != text { history.append(text) }
        if history.count > Self.longestHistory { history.removeFirst() }
        return String(text)
    }

    private mutating func delete(from start: Int) {
        guard start >= 0 else { return }
        text.removeSubrange(start..<cursor)
        cursor = start
    }

    private var startOfWord: Int {
        var start = cursor
        while start > 0, text[start - 1] == " " { start -= 1 }
        while start > 0, text[start - 1] != " " { start -= 1 }
        return start
    }

    private mutating func go(to next: Int) {
        guard (0...history.count).contains(next) else { return }
        if place == history.count { draft = text }
        place = next
        text = next == history.count ? draft : history[next]
        cursor = text.count
    }

    // MARK: What is seen

    /// What draws the line over whatever stands in the terminal's last one. A line that is too long for it is shown in part.
    func drawing(prompt: String, columns: Int) -> String {
        let room = max(columns - prompt.count - 1, 1)
        let widths = text.map(Self.width)
        var start = 0
        var width = widths[..<cursor].reduce(0, +)
        while width > room {
            width -= widths[start]
            start += 1
        }
        var end = cursor
        var behind = 0
        while end < text.count, width + behind + widths[end] <= room {
            behind += widths[end]
            end += 1
        }
        let shown = String(text[start..<end].map { $0 == "\t" ? " " : $0 })
        return "\r\u{1B}[K" + prompt + shown + (behind > 0 ? "\u{1B}[\(behind)D" : "")
    }

    /// The line as it stays on the screen once it is finished: all of it, in as many rows as it takes.
    func finished(prompt: String) -> String {
        "\r\u{1B}[K" + prompt + String(text.map { $0 == "\t" ? " " : $0 }) + "\n"
    }

    /// How many columns a character takes: two for those of East Asia and for pictures, none for what only joins others.
    private static func width(_ character: Character) -> Int {
        guard let scalar = character.unicodeScalars.first else { return 0 }
        if scalar.properties.isEmojiPresentation { return 2 }
        return switch scalar.value {
        case 0x300...0x36F, 0x200B...0x200F, 0xFE00...0xFE0F: 0
        // The blocks that Unicode's EastAsianWidth.txt has as wide, roughly.
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
            0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            2
        default: 1
        }
    }
}
