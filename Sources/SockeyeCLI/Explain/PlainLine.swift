/// A pasted line without what surrounds the message: colours, typographic quotes, the margin of whoever showed it, and the time.
///
/// Only the searching uses it; what is shown is the line as it was pasted.
enum PlainLine {
    static func of(_ line: String) -> String {
        withoutTime(withoutMargin(isPlain(line) ? line : withoutDecoration(line)))
    }

    /// Nearly every line is.
    private static func isPlain(_ line: String) -> Bool { line.utf8.allSatisfy { $0 < 0x80 && $0 != 0x1B } }

    // MARK: Colours and typography

    private static func withoutDecoration(_ line: String) -> String {
        var plain = String.UnicodeScalarView()
        var rest = line.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\u{1B}": dropSequence(&rest)
            case "\u{2018}", "\u{2019}", "\u{201A}", "\u{2032}": plain.append("'")
            case "\u{201C}", "\u{201D}", "\u{201E}", "\u{2033}": plain.append("\"")
            case "\u{2010}", "\u{2011}", "\u{2013}": plain.append("-")
            case "\u{A0}", "\u{202F}", "\u{2009}": plain.append(" ")
            // A mark of the byte order, and blanks of no width, come along when text is copied.
            case "\u{FEFF}", "\u{200B}": continue
            default: plain.append(scalar)
            }
        }
        return String(plain)
    }

    /// A control sequence of ECMA-48, `ESC [ 31 m`: it ends with the first byte from `@` to `~`.
    private static func dropSequence(_ rest: inout Substring.UnicodeScalarView) {
        guard rest.first == "[" else { return }
        rest.removeFirst()
        while let scalar = rest.popFirst(), !("@"..."~").contains(scalar) {}
    }

    // MARK: What stands in front

    /// `> ` of a quoted mail, `  | ` of Python's exception groups, `web-1  | ` of Docker. Python's own prompt `>>> ` stays.
    private static func withoutMargin(_ line: String) -> String {
        if line.hasPrefix("> ") { return String(line.dropFirst(2)) }
        guard let bar = line.firstIndex(of: "|") else { return line }
        let margin = line[..<bar]
        let isName = margin.utf8.allSatisfy {
            Phrase.isWord($0 | 0x20) || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: " ")
        }
        guard isName, margin.split(separator: " ").count <= 1 else { return line }
        let message = line[line.index(after: bar)...]
        return String(message.hasPrefix(" ") ? message.dropFirst() : message)
    }

    /// `2026/11/21 17:26:37 ` of Go and `2026-11-21T17:26:37.123Z ` of many: what follows begins the message.
    private static func withoutTime(_ line: String) -> String {
        var rest = line.utf8[...]
        let time = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: ":")).contains($0) || "/-.,TZ ".utf8.contains($0) }
        guard time.count >= 8, time.contains(UInt8(ascii: ":")), time.last == UInt8(ascii: " ") else { return line }
        rest = rest.dropFirst(time.count)
        return String(Substring(rest))
    }
}
