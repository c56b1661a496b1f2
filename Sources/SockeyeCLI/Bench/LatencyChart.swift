/// Latency percentile curves as an SVG picture: one run, or several in one.
///
/// From left to right go the percentiles, each nine as wide as the one before, since that is how rarely one meets them;
/// upwards the latency, each decade as high as the next.
struct LatencyChart {
    let title: String
    let curves: [LatencyCurve]

    private static let size = (width: 860.0, height: 480.0)
    private static let plot = (left: 78.0, top: 64.0, right: 836.0, bottom: 404.0)
    /// Told apart by people who see colours differently, and on paper by their order (Okabe and Ito).
    private static let colours = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
    private static let dashes = ["", "7 4", "2 3"]

    /// How many nines fit: those of the curve that has most.
    private let nines: Double
    /// Powers of ten, in nanoseconds.
    private let decades: ClosedRange<Int>

    init(title: String, curves: [LatencyCurve]) {
        self.title = title
        self.curves = curves
        let below = curves.flatMap(\.points).filter { $0.percentile < 100 }
        nines = max(1, (below.map { Self.nines($0.percentile) }.max() ?? 1).rounded(.up))
        let times = curves.flatMap(\.points).map(\.nanoseconds).filter { $0 > 0 }
        let low = Self.digits(times.min() ?? 1_000) - 1
        let high = Self.digits(times.max() ?? 1_000_000)
        decades = low...max(low + 1, high)
    }

    // MARK: Places

    private static func digits(_ number: UInt64) -> Int { String(number).count }

    /// 0 for the 0th percentile, 1 for the 90th, 2 for the 99th.
    static func nines(_ percentile: Double) -> Double { -logarithm(max(1e-12, 1 - percentile / 100)) }

    /// The decimal logarithm: the standard library has none without the C library's header, and here it is only drawn.
    static func logarithm(_ number: Double) -> Double {
        guard number > 0, number.isFinite else { return 0 }
        var rest = number.significand
        // atanh series: for 1 to 2 it is exact to 15 digits after 20 terms.
        let ratio = (rest - 1) / (rest + 1)
        var term = ratio
        var sum = 0.0
        for power in stride(from: 1.0, through: 39, by: 2) {
            sum += term / power
            term *= ratio * ratio
        }
        rest = 2 * sum
        return (rest + Double(number.exponent) * 0.693147180559945309) / 2.302585092994045684
    }

    private func x(_ percentile: Double) -> Double {
        let share = percentile >= 100 ? 1 : Self.nines(percentile) / nines
        return Self.plot.left + min(1, share) * (Self.plot.right - Self.plot.left)
    }

    private func y(_ nanoseconds: UInt64) -> Double {
        let height = Double(decades.upperBound - decades.lowerBound)
        let share = (Self.logarithm(Double(max(1, nanoseconds))) - Double(decades.lowerBound)) / height
        return Self.plot.bottom - min(1, max(0, share)) * (Self.plot.bottom - Self.plot.top)
    }

    // MARK: The picture

    var svg: String {
        let rows = (curves.count + 2) / 3
        let height = Self.size.height + Double(max(0, rows - 1)) * 20
        let (width, tall) = (Self.number(Self.size.width), Self.number(height))
        var parts = [
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"\(width)\" height=\"\(tall)\""
                + " viewBox=\"0 0 \(width) \(tall)\" font-family=\"sans-serif\" font-size=\"13\" role=\"img\">",
            "<title>\(Self.escaped(title))</title>",
            "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
            text(Self.plot.left, 28, title, "font-size=\"16\" font-weight=\"bold\" fill=\"#222222\""),
            text(Self.plot.left, 48, "latency by percentile; both axes logarithmic", "fill=\"#666666\""),
        ]
        parts += timeLines + percentileLines
        for (index, curve) in curves.enumerated() { parts += [line(curve, index)] + legend(curve, index) }
        return (parts + ["</svg>"]).joined(separator: "\n") + "\n"
    }

    private var timeLines: [String] {
        decades.flatMap { decade -> [String] in
            let nanoseconds = (0..<decade).reduce(UInt64(1)) { power, _ in power * 10 }
            let place = y(nanoseconds)
            return [
                rule(Self.plot.left, place, Self.plot.right, place, "#dddddd"),
                text(
                    Self.plot.left - 8,
                    place + 4,
                    Self.decadeLabel(nanoseconds),
                    "text-anchor=\"end\" fill=\"#444444\""
                ),
            ]
        }
    }

