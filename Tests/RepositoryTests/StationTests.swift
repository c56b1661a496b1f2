import Testing

/// A byte's way in, station by station. `grep -rn 'Life of a byte' Sources` is the tour that ARCHITECTURE.md promises.
struct Station {
    let number: Int
    /// The folder whose file carries the sign.
    let folder: String

    static let written = [
        Station(number: 1, folder: "Sources/SockeyeSystem/Syscalls/"),
        Station(number: 2, folder: "Sources/Sockeye/EventLoop/"),
        Station(number: 3, folder: "Sources/Sockeye/EventLoop/"),
        Station(number: 4, folder: "Sources/Sockeye/Streams/"),
        Station(number: 5, folder: "Sources/Sockeye/Framing/"),
        Station(number: 6, folder: "Sources/Sockeye/Serving/"),
    ]

    static func findings(in files: [SourceFile], stations: [Station] = written) -> [Finding] {
        var signs: [Int: [Finding]] = [:]
        for file in files {
            for (index, line) in file.lines.enumerated() {
                guard let match = line.firstMatch(of: #/Life of a byte, station (\d+)/#) else { continue }
                let number = Int(match.output.1) ?? 0
                signs[number, default: []].append(Finding(path: file.path, line: index + 1, message: ""))
            }
        }
        var findings: [Finding] = []
        for station in stations {
            let found = signs.removeValue(forKey: station.number) ?? []
            if !found.contains(where: { $0.path.hasPrefix(station.folder) }) {
                let sign = "/// Life of a byte, station \(station.number): …"
                let message = "no file here carries station \(station.number); write '\(sign)' above the type it is"
                findings.append(Finding(path: station.folder, message: message))
            }
            for extra in found where found.count > 1 || !extra.path.hasPrefix(station.folder) {
                let message =
                    "station \(station.number) stands once, under \(station.folder); "
                    + "elsewhere refer to it as 'station \(station.number)' alone"
                findings.append(Finding(path: extra.path, line: extra.line, message: message))
            }
        }
        for (number, found) in signs {
            let message = "station \(number) is not in Station.written; add its row, and its line in ARCHITECTURE.md"
            findings += found.map { Finding(path: $0.path, line: $0.line, message: message) }
        }
        return findings
    }
}

@Suite struct StationTests {
    @Test func `each station of a byte's way stands once`() {
        report(Station.findings(in: Repository.files.filter { $0.path.hasPrefix("Sources/") }))
    }

    private let one = [Station(number: 1, folder: "Sources/A/")]
    private let sign = "/// Life of a byte, station 1: the kernel\n"

    @Test func `a station in its place passes`() {
        #expect(Station.findings(in: [SourceFile("Sources/A/A.swift", sign)], stations: one).isEmpty)
    }

    @Test func `a station that is missing, doubled, elsewhere or unlisted is found`() {
        let home = SourceFile("Sources/A/A.swift", sign)
        let elsewhere = SourceFile("Sources/B/B.swift", sign)
        #expect(Station.findings(in: [], stations: one).count == 1)
        #expect(Station.findings(in: [home, home], stations: one).count == 2)
        #expect(Station.findings(in: [elsewhere], stations: one).count == 2)
        #expect(Station.findings(in: [home], stations: []).count == 1)
    }
}
