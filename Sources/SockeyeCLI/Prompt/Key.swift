/// One key of a terminal.
enum Key: Equatable {
    case character(Character)
    case enter, backspace, delete
    case left, right, home, end, up, down
    case deleteToStart, deleteToEnd, deleteWord
    /// Ctrl-D: the end, or on a line that is not empty the character under the cursor.
    case endOfInput
    case suspend
    case redraw
}

/// Keys out of the bytes that a terminal sends, of which some take several.
struct KeyDecoder {
    private var pending: [UInt8] = []

    /// The next key; nil when more bytes have to come first.
    mutating func next() -> Key? {
        while let first = pending.first {
            if first == 0x1B {
                guard let (key, length) = Self.escape(pending) else { return nil }
                pending.removeFirst(length)
                if let key { return key }
                continue
            }
            guard first < 0x80 else {
                guard let (character, length) = Self.character(pending) else { return nil }
                pending.removeFirst(length)
                return .character(character)
            }
            pending.removeFirst()
            if let key = Self.control(first) { return key }
        }
        return nil
    }

    mutating func append(_ bytes: [UInt8]) { pending += bytes }

    /// nil for what has no meaning.
    private static func control(_ byte: UInt8) -> Key? {
        switch byte {
        case 0x01: .home
        case 0x02: .left
        case 0x04: .endOfInput
        case 0x05: .end
        case 0x06: .right
        case 0x08, 0x7F: .backspace
        case 0x09: .character("\t")
        case 0x0A, 0x0D: .enter
        case 0x0B: .deleteToEnd
        case 0x0C: .redraw
        case 0x0E: .down
        case 0x10: .up
        case 0x15: .deleteToStart
        case 0x17: .deleteWord
        case 0x1A: .suspend
        case 0x20...0x7E: .character(Character(Unicode.Scalar(byte)))
        default: nil
        }
    }

    /// A character of several bytes; what is no UTF-8 becomes U+FFFD. nil: its last byte has not come.
    private static func character(_ bytes: [UInt8]) -> (Character, length: Int)? {
        let length =
            switch bytes[0] {
            case 0xC2...0xDF: 2
            case 0xE0...0xEF: 3
            case 0xF0...0xF4: 4
            default: 1
            }
        let rest = bytes[1..<min(length, bytes.count)]
        if let broken = rest.firstIndex(where: { !(0x80...0xBF).contains($0) }) { return ("\u{FFFD}", broken) }
        guard bytes.count >= length else { return nil }
        // `first` because a wrong sequence of the right length gives several signs.
        return (String(decoding: bytes[..<length], as: UTF8.self).first ?? "\u{FFFD}", length)
    }

    /// `ESC [ A` and its like, as terminals send for arrow keys (ECMA-48, section 5.4). nil: more has to come.
    private static func escape(_ bytes: [UInt8]) -> (Key?, length: Int)? {
        guard bytes.count > 1 else { return nil }
        guard bytes[1] == UInt8(ascii: "[") || bytes[1] == UInt8(ascii: "O") else { return (nil, 2) }
        guard let last = bytes[2...].firstIndex(where: { (0x40...0x7E).contains($0) }) else {
            // No terminal sends a sequence that long: the beginning of it was none.
            return bytes.count > 32 ? (nil, 2) : nil
        }
        let key: Key? =
            switch (bytes[last], bytes[2..<last].first) {
            case (UInt8(ascii: "A"), _): .up
            case (UInt8(ascii: "B"), _): .down
            case (UInt8(ascii: "C"), _): .right
            case (UInt8(ascii: "D"), _): .left
            case (UInt8(ascii: "H"), _), (UInt8(ascii: "~"), UInt8(ascii: "1")), (UInt8(ascii: "~"), UInt8(ascii: "7")):
                .home
            case (UInt8(ascii: "F"), _), (UInt8(ascii: "~"), UInt8(ascii: "4")), (UInt8(ascii: "~"), UInt8(ascii: "8")):
                .end
            case (UInt8(ascii: "~"), UInt8(ascii: "3")): .delete
            default: nil
            }
        return (key, last + 1)
    }
}
