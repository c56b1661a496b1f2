// How each type of value becomes what the kernel takes, and back.

extension SocketOption where Value == Bool {
    /// On and off: 1 and 0 in an `int`.
    init(_ name: OptionName) {
        self.init(
            name: name,
            encode: { isOn in OptionBytes.encode(isOn ? 1 : 0) },
            decode: { bytes in OptionBytes.decode(bytes).map { $0 != 0 } },
            byteCount: OptionBytes.intBytes,
            show: { isOn in isOn ? "on" : "off" }
        )
    }
}

extension SocketOption where Value == Int {
    /// - Parameter unit: What the number counts, for messages; empty for a bare number.
    init(_ name: OptionName, _ range: ClosedRange<Int>, unit: String = "") {
        let show: @Sendable (Int) -> String = { unit.isEmpty ? "\($0)" : "\($0) \(unit)" }
        self.init(
            name: name,
            encode: { value throws(OptionFlaw) in
                guard range.contains(value) else { throw .outside(show(range.lowerBound), show(range.upperBound)) }
                return OptionBytes.encode(Int32(value))
            },
            decode: { bytes in OptionBytes.decode(bytes).map { Int($0) } },
            byteCount: OptionBytes.intBytes,
            show: show
        )
    }
}

extension SocketOption where Value == Duration {
    /// - Parameter unit: What the kernel counts; a value has to be a whole number of these.
    init(_ name: OptionName, _ range: ClosedRange<Int>, unit: Unit) {
        self.init(
            name: name,
            encode: { value throws(OptionFlaw) in
                guard let count = unit.count(value) else { throw OptionFlaw(words: "in whole \(unit.words)") }
                guard range.contains(count) else {
                    throw .outside(unit.duration(range.lowerBound).shortText, unit.duration(range.upperBound).shortText)
                }
                return OptionBytes.encode(Int32(count))
            },
            decode: { bytes in OptionBytes.decode(bytes).map { unit.duration(Int($0)) } },
            byteCount: OptionBytes.intBytes,
            show: { $0.shortText }
        )
    }

    enum Unit {
        case seconds, milliseconds

        var words: String { self == .seconds ? "seconds" : "milliseconds" }

        func duration(_ count: Int) -> Duration { self == .seconds ? .seconds(count) : .milliseconds(count) }

        /// nil if it is not a whole number of units.
        func count(_ duration: Duration) -> Int? {
            let (seconds, attoseconds) = duration.components
            guard self == .milliseconds else { return attoseconds == 0 ? Int(seconds) : nil }
            let attosecondsEach: Int64 = 1_000_000_000_000_000
            guard attoseconds % attosecondsEach == 0, seconds.magnitude < 1 << 50 else { return nil }
            return Int(seconds) * 1000 + Int(attoseconds / attosecondsEach)
        }
    }
}

extension SocketOption where Value == String {
    /// The name of a network interface.
    init(device name: OptionName) {
        self.init(
            name: name,
            encode: { value throws(OptionFlaw) in
                let bytes = Array(value.utf8)
                guard bytes.count <= 15 else { throw OptionFlaw(words: "a name of an interface has at most 15 bytes") }
                if bytes.contains(0) { throw OptionFlaw(words: "a name of an interface holds no NUL") }
                return bytes + [0]
            },
            decode: { bytes in String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) },
            byteCount: 16,
            show: { value in EndpointError.quote(value) }
        )
    }
}

extension SocketOption where Value == Linger {
    init(_ name: OptionName) {
        self.init(
            name: name,
            encode: { value throws(OptionFlaw) in
                switch value {
                case .inBackground: return OptionBytes.encode(0) + OptionBytes.encode(0)
                case .reset: return OptionBytes.encode(1) + OptionBytes.encode(0)
                case .wait(let time):
                    guard let seconds = SocketOption<Duration>.Unit.seconds.count(time) else {
                        throw OptionFlaw(words: "in whole seconds")
                    }
                    guard (1...65_535).contains(seconds) else {
                        throw .outside("1 s", "65535 s")
                    }
                    return OptionBytes.encode(1) + OptionBytes.encode(Int32(seconds))
                }
            },
            decode: { bytes in
                guard let isOn = OptionBytes.decode(Array(bytes.prefix(4))),
                    let seconds = OptionBytes.decode(Array(bytes.dropFirst(4)))
                else { return nil }
                if isOn == 0 { return .inBackground }
                return seconds == 0 ? .reset : .wait(.seconds(Int(seconds)))
            },
            byteCount: 8,
            show: { "\($0)" }
        )
    }
}

extension SocketOption where Value == [UInt8] {
    /// Bytes as they are, for structs that Sockeye does not know.
    init(bytes name: OptionName, upTo byteCount: Int) {
        self.init(
            name: name,
            encode: { $0 },
            decode: { $0 },
            byteCount: byteCount,
            show: { value in "\(value.count) bytes" }
        )
    }
}

extension OptionFlaw {
    static func outside(_ lowest: String, _ highest: String) -> OptionFlaw {
        OptionFlaw(words: "from \(lowest) to \(highest)")
    }
}

/// The `int` that most options are.
enum OptionBytes {
    static let intBytes = MemoryLayout<Int32>.size

    static func encode(_ value: Int32) -> [UInt8] {
        unsafe withUnsafeBytes(of: value) { unsafe Array($0) }
    }

    static func decode(_ bytes: [UInt8]) -> Int32? {
        // Some options of the kernel answer with a single byte.
        if bytes.count == 1 { return Int32(bytes[0]) }
        guard bytes.count == intBytes else { return nil }
        return unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: Int32.self) }
    }
}

extension Duration {
    /// `90 s`, `1500 ms`, and exact: Swift's own description goes through floating point.
    var shortText: String {
        if let seconds = SocketOption<Duration>.Unit.seconds.count(self) { return "\(seconds) s" }
        if let milliseconds = SocketOption<Duration>.Unit.milliseconds.count(self) { return "\(milliseconds) ms" }
        return "\(self)"
    }
}
