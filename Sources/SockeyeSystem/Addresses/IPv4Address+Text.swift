extension IPv4Address: LosslessStringConvertible {
    /// The address written as four decimal numbers with dots, or nil.
    ///
    /// Strict on purpose: no spaces, no missing numbers, no leading zeros. `inet_aton` takes `010.1` for 8.0.0.1;
    /// programs that disagree about that have let attackers past their address checks.
    public init?(_ text: String) {
        self.init(utf8: text.utf8)
    }

    /// The same for text that is part of a longer one, such as the end of `::ffff:127.0.0.1`.
    init?(utf8 text: some Collection<UInt8>) {
        let fields = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard fields.count == 4 else { return nil }
        var rawValue: UInt32 = 0
        for field in fields {
            guard let octet = Self.octet(field) else { return nil }
            rawValue = rawValue << 8 | UInt32(octet)
        }
        self.init(rawValue: rawValue)
    }

    /// The dotted form, as in "127.0.0.1".
    public var description: String {
        let octets = octets
        return "\(octets[0]).\(octets[1]).\(octets[2]).\(octets[3])"
    }

    private static func octet(_ field: some Collection<UInt8>) -> UInt8? {
        guard let first = field.first, field.count <= 3 else { return nil }
        if first == UInt8(ascii: "0"), field.count > 1 { return nil }
        var value = 0
        for byte in field {
            guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
        }
        return UInt8(exactly: value)
    }
}
