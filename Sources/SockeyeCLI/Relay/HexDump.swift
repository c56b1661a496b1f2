/// Bytes as rows of sixteen, or of fewer on a narrow terminal: where they are in the stream, what they are, and which characters that would be.
enum HexDump {
    /// 16 on a row, as everywhere, where 76 columns have room for them.
    private static let widths = [16, 8, 4]

    /// - Parameters:
    ///   - offset: Of the first byte, in its direction of the conversation.
    ///   - columns: nil where no terminal is in the way.
    static func rows(_ bytes: [UInt8], offset: Int, columns: Int? = nil) -> [String] {
        let width = widths.first { 12 + 4 * $0 <= columns ?? .max } ?? 4
        return stride(from: 0, to: bytes.count, by: width).map { start in
            let row = bytes[start..<min(start + width, bytes.count)]
            let numbers = row.map(pair).enumerated().map { ($0.offset == width / 2 ? " " : "") + $0.element }
            let filled = numbers.joined(separator: " ")
            let padding = String(repeating: " ", count: max(0, 3 * width - filled.count))
            return "\(eight(offset + start))  \(filled)\(padding)  \(characters(row))"
        }
    }

    static func characters(_ bytes: some Sequence<UInt8>) -> String {
        String(decoding: bytes.map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: ".") }, as: UTF8.self)
    }

    static func pair(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

    private static func eight(_ number: Int) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }
}
