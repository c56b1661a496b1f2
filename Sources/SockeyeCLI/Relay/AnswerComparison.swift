/// What a server answers now, beside what it answered in the recording: byte by byte, however either was cut.
struct AnswerComparison: Sendable {
    /// Where the two first part.
    struct Difference: Sendable, Equatable {
        enum Kind: Sendable, Equatable {
            /// Another byte than the recorded one.
            case other
            /// Nothing more came, and the recording goes on.
            case missing
            /// Something came after all that was recorded.
            case surplus
        }

        let kind: Kind
        /// Of the first byte that differs, in what the server sent, from 0.
        let offset: Int
        /// Both sides from `start` on.
        let start: Int
        let recorded: [UInt8]
        let received: [UInt8]
    }

    private let recorded: [UInt8]
    /// How many of the recorded bytes have come.
    private(set) var count = 0
    private(set) var difference: Difference?
    /// The last bytes that were equal, to show what came before a difference.
    private var before: [UInt8] = []
    /// 16 before and 48 from the difference on: four rows.
    private static let shownBefore = 16
    private static let shownAfter = 48

    init(recorded: [UInt8]) {
        self.recorded = recorded
    }

    var isComplete: Bool { count == recorded.count }

    /// Takes what has come. After the first difference nothing counts any more.
    mutating func take(_ bytes: [UInt8]) {
        guard difference == nil else { return }
        let expected = recorded[count...].prefix(bytes.count)
        let equal = zip(expected, bytes).prefix { $0 == $1 }.count
        count += equal
        before = Array((before + bytes.prefix(equal)).suffix(Self.shownBefore))
        if equal < bytes.count {
            difference = found(equal < expected.count ? .other : .surplus, bytes[equal...])
        }
    }

    /// Nothing more will come: it has to be complete.
    mutating func finish() {
        if difference == nil, !isComplete { difference = found(.missing, []) }
    }

    private func found(_ kind: Difference.Kind, _ rest: ArraySlice<UInt8>) -> Difference {
        // Rows begin where rows of a dump of the whole would: at a multiple of sixteen.
        let start = max(count - before.count, count / 16 * 16 - (count % 16 == 0 ? 16 : 0), 0)
        let context = before.suffix(count - start)
        return Difference(
            kind: kind,
            offset: count,
            start: start,
            recorded: Array(context) + recorded[count...].prefix(Self.shownAfter),
            received: Array(context) + rest.prefix(Self.shownAfter)
        )
    }
}

extension AnswerComparison.Difference {
    /// For a person: what it is, then both sides as numbers and as text.
    var lines: [String] {
        let place = "at byte \(offset) (0x\(String(offset, radix: 16))) of what the server sent"
        let words =
            switch kind {
            case .other: "the first difference is \(place)"
            case .missing: "nothing more came \(place), where the recording goes on"
            case .surplus: "more came \(place), where the recording ends"
            }
        return [words] + side("recorded", recorded) + side("received", received)
    }

    private func side(_ name: String, _ bytes: [UInt8]) -> [String] {
        let rows = HexDump.rows(bytes, offset: start)
        return rows.isEmpty ? ["  \(name)  nothing"] : rows.map { "  \(name)  \($0)" }
    }

    var json: JSONValue {
        .object([
            .init(name: "kind", value: .string("\(kind)")), .init(name: "offset", value: .integer(offset)),
            .init(name: "start", value: .integer(start)),
            .init(name: "recorded_hex", value: .string(recorded.map(HexDump.pair).joined())),
            .init(name: "received_hex", value: .string(received.map(HexDump.pair).joined())),
        ])
    }
}
