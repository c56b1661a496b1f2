import Histogram

/// The latencies as bars in a terminal, a row for each range. The ranges grow by a constant factor, since latencies do.
struct LatencyPicture {
    struct Row: Equatable {
        var low: UInt64
        var high: UInt64
        var count: UInt64
    }

    let rows: [Row]
    let total: UInt64

    /// The preferred numbers of IEC 60063, which divide a decade evenly: E24, E12, E6, E3 and E1.
    private static let series: [[Double]] = [
        [
            1.0, 1.1, 1.2, 1.3, 1.5, 1.6, 1.8, 2.0, 2.2, 2.4, 2.7, 3.0, 3.3, 3.6, 3.9, 4.3, 4.7, 5.1, 5.6, 6.2, 6.8,
            7.5,
            8.2, 9.1,
        ],
        [1.0, 1.2, 1.5, 1.8, 2.2, 2.7, 3.3, 3.9, 4.7, 5.6, 6.8, 8.2],
        [1.0, 1.5, 2.2, 3.3, 4.7, 6.8],
        [1.0, 2.2, 4.7],
        [1.0],
    ]
    /// 18: with all the rest it still fits a terminal of 40 lines.
    private static let mostRows = 18
    private static let barWidth = 40

    init(_ latencies: Histogram<UInt64>) {
        total = latencies.totalCount
        guard total > 0 else {
            rows = []
            return
        }
        let (low, high) = (max(1, latencies.min), latencies.maxRecorded)
        let bounds =
            Self.series.lazy.map { Self.bounds($0, from: low, to: high) }.first { $0.count <= Self.mostRows + 1 }
            ?? Self.bounds([1.0], from: low, to: high)
        var rows: [Row] = []
        var below: UInt64 = 0
        for (low, high) in zip(bounds, bounds.dropFirst()) {
            // What one bucket of the histogram holds is not torn apart: it counts where its end lies.
            let upTo = latencies.count(within: 0...(high - 1))
            rows.append(Row(low: low, high: high, count: upTo - below))
            below = upTo
        }
        self.rows = rows
    }

    /// Bounds of ranges: the last one that is not above `low`, and all up to the first that is above `high`.
    static func bounds(_ series: [Double], from low: UInt64, to high: UInt64) -> [UInt64] {
        var all: [UInt64] = []
        var decade = 1.0
        while decade <= 1e13 {
            for step in series {
                let bound = UInt64((step * decade).rounded())
                if all.last == bound { continue }
                if bound <= low { all = [] }
                all.append(bound)
                if bound > high { return all }
            }
            decade *= 10
        }
        return all
    }

    /// The lines, without anything before them.
    ///
    /// - Parameter columns: How many characters they may have; the bars are shorter where there is no room for long ones.
    func lines(columns: Int = .max) -> [String] {
        let most = rows.map(\.count).max() ?? 0
        let labels = rows.map { (Figures.time(nanoseconds: $0.low), Figures.time(nanoseconds: $0.high)) }
        let width = (labels.map(\.0.count).max() ?? 0, labels.map(\.1.count).max() ?? 0)
        return zip(rows, labels).map { row, label in
            let range = Figures.padded(label.0, width.0) + " to " + Figures.padded(label.1, width.1)
            let share = Figures.padded(Self.percent(row.count, of: total), 7)
            let room = min(max(columns - range.count - share.count - 3, 1), Self.barWidth)
            let line = "\(range) \(share)  \(Self.bar(row.count, of: most, width: room))"
            return line.hasSuffix(" ")
                ? String(line.prefix { _ in true }.reversed().drop { $0 == " " }.reversed()) : line
        }
    }

    private static func percent(_ count: UInt64, of total: UInt64) -> String {
        if count == 0 { return "0" }
        let share = Double(count) / Double(total) * 100
        return share < 0.01 ? "<0.01%" : Figures.fixed(share, 2) + "%"
    }

    /// A bar in eighths of a character; whatever is there at all has at least one of them.
    static func bar(_ count: UInt64, of most: UInt64, width: Int = barWidth) -> String {
        guard count > 0, most > 0 else { return "" }
        let eighths = max(1, Int((Double(count) / Double(most) * Double(width * 8)).rounded()))
        let part = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
        return String(repeating: "█", count: eighths / 8) + part
    }
}
