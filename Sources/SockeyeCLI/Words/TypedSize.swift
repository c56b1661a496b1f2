import ArgumentParser

/// A number of bytes as a person types it: `512`, `64K`, `1M`, `1G`, in steps of 1024.
struct TypedSize: Equatable {
    let byteCount: Int

    /// 1 GiB: a single message or line that is larger is a typing error.
    static let largest = 1 << 30
    private static let units: [(suffix: String, bytes: Int)] = [("K", 1 << 10), ("M", 1 << 20), ("G", 1 << 30)]

    /// - Throws: what a size looks like.
    init(parsing text: String) throws { try self.init(parsing: text, upTo: Self.largest) }

    /// - Parameter highest: What the option takes at most, for the words: how it is told, the option knows best.
    init(parsing text: String, upTo highest: Int) throws {
        guard let size = Self(argument: text) else {
            let negative = text.hasPrefix("-") ? "\(SafeText.line(text)) is negative; " : ""
            throw ValidationError(
                "\(negative)a size is a whole number of bytes such as \(Self.examples), from 1 to \(Self.text(atLeast: highest))"
            )
        }
        self = size
    }

    init?(argument: String) {
        let text = argument.uppercased()
        let unit = Self.units.first { text.hasSuffix($0.suffix) }
        let digits = text.dropLast(unit?.suffix.count ?? 0)
        // `Int` would take a sign too.
        guard digits.allSatisfy({ $0.isASCII && $0.isNumber }), let number = Int(digits), number > 0,
            number <= Self.largest / (unit?.bytes ?? 1)
        else { return nil }
        byteCount = number * (unit?.bytes ?? 1)
    }

    /// The next power of two as a person types it: 128K for 70,000.
    static func text(atLeast count: Int) -> String {
        var size = 1
        while size < count { size *= 2 }
        guard let unit = units.last(where: { size >= $0.bytes }) else { return "\(size)" }
        return "\(size / unit.bytes)\(unit.suffix)"
    }

    static let examples = "512, 64K or 1M"
}
