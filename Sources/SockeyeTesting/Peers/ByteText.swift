/// Bytes as a line of text in quotes that a person can compare with another.
struct ByteText {
    private(set) var text: String
    /// The column at which the marked byte stands.
    private(set) var markedColumn = 0
    /// 64 bytes are as many as fit beside each other when all of them are text.
    private static let most = 64

    init(_ bytes: [UInt8], from first: Int = 0, mark: Int = -1) {
        text = first > 0 ? "…\"" : "\""
        let end = min(bytes.count, first + Self.most)
        for index in first..<max(first, end) {
            if index == mark { markedColumn = text.count }
            text += Self.text(of: bytes[index])
        }
        if mark >= end { markedColumn = text.count }
        text += end < bytes.count ? "\"… (\(bytes.count) bytes)" : "\""
    }

    private static func text(of byte: UInt8) -> String {
        switch byte {
        case 0x0A: #"\n"#
        case 0x0D: #"\r"#
        case 0x09: #"\t"#
        case 0x22: #"\""#
        case 0x5C: #"\\"#
        case 0x20...0x7E: String(Unicode.Scalar(byte))
        default: #"\x"# + (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
    }
}
