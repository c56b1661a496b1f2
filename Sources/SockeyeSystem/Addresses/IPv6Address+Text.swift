extension IPv6Address: LosslessStringConvertible {
    /// The address written as in RFC 4291, or nil.
    ///
    /// Groups of one to four hexadecimal digits, at most one `::`, and perhaps four decimal numbers at the end.
    /// Strict on purpose: no spaces, no brackets, no zone (a zone belongs to ``SocketAddress`` and ``Endpoint``).
    public init?(_ text: String) {
        self.init(utf8: Array(text.utf8))
    }

    private init?(utf8 text: [UInt8]) {
        let colon = UInt8(ascii: ":")
        // Longest legal text: six groups of four digits and a dotted IPv4 address.
        guard text.count <= 45 else { return nil }
        guard let gap = text.indices.dropLast().first(where: { text[$0] == colon && text[$0 + 1] == colon }) else {
            guard let groups = Self.parseGroups(text[...], endsAddress: true), groups.count == 8 else { return nil }
            self.init(joining: groups)
            return
        }
        // The gap stands for at least one group of zeros, so that at most seven are written.
        guard let head = Self.parseGroups(text[..<gap], endsAddress: false),
            let tail = Self.parseGroups(text[(gap + 2)...], endsAddress: true),
            head.count + tail.count <= 7
        else { return nil }
        self.init(joining: head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail)
    }

    private init(joining groups: [UInt16]) {
        precondition(groups.count == 8, "an IPv6 address has eight groups")
        var all = InlineArray<8, UInt16>(repeating: 0)
        for index in 0..<8 { all[index] = groups[index] }
        self.init(groups: all)
    }

    /// The groups before or after `::`; only those that end the address may close with a dotted IPv4 address.
    private static func parseGroups(_ text: ArraySlice<UInt8>, endsAddress: Bool) -> [UInt16]? {
        if text.isEmpty { return [] }
        var groups: [UInt16] = []
        let fields = text.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
        for (index, field) in fields.enumerated() {
            if endsAddress, index == fields.count - 1, let ipv4 = IPv4Address(utf8: field) {
                groups.append(UInt16(truncatingIfNeeded: ipv4.rawValue >> 16))
                groups.append(UInt16(truncatingIfNeeded: ipv4.rawValue))
            } else {
                guard let group = parseGroup(field) else { return nil }
                groups.append(group)
            }
        }
        return groups
    }

    private static func parseGroup(_ field: ArraySlice<UInt8>) -> UInt16? {
        guard (1...4).contains(field.count) else { return nil }
        var value: UInt16 = 0
        for byte in field {
            guard let digit = byte.hexadecimalValue else { return nil }
            value = value << 4 | UInt16(digit)
        }
        return value
    }
}

extension IPv6Address {
    /// The text of RFC 5952: lower case, no leading zeros, the longest run of two or more zero groups written `::`
    /// (the first of equals), and an IPv4-mapped address as `::ffff:127.0.0.1`.
    public var description: String {
        if let mappedIPv4 { return "::ffff:\(mappedIPv4)" }
        let groups = groups
        let gap = longestZeroRun
        if gap.isEmpty { return Self.join(groups, 0..<8) }
        return Self.join(groups, 0..<gap.lowerBound) + "::" + Self.join(groups, gap.upperBound..<8)
    }

    /// The form with brackets, without which nobody could tell where the address ends and the port begins.
    func bracketed(zone: String?, port: UInt16) -> String {
        if let zone { return "[\(self)%\(zone)]:\(port)" }
        return "[\(self)]:\(port)"
    }

    /// Where `::` is written; empty if no two neighbouring groups are zero.
    private var longestZeroRun: Range<Int> {
        let groups = groups
        var longest = 0..<0
        var start = 0
        for index in 0..<8 {
            if groups[index] != 0 {
                start = index + 1
            } else if index + 1 - start > max(longest.count, 1) {
                longest = start..<(index + 1)
            }
        }
        return longest
    }

    private static func join(_ groups: InlineArray<8, UInt16>, _ range: Range<Int>) -> String {
        range.map { String(groups[$0], radix: 16) }.joined(separator: ":")
    }
}
