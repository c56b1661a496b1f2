import ArgumentParser
import SockeyeSystem

/// What is made of the result.
struct BenchPages: ParsableArguments {
    @Flag(help: "Tell the result, and each second before it, as a line of JSON: docs/bench.md has the names.")
    var json = false

    @Option(help: ArgumentHelp("Draw the latencies by percentile.", valueName: "file"), completion: .file())
    var svg: String?

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Draw these runs too, which --json has stored.", valueName: "file"),
        completion: .file()
    )
    var compare: [String] = []

    @Option(
        help: ArgumentHelp("What the run is called in pictures and JSON. (default: the address)", valueName: "text")
    )
    var name: String?

    /// 64 MiB: a day of `--json`.
    private static let largestFile = 64 << 20

    /// What is proposed where no address was typed.
    private static let usualLine = "sockeye bench 7000"

    func storedCurves(_ line: String = usualLine) throws(Failure) -> [LatencyCurve] {
        guard svg != nil || compare.isEmpty else {
            throw Failure.benchUsage(
                "compare runs",
                "--compare says what to draw, and --svg is missing, which says where",
                "both go together",
                ["\(line) --compare \(compare.map(Failure.quoted).joined(separator: " ")) --svg both.svg"]
            )
        }
        var curves: [LatencyCurve] = []
        for path in compare {
            let file: [UInt8]
            do {
                file = try HeldUp.during(.input(path)) { () throws(Errno) in
                    try SystemFile.contents(path, limit: Self.largestFile)
                }
            } catch {
                throw Self.wrong(path, "\(error)", "the path is wrong, or the file is not yours to read", line)
            }
            let found = BenchJSON.curves(in: file, name: Self.stem(path))
            guard !found.isEmpty else {
                throw Self.wrong(
                    path,
                    "it holds no result of a run",
                    "it was not written by sockeye bench --json",
                    line
                )
            }
            curves += found
        }
        return curves
    }

    private static func wrong(_ path: String, _ happened: String, _ cause: String, _ line: String) -> Failure {
        Failure.benchUsage(
            "compare with \(SafeText.line(path))",
            happened,
            cause,
            // Under another name: what is there is something else, and somebody's.
            ["\(line) --json > \(path == "before.json" ? "before2.json" : "before.json")"]
        )
    }

    private static func stem(_ path: String) -> String {
        let file = path.split(separator: "/").last.map(String.init) ?? path
        return file.hasSuffix(".json") ? String(file.dropLast(".json".count)) : file
    }

    /// Whether the picture can be written is found out before the load, not after it.
    func checkPicture(_ line: String = usualLine) throws(Failure) {
        guard let svg else { return }
        do throws(Errno) {
            try SystemFile.checkWriting(to: svg)
        } catch {
            throw pictureFailure(svg, error, status: Failure.wrongUsage, line)
        }
    }

    func draw(_ curves: [LatencyCurve], title: String, _ line: String = usualLine) throws(Failure) {
        guard let svg else { return }
        do throws(Errno) {
            let picture = Array(LatencyChart(title: title, curves: curves).svg.utf8)
            try HeldUp.during(.file(svg)) { () throws(Errno) in try SystemFile.write(picture, to: svg) }
        } catch {
            throw pictureFailure(svg, error, status: Failure.networkFailed, line)
        }
        Console.say("Drawn: \(SafeText.line(svg))")
    }

    private func pictureFailure(_ path: String, _ error: Errno, status: Int32, _ line: String) -> Failure {
        .unwritable(
            "draw \(SafeText.line(path))",
            error,
            status: status,
            next: ["\(line) --svg \(path == "/tmp/latency.svg" ? "latency.svg" : "/tmp/latency.svg")"]
        )
    }
}
