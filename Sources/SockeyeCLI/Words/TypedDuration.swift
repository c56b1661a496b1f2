import ArgumentParser

/// A span of time as a person types it: `500ms`, `30s`, `5m`, `1h`, or a bare number of seconds.
struct TypedDuration: ExpressibleByArgument, Equatable {
    let duration: Duration

    private static let units: [(suffix: String, seconds: Double)] = [("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600)]

    init?(argument: String) {
        let text = argument.lowercased()
        let unit = Self.units.first { text.hasSuffix($0.suffix) }
        let digits = text.dropLast(unit?.suffix.count ?? 0)
        // Not `Double`'s whole language: "nan", "inf" and "1e9" are typing errors here.
        guard let first = digits.first, first.isNumber, digits.allSatisfy({ $0.isASCII && ($0.isNumber || $0 == ".") }),
            let number = Double(digits), number * (unit?.seconds ?? 1) <= Self.longestSeconds
        else { return nil }
        duration = .seconds(number * (unit?.seconds ?? 1))
    }

    /// A year: longer is a typing error too.
    private static let longestSeconds: Double = 366 * 86_400

    static let examples = "500ms, 30s, 5m or 1h"
}
