import ArgumentParser

/// A span of time as a person types it: `500ms`, `30s`, `5m`, `1h`, or a bare number of seconds.
struct TypedDuration: Equatable {
    let duration: Duration

    private static let units: [(suffix: String, seconds: Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)]

    /// - Throws: what a time looks like.
    init(parsing text: String) throws {
        guard let time = Self(argument: text) else {
            let negative = text.hasPrefix("-") ? "\(SafeText.line(text)) is negative; " : ""
            throw ValidationError("\(negative)a time is a number and its unit, such as \(Self.examples), up to a year")
        }
        self = time
    }

    init?(argument: String) {
        let text = argument.lowercased()
        let unit = Self.units.first { text.hasSuffix($0.suffix) }
        let digits = text.dropLast(unit?.suffix.count ?? 0)
        // Not `Double`'s whole language: "nan", "inf" and "1e9" are typing errors here.
        guard let first = digits.first, first.isNumber, digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
            let number = Double(digits), number * (unit?.seconds ?? 1) <= Self.longestSeconds
        else { return nil }
        // Whole nanoseconds, so that 700ms is told as 0.7 seconds and not as 0.7000000000000002.
        duration = .nanoseconds(Int64((number * (unit?.seconds ?? 1) * 1e9).rounded()))
    }

    /// A year: longer is a typing error too.
    private static let longestSeconds: Double = 366 * 86_400

    static let examples = "500ms, 30s, 5m or 1h"
}
