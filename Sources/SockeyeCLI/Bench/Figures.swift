/// Numbers as a person reads them.
enum Figures {
    /// 1234567 as 1,234,567.
    static func grouped(_ number: Int) -> String {
        var digits = Array(String(number.magnitude))
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: place)
            place -= 3
        }
        return (number < 0 ? "-" : "") + String(digits)
    }

    /// With so many digits behind the point.
    static func fixed(_ number: Double, _ digits: Int) -> String {
        guard number.isFinite else { return "-" }
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        // Beyond this a Double has no digits behind the point, and does not fit into an Int.
        guard abs(number) < 1e15 else { return "\(number)" }
        let scaled = Int((abs(number) * scale).rounded())
        let (whole, fraction) = scaled.quotientAndRemainder(dividingBy: Int(scale))
        let sign = number < 0 && scaled > 0 ? "-" : ""
        guard digits > 0 else { return sign + grouped(whole) }
        let text = String(fraction)
        return sign + grouped(whole) + "." + String(repeating: "0", count: digits - text.count) + text
    }

    /// Three figures that count: 1.23, 12.3, 123.
    static func short(_ number: Double) -> String {
        fixed(number, number < 9.995 ? 2 : number < 99.95 ? 1 : 0)
    }

    /// A time with the unit that suits it: 850 ns, 12.3 us, 4.56 ms, 1.20 s.
    static func time(nanoseconds: UInt64) -> String {
        let number = Double(nanoseconds)
        return switch nanoseconds {
        case ..<1_000: "\(nanoseconds) ns"
        case ..<999_500: short(number / 1e3) + " us"
        case ..<999_500_000: short(number / 1e6) + " ms"
        default: short(number / 1e9) + " s"
        }
    }

    /// Bytes in steps of 1000, as networks count.
    static func bytes(_ number: Double) -> String {
        switch number {
        case ..<1_000: fixed(number, 0) + " B"
        case ..<999_500: short(number / 1e3) + " kB"
        case ..<999_500_000: short(number / 1e6) + " MB"
        default: short(number / 1e9) + " GB"
        }
    }

    static func seconds(_ duration: Duration) -> Double {
        let (seconds, attoseconds) = duration.components
        return Double(seconds) + Double(attoseconds) / 1e18
    }

    /// A time span as it is typed: 10 s, 500 ms.
    static func span(_ duration: Duration) -> String {
        let seconds = seconds(duration)
        return seconds < 1 ? plain(seconds * 1000) + " ms" : plain(seconds) + " s"
    }

    /// Without digits that say nothing: 10, 2.5.
    static func plain(_ number: Double) -> String {
        number == number.rounded() ? fixed(number, 0) : fixed(number, number * 10 == (number * 10).rounded() ? 1 : 2)
    }

    /// As it is typed as an option's value: `5000`, and not `5,000`.
    static func digits(_ number: Double) -> String { plain(max(number, 0.01)).replacing(",", with: "") }

    static func padded(_ text: String, _ width: Int) -> String {
        String(repeating: " ", count: max(0, width - text.count)) + text
    }

    static func filled(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }
}
