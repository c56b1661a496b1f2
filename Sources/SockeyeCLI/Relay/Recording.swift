import SockeyeSystem

/// A recorded conversation: a heading and an event a line. docs/recordings.md describes it.
struct Recording: Sendable {
    /// The first line.
    struct Heading: Sendable, Equatable {
        let listen: String
        let target: String
        let started: String

        /// What this version writes, and the latest that it reads.
        static let version = 1

        var json: JSONValue {
            .object([
                .init(name: "event", value: .string("recording")),
                .init(name: "version", value: .integer(Self.version)),
                .init(name: "listen", value: .string(listen)), .init(name: "target", value: .string(target)),
                .init(name: "started", value: .string(started)),
            ])
        }
    }

    let events: [RelayEvent]
    /// In which line of the file each event stands, from 1.
    let lines: [Int]

    /// 256 MiB: it is held in memory while it is played.
    static let largestBytes = 256 << 20

    /// What is said when a recording that is being written has passed ``largestBytes``.
    static func outgrown(_ file: String) -> String {
        "sockeye: the recording \(file) now has more than \(largestBytes >> 20) MiB. It goes on, but sockeye replay cannot read it."
    }

    /// - Throws: what is wrong with the file, with the number of the line.
    init(parsing bytes: [UInt8]) throws(RecordingMistake) {
        var events: [RelayEvent] = []
        var lines: [Int] = []
        var hasHeading = false
        let newline = UInt8(ascii: "\n")
        for (index, line) in bytes.split(separator: newline, omittingEmptySubsequences: false).enumerated()
        where !line.isEmpty {
            do throws(RecordingMistake) {
                let json = try Self.json(line)
                if hasHeading {
                    if let event = try RelayEvent(json) {
                        events.append(event)
                        lines.append(index + 1)
                    }
                } else {
                    try Self.check(heading: json)
                    hasHeading = true
                }
            } catch {
                // Each line is written as a whole, with its newline.
                let isCut = hasHeading && line.endIndex == bytes.endIndex && (try? JSONValue(parsing: line)) == nil
                if isCut {
                    throw RecordingMistake("the file ends in the middle of line \(index + 1)", wholeLines: index)
                }
                throw RecordingMistake("line \(index + 1): \(error.words)")
            }
        }
        guard hasHeading else { throw RecordingMistake("it is empty") }
        self.events = events
        self.lines = lines
    }

    private static func json(_ line: ArraySlice<UInt8>) throws(RecordingMistake) -> JSONValue {
        do throws(JSONValue.Mistake) {
            return try JSONValue(parsing: line)
        } catch {
            throw RecordingMistake("no JSON: \(SafeText.line(error.words))")
        }
    }

    private static func check(heading: JSONValue) throws(RecordingMistake) {
        guard heading["event"]?.string == "recording", let version = heading["version"]?.integer else {
            throw RecordingMistake(#"a recording begins with {"event":"recording","version":1,…}"#)
        }
        guard version <= Heading.version else {
            throw RecordingMistake("version \(version), and this sockeye reads up to \(Heading.version)")
        }
    }
}
