import Sockeye

/// What a framing can carry, and which options carry more.
extension TypedFraming {
    /// The longest message that it can say the end of, whatever the limit.
    private var capacity: Int {
        switch kind {
        case .length(1, _): Int(UInt8.max)
        case .length(2, _): Int(UInt16.max)
        case .fixed(let size): size
        default: TypedSize.largest
        }
    }

    /// The options with which a message of so many bytes is carried, where what was chosen is too small for it.
    ///
    /// - Parameter maximum: What `--max-message` says; nil for what it is without.
    /// - Returns: nil where the length is no obstacle, or no options help.
    func options(for count: Int, maximum: Int?) -> String? {
        if case .fixed(let size) = kind { return count == size ? nil : options(for: count) }
        let allowed = min(capacity, maximum ?? Framing.defaultMaximumLength)
        return count <= allowed ? nil : options(for: count)
    }

    /// The same for a message that the other end has announced, or begun.
    ///
    /// - Parameter detail: What ``Sockeye/Framing`` said of it.
    func options(after detail: String) -> String? {
        // Lengths of 2^63 and more fit into no `Int`, and are none.
        if let announced = detail.firstMatch(of: #/a message of (\d+) bytes is above/#)?.output.1 {
            return Int(announced).flatMap(options)
        }
        // How long it would have become nobody knows.
        guard let limit = detail.firstMatch(of: #/longer than (\d+) bytes/#).flatMap({ Int($0.output.1) }) else {
            return nil
        }
        return limit < TypedSize.largest ? options(for: limit < Self.ample ? Self.ample : TypedSize.largest) : nil
    }

    /// 16 MiB.
    private static let ample = 16 << 20

    private func options(for count: Int) -> String? {
        guard count > 0, count <= TypedSize.largest else { return nil }
        if case .fixed = kind { return "--framing fixed:\(count)" }
        var wide = text
        if count > capacity, case .length(_, let order) = kind {
            wide = "length:4" + (order == .littleEndian ? "le" : "")
        }
        let framing = "--framing \(Failure.quoted(wide))"
        return count > Framing.defaultMaximumLength
            ? "\(framing) --max-message \(TypedSize.text(atLeast: count))" : framing
    }
}