    private static func decadeLabel(_ nanoseconds: UInt64) -> String {
        switch nanoseconds {
        case ..<1_000: "\(nanoseconds) ns"
        case ..<1_000_000: "\(nanoseconds / 1_000) us"
        case ..<1_000_000_000: "\(nanoseconds / 1_000_000) ms"
        default: "\(nanoseconds / 1_000_000_000) s"
        }
    }

    private var percentileLines: [String] {
        var marks: [(percentile: Double, label: String)] = [(0, "0"), (50, "50")]
        var left = 10.0
        for nine in 1...Int(nines) {
            marks.append(
                (100 - left, nine < 3 ? "\(100 - Int(left))" : "99." + String(repeating: "9", count: nine - 2))
            )
            left /= 10
        }
        marks[marks.count - 1].label += "…100"
        return marks.flatMap { percentile, label -> [String] in
            let place = x(percentile)
            let isLast = label.hasSuffix("100")
            return [
                rule(place, Self.plot.top, place, Self.plot.bottom, "#dddddd"),
                text(
                    place,
                    Self.plot.bottom + 20,
                    label,
                    "text-anchor=\"\(isLast ? "end" : "middle")\" fill=\"#444444\""
                ),
            ]
        } + [text(Self.plot.left - 8, Self.plot.bottom + 20, "%", "text-anchor=\"end\" fill=\"#444444\"")]
    }

    private func line(_ curve: LatencyCurve, _ index: Int) -> String {
        let places = curve.points.map { "\(Self.number(x($0.percentile))),\(Self.number(y($0.nanoseconds)))" }
        return "<polyline points=\"\(places.joined(separator: " "))\" fill=\"none\" \(stroke(index)) "
            + "stroke-width=\"2.2\" stroke-linejoin=\"round\"/>"
    }

    private func legend(_ curve: LatencyCurve, _ index: Int) -> [String] {
        let left = Self.plot.left + Double(index % 3) * 255
        let top = Self.plot.bottom + 52 + Double(index / 3) * 20
        let name = curve.name.count > 30 ? curve.name.prefix(29) + "…" : curve.name[...]
        return [
            "<line x1=\"\(Self.number(left))\" y1=\"\(Self.number(top - 4))\" x2=\"\(Self.number(left + 26))\""
                + " y2=\"\(Self.number(top - 4))\" \(stroke(index)) stroke-width=\"2.2\"/>",
            text(left + 34, top, String(name), "fill=\"#222222\""),
        ]
    }

    /// Each colour once, and then once more in dashes.
    private func stroke(_ index: Int) -> String {
        let dash = Self.dashes[index / Self.colours.count % Self.dashes.count]
        let colour = "stroke=\"\(Self.colours[index % Self.colours.count])\""
        return dash.isEmpty ? colour : "\(colour) stroke-dasharray=\"\(dash)\""
    }

    private func rule(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, _ colour: String) -> String {
        "<line x1=\"\(Self.number(x1))\" y1=\"\(Self.number(y1))\" x2=\"\(Self.number(x2))\" y2=\"\(Self.number(y2))\""
            + " stroke=\"\(colour)\"/>"
    }

    private func text(_ x: Double, _ y: Double, _ text: String, _ attributes: String) -> String {
        "<text x=\"\(Self.number(x))\" y=\"\(Self.number(y))\" \(attributes)>\(Self.escaped(text))</text>"
    }

    private static func number(_ number: Double) -> String {
        let tenths = Int((number * 10).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10)" : "\(tenths / 10).\(abs(tenths % 10))"
    }

    /// Names come from files, so what means something in XML must not, and what XML forbids must not be there.
    static func escaped(_ text: String) -> String {
        var safe = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": safe += "&amp;"
            case "<": safe += "&lt;"
            case ">": safe += "&gt;"
            case "\"": safe += "&quot;"
            case "\u{0}"..<"\u{20}", "\u{FFFE}", "\u{FFFF}": safe += "\u{FFFD}"
            default: safe.unicodeScalars.append(scalar)
            }
        }
        return safe
    }
}
