import ArgumentParser
import Sockeye

/// How messages are told apart, as a person types it: `lines`, `length:4le`, `delimiter:\0`.
struct TypedFraming: Sendable, Equatable {
    enum Kind: Sendable, Equatable {
        /// Bytes as they come.
        case none
        case lines
        /// 1, 2, 4 or 8 bytes.
        case length(Int, Framing.ByteOrder)
        case varint
        case fixed(Int)
        case delimiter([UInt8])
    }

    let text: String
    let kind: Kind

    /// What a person may type, for the help and for whoever typed something else.
    static let forms =
        "lines, length:1, length:2, length:4 or length:8 (length:4le for the lowest byte first), varint, "
        + "fixed:BYTES, delimiter:TEXT (with \\n, \\0, \\x1e), or none"

    /// What a shell offers: the forms that are whole, and the beginnings of the others.
    static let typed = [
        "lines", "length:1", "length:2", "length:2le", "length:4", "length:4le", "length:8", "length:8le", "varint",
        "fixed:",
        "delimiter:", "none",
    ]

    init(parsing text: String) throws {
        self.text = text
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let (name, value) = (parts[0].lowercased(), parts.count > 1 ? parts[1] : nil)
        switch (name, value) {
        case ("none", nil): kind = .none
        case ("lines", nil): kind = .lines
        case ("varint", nil): kind = .varint
        case ("length", let value?): kind = try Self.length(value)
        case ("fixed", let value?): kind = try Self.fixed(value)
        case ("delimiter", let value?): kind = .delimiter(try Self.delimiter(value))
        default: throw Self.complaint("\"\(SafeText.line(text))\" is no framing\(Self.guess(text))")
        }
    }

    /// What was meant, where that is not far from what was typed.
    private static func guess(_ text: String) -> String {
        let parts = text.lowercased().split(separator: ":", maxSplits: 1).map(String.init)
        let names = ["lines", "length", "varint", "fixed", "delimiter", "none"]
        guard let typed = parts.first, let name = Spelling.nearest(typed, among: names) else { return "" }
        let usual = ["length": "4", "fixed": "16", "delimiter": "\\n"]
        // The value as it was typed, since a delimiter may have capital letters.
        let value = text.split(separator: ":", maxSplits: 1).dropFirst().first.map(String.init) ?? usual[name]
        let guess = name + (usual[name] == nil ? "" : ":\(value ?? "")")
        return (try? TypedFraming(parsing: guess)) == nil ? "" : "; did you mean \(SafeText.line(guess))?"
    }

    private static func complaint(_ words: String) -> ValidationError {
        // ArgumentParser shows the option's help below it, which names the forms.
        ValidationError(words)
    }

    private static func length(_ value: String) throws -> Kind {
        let text = value.lowercased()
        let order: Framing.ByteOrder = text.hasSuffix("le") ? .littleEndian : .bigEndian
        let hasOrder = text.hasSuffix("le") || text.hasSuffix("be")
        guard let width = Int(text.dropLast(hasOrder ? 2 : 0)), [1, 2, 4, 8].contains(width) else {
            throw complaint("\"length:\(SafeText.line(value))\": a length has 1, 2, 4 or 8 bytes")
        }
        return .length(width, order)
    }

    private static func fixed(_ value: String) throws -> Kind {
        guard let size = TypedSize(argument: value) else {
            throw complaint("\"fixed:\(SafeText.line(value))\": all messages have that many bytes, from 1 to 1G")
        }
        return .fixed(size.byteCount)
    }

    private static func delimiter(_ value: String) throws -> [UInt8] {
        guard let bytes = EscapedText.bytes(of: value) else {
            throw complaint(
                "\"delimiter:\(SafeText.line(value))\" has a \\ before something else than n, r, t, 0, e, \\ or xHH"
            )
        }
        guard !bytes.isEmpty else { throw complaint("\"delimiter:\" lacks the text that ends a message") }
        return bytes
    }

    /// - Parameter maximum: The longest message in bytes; nil for 64 KiB, or what the framing itself needs.
    /// - Returns: nil for `none`.
    func framing(maximum: Int?) -> Framing? {
        let most = maximum ?? Framing.defaultMaximumLength
        return switch kind {
        case .none: nil
        case .lines: .lines(maximumLength: most)
        case .length(1, let order): .lengthPrefixed(UInt8.self, byteOrder: order, maximumLength: most)
        case .length(2, let order): .lengthPrefixed(UInt16.self, byteOrder: order, maximumLength: most)
        case .length(4, let order): .lengthPrefixed(UInt32.self, byteOrder: order, maximumLength: most)
        case .length(_, let order): .lengthPrefixed(UInt64.self, byteOrder: order, maximumLength: most)
        case .varint: .varint(maximumLength: most)
        case .fixed(let size): .fixed(size, maximumLength: maximum ?? max(size, most))
        case .delimiter(let bytes): .delimited(by: bytes, maximumLength: most)
        }
    }

    /// The same length in the other byte order: the usual mistake between two computers.
    var inOtherOrder: String? {
        guard case .length(let width, let order) = kind, width > 1 else { return nil }
        return "length:\(width)" + (order == .bigEndian ? "le" : "be")
    }
}

/// Bytes that cannot be typed, written as C and Python write them.
enum EscapedText {
    /// nil when a backslash stands before something that has no meaning.
    static func bytes(of text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                continue
            }
            guard let letter = rest.popFirst() else { return nil }
            switch letter {
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "r"): bytes.append(0x0D)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "e"): bytes.append(0x1B)
            case UInt8(ascii: "0"): bytes.append(0)
            case UInt8(ascii: "\\"): bytes.append(letter)
            case UInt8(ascii: "x"):
                let digits = rest.prefix(2)
                // `UInt8(_:radix:)` would take a sign too.
                guard digits.count == 2, !digits.contains(UInt8(ascii: "+")),
                    let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
                else { return nil }
                rest = rest.dropFirst(2)
                bytes.append(value)
            default: return nil
            }
        }
        return bytes
    }
}
