/// The bytes of a Unix socket's name as text that is safe on a terminal and reads back to the same bytes.
///
/// A name may hold anything: control characters that would command the terminal, bytes that are no UTF-8. Those are
/// written `\xNN`, and a backslash as `\\`; everything else stays as it is.
enum EscapedBytes {
    /// The text for these bytes.
    static func escape(_ bytes: some Collection<UInt8>) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            return bytes.reduce(into: "") { $0 += $1 < 0x80 ? escape(CollectionOfOne($1)) : hexadecimal($1) }
        }
        return escape(text)
    }

    /// The same for text. Space at either end is escaped too, since there nobody can see it.
    static func escape(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard !scalars.isEmpty else { return "" }
        let last = scalars.index(before: scalars.endIndex)
        var result = ""
        for index in scalars.indices {
            let scalar = scalars[index]
            let isAtAnEnd = index == scalars.startIndex || index == last
            if scalar == "\\" {
                result += #"\\"#
            } else if isHidden(scalar) || (scalar == " " && isAtAnEnd) {
                result += String(scalar).utf8.map(hexadecimal).joined()
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The bytes that the text stands for, or nil if a backslash is followed by anything but `\` or `xNN`.
    static func unescape(_ text: Substring) -> [UInt8]? {
        var rest = text.utf8
        var bytes: [UInt8] = []
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            switch rest.popFirst() {
            case UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
            case UInt8(ascii: "x"):
                guard let high = rest.popFirst().flatMap(\.hexadecimalValue),
                    let low = rest.popFirst().flatMap(\.hexadecimalValue)
                else { return nil }
                bytes.append(high << 4 | low)
            default:
                return nil
            }
        }
        return bytes
    }

    /// `\xNN`, always with two digits.
    static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? #"\x0"# : #"\x"#) + String(byte, radix: 16)
    }

    /// Whether a scalar shows nothing or something else than itself. Format characters are among them because they
    /// can turn the direction of the text that follows.
    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        if scalar.isASCII { return scalar.value < 0x20 || scalar.value == 0x7F }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .spaceSeparator: return true
        default: return false
        }
    }
}
