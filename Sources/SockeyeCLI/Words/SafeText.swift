/// Bytes as text that is safe on a terminal, piece by piece: text is not bytes.
///
/// A character whose bytes arrive in two pieces is shown once it is complete. What is no UTF-8 is shown as `\xNN`, and
/// what would command the terminal (escape sequences, text that runs backwards) as `\e`, `\r` or `\u{NN}`.
struct SafeText {
    private var pending: [UInt8] = []

    /// Whether the bytes so far end in the middle of a character.
    var isInCharacter: Bool { !pending.isEmpty }

    /// The text of these bytes, as far as it is complete.
    mutating func append(_ bytes: some Sequence<UInt8>) -> String {
        var shown = ""
        for byte in bytes { take(byte, into: &shown) }
        return shown
    }

    /// What is left when nothing more comes: bytes that began a character.
    mutating func finish() -> String {
        defer { pending = [] }
        return pending.map(Self.hexadecimal).joined()
    }

    private mutating func take(_ byte: UInt8, into shown: inout String) {
        if !pending.isEmpty {
            if Self.continues(pending, byte) {
                pending.append(byte)
                if pending.count == Self.length(of: pending[0]) { shown += complete() }
                return
            }
            shown += finish()
        }
        switch Self.length(of: byte) {
        case 0: shown += Self.hexadecimal(byte)
        case 1: shown += Self.safe(Unicode.Scalar(byte))
        default: pending = [byte]
        }
    }

    private mutating func complete() -> String {
        defer { pending = [] }
        return String(decoding: pending, as: UTF8.self).unicodeScalars.map(Self.safe).joined()
    }

    /// How many bytes a character has that begins with this one; 0 when none does.
    private static func length(of first: UInt8) -> Int {
        switch first {
        case 0x00...0x7F: 1
        case 0xC2...0xDF: 2
        case 0xE0...0xEF: 3
        case 0xF0...0xF4: 4
        default: 0
        }
    }

    /// Whether a byte goes on with a character (The Unicode Standard, table 3-7).
    private static func continues(_ pending: [UInt8], _ byte: UInt8) -> Bool {
        guard pending.count == 1 else { return (0x80...0xBF).contains(byte) }
        return switch pending[0] {
        case 0xE0: (0xA0...0xBF).contains(byte)
        case 0xED: (0x80...0x9F).contains(byte)
        case 0xF0: (0x90...0xBF).contains(byte)
        case 0xF4: (0x80...0x8F).contains(byte)
        default: (0x80...0xBF).contains(byte)
        }
    }

    private static func safe(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\n", "\t": String(scalar)
        case "\r": #"\r"#
        case "\u{1B}": #"\e"#
        case _ where isHarmful(scalar):
            scalar.isASCII
                ? hexadecimal(UInt8(scalar.value)) : #"\u{"# + String(scalar.value, radix: 16) + "}"
        default: String(scalar)
        }
    }

    /// Control characters, and those that turn the direction of text or hide in it. The joiners stay: emoji need them.
    private static func isHarmful(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        case .format: scalar != "\u{200C}" && scalar != "\u{200D}"
        default: false
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? #"\x0"# : #"\x"#) + String(byte, radix: 16)
    }
}
