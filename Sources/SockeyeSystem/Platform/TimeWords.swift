/// Times as a person reads them.
package enum TimeWords {
    /// At most four figures and the unit that suits them: `850 ns`, `36.4 us`, `1.2 ms`, `250 ms`, `1.5 s`.
    package static func short(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        if seconds >= 1_000_000 { return "\(seconds) s" }
        let nanoseconds = seconds * 1_000_000_000 + attoseconds / 1_000_000_000
        return switch nanoseconds {
        case ..<1_000: "\(nanoseconds) ns"
        case ..<1_000_000: tenths(nanoseconds, of: 1_000) + " us"
        case ..<1_000_000_000: tenths(nanoseconds, of: 1_000_000) + " ms"
        default: tenths(nanoseconds, of: 1_000_000_000) + " s"
        }
    }

    /// Cut and not rounded, so that no time is told as longer than it was; a tenth only where it says something.
    private static func tenths(_ number: Int64, of unit: Int64) -> String {
        let tenths = number / (unit / 10)
        if tenths >= 1_000 || tenths % 10 == 0 { return "\(tenths / 10)" }
        return "\(tenths / 10).\(tenths % 10)"
    }
}
