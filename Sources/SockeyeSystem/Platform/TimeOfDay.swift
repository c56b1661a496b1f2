internal import CSockeye

/// The time as calendars tell it, in UTC. It may jump: durations are measured with a monotonic clock.
package struct TimeOfDay: Sendable, CustomStringConvertible {
    /// Since 1970.
    package let milliseconds: Int64

    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// In C: `clock_gettime` with `CLOCK_REALTIME`.
    package static var now: TimeOfDay { TimeOfDay(milliseconds: sockeye_unix_nanoseconds() / 1_000_000) }

    /// As RFC 3339 has it: `2026-07-31T12:00:00.123Z`.
    package var description: String {
        let day = Int(milliseconds / 86_400_000)
        let rest = Int(milliseconds % 86_400_000)
        let (year, month, date) = Self.date(ofDay: day)
        let time = [rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60].map { Self.padded($0, 2) }
        return "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(date, 2))T"
            + time.joined(separator: ":") + ".\(Self.padded(rest % 1000, 3))Z"
    }

    /// Year by year and month by month: a few dozen steps, for something that is told once.
    private static func date(ofDay dayOf1970: Int) -> (year: Int, month: Int, day: Int) {
        var (year, month, day) = (1970, 1, dayOf1970)
        func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
        while day >= (isLeap(year) ? 366 : 365) {
            day -= isLeap(year) ? 366 : 365
            year += 1
        }
        let months = [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        while day >= months[month - 1] {
            day -= months[month - 1]
            month += 1
        }
        return (year, month, day + 1)
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
