/// Words for what came where something else was expected.
enum FramingWords {
    /// The bytes as text in quotes, if all of them could have been typed.
    static func text(_ bytes: [UInt8]) -> String? {
        var text = ""
        for byte in bytes {
            switch byte {
            case 0x0A: text += #"\n"#
            case 0x0D: text += #"\r"#
            case 0x09: text += #"\t"#
            case 0x20...0x7E: text.unicodeScalars.append(Unicode.Scalar(byte))
            default: return nil
            }
        }
        return "\"\(text)\""
    }

    /// `these four bytes are`
    static func these(_ count: Int) -> String {
        let names = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight"]
        return "these \(count < names.count ? names[count] : String(count)) bytes are"
    }

    /// `47 45 54 20`
    static func hexadecimal(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
    }

    /// A delimiter as text in quotes if it is that, and as bytes otherwise.
    static func delimiter(_ bytes: [UInt8]) -> String {
        text(bytes) ?? "the byte\(bytes.count == 1 ? "" : "s") \(hexadecimal(bytes)) (hexadecimal)"
    }

    /// `1 byte`, `2 bytes`
    static func bytes(_ count: Int) -> String { count == 1 ? "1 byte" : "\(count) bytes" }
}
