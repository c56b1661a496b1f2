/// The sixteen bytes of an IPv6 address, without zone and port.
///
/// ```swift
/// let address = IPv6Address("2001:db8::1")       // nil if the text is not an address
/// print(IPv6Address("2001:DB8:0:0::1")!)         // 2001:db8::1
/// ```
///
/// The predicates look through an IPv4-mapped address (`::ffff:a.b.c.d`, an IPv4 peer of an IPv6 socket) at the IPv4
/// address inside it. The corresponding C type is `struct in6_addr`.
public struct IPv6Address: Hashable, Sendable {
    /// The first eight bytes as a number. Two words instead of one `UInt128`, whose alignment of 16 would make
    /// everything that holds an address larger.
    package let highBits: UInt64
    /// The last eight bytes as a number.
    package let lowBits: UInt64

    package init(highBits: UInt64, lowBits: UInt64) {
        self.highBits = highBits
        self.lowBits = lowBits
    }

    /// The address with these bytes, in the order in which they are written and sent.
    public init(octets: InlineArray<16, UInt8>) {
        var high: UInt64 = 0
        var low: UInt64 = 0
        for index in 0..<8 {
            high = high << 8 | UInt64(octets[index])
            low = low << 8 | UInt64(octets[index + 8])
        }
        self.init(highBits: high, lowBits: low)
    }

    /// The address with these eight groups, in the order in which they are written.
    public init(groups: InlineArray<8, UInt16>) {
        var high: UInt64 = 0
        var low: UInt64 = 0
        for index in 0..<4 {
            high = high << 16 | UInt64(groups[index])
            low = low << 16 | UInt64(groups[index + 4])
        }
        self.init(highBits: high, lowBits: low)
    }

    /// The IPv4-mapped form of an IPv4 address, `::ffff:a.b.c.d`: how an IPv6 socket names an IPv4 peer.
    public init(mapping address: IPv4Address) {
        self.init(highBits: 0, lowBits: 0xFFFF_0000_0000 | UInt64(address.rawValue))
    }

    /// The bytes in the order in which they are written and sent.
    public var octets: InlineArray<16, UInt8> {
        var octets = InlineArray<16, UInt8>(repeating: 0)
        for index in 0..<8 {
            let shift = UInt64(56 - index * 8)
            octets[index] = UInt8(truncatingIfNeeded: highBits >> shift)
            octets[index + 8] = UInt8(truncatingIfNeeded: lowBits >> shift)
        }
        return octets
    }

    /// The eight groups in the order in which they are written.
    public var groups: InlineArray<8, UInt16> {
        var groups = InlineArray<8, UInt16>(repeating: 0)
        for index in 0..<4 {
            let shift = UInt64(48 - index * 16)
            groups[index] = UInt16(truncatingIfNeeded: highBits >> shift)
            groups[index + 4] = UInt16(truncatingIfNeeded: lowBits >> shift)
        }
        return groups
    }

    /// ::1: this computer, as seen by itself.
    public static let loopback = IPv6Address(highBits: 0, lowBits: 1)

    /// `::`: every interface, when bound to. The corresponding C constant is `in6addr_any`.
    public static let any = IPv6Address(highBits: 0, lowBits: 0)
}

extension IPv6Address {
    /// The IPv4 address inside `::ffff:a.b.c.d`, or nil for every other address.
    public var mappedIPv4: IPv4Address? {
        guard highBits == 0, lowBits >> 32 == 0xFFFF else { return nil }
        return IPv4Address(rawValue: UInt32(truncatingIfNeeded: lowBits))
    }

    /// Whether this is `::1`, or the mapped form of an IPv4 loopback address.
    public var isLoopback: Bool { mappedIPv4?.isLoopback ?? (self == .loopback) }

    /// Whether this is `::`, or the mapped form of 0.0.0.0.
    public var isAny: Bool { mappedIPv4?.isAny ?? (self == .any) }

    /// Whether this is in fc00::/7 (unique local, RFC 4193), or the mapped form of a private IPv4 address.
    public var isPrivate: Bool { mappedIPv4?.isPrivate ?? (highBits >> 57 == 0x7E) }

    /// Whether this is in fe80::/10, which means nothing without a zone, or the mapped form of 169.254.0.0/16.
    public var isLinkLocal: Bool { mappedIPv4?.isLinkLocal ?? (highBits >> 54 == 0x3FA) }

    /// Whether this is in ff00::/8: a group, to which only datagrams can be sent.
    public var isMulticast: Bool { mappedIPv4?.isMulticast ?? (highBits >> 56 == 0xFF) }

    /// Whether this is the mapped form of an address in 100.64.0.0/10; IPv6 itself has no such range.
    public var isCarrierGradeNAT: Bool { mappedIPv4?.isCarrierGradeNAT ?? false }
}
