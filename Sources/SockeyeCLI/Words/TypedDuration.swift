import ArgumentParser

/// A span of time as a person types it: `500ms`, `30s`, `5m`, `1h30m`, `1d`, or a bare number of seconds.
struct TypedDuration: Equatable {
    let duration: Duration

    /// µ has two places in Unicode.
    private static let units: [Substring: Double] = [
        "us": 1e-6, "\u{B5}s": 1e-6, "\u{3BC}s": 1e-6, "ms": 1e-3, "s": 1, "m": 60, "h": 3600, "d": 86_400,
    ]

    /// For what is waited for by the clocks of the event loops, which keep whole milliseconds.
    ///
    /// - Throws: what a time looks like.
    init(parsing text: String) throws {
        self = try Self.exact(parsing: text)
        if duration > .zero, duration < .milliseconds(1) {
            throw ValidationError("times are kept to the millisecond here; the shortest is 1ms")
        }
    }

    /// For what is measured to the nanosecond.
    ///
    /// - Throws: what a time looks like.
    static func exact(parsing text: String) throws -> TypedDuration {
        guard let time = TypedDuration(argument: text) else {
            let negative = text.hasPrefix("-") ? "\(SafeText.line(text)) is negative; " : ""
            throw ValidationError("\(negative)a time is \(forms), such as \(examples), up to a year")
        }
        if time.duration == .zero, text.contains(where: { ("1"..."9").contains($0) }) {
            throw ValidationError("that is less than a nanosecond")
        }
        return time
    }

    init?(argument: String) {
        var rest = argument.lowercased()[...]
        var (seconds, nanoseconds, last) = (0.0, 0.0, Double.infinity)
        repeat {
            // Not `Double`'s whole language: "nan", "inf" and "1e9" are typing errors here.
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            let name = rest.dropFirst(digits.count).prefix(while: \.isLetter)
            let isAlone = digits.count == rest.count && last == .infinity
            rest = rest.dropFirst(digits.count + name.count)
            // The largest first, each once: the other way round it is a typing error.
            guard digits.first?.isNumber == true, let number = Double(digits),
                let unit = isAlone ? 1 : Self.units[name], unit < last
            else { return nil }
            seconds += number * unit
            nanoseconds += (number * unit * 1e9).rounded()
            last = unit
        } while !rest.isEmpty
        guard seconds <= Self.longestSeconds else { return nil }
        // Whole nanoseconds, so that 700ms is told as 0.7 seconds and not as 0.7000000000000002.
        duration = .nanoseconds(Int64(nanoseconds))
    }

    /// A year: longer is a typing error too.
    private static let longestSeconds: Double = 366 * 86_400

    private static let forms =
        "a number with its unit (us, ms, s, m, h or d), several of these, or seconds without a unit"
    static let examples = "500ms, 30s, 5m or 1h30m"
}
