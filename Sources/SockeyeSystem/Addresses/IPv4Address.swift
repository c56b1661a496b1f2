/// The four bytes of an IPv4 address.
///
/// ```swift
/// let address = IPv4Address("192.168.1.20")      // nil if the text is not an address
/// let same = IPv4Address(192, 168, 1, 20)
/// print(same.isPrivate)                          // true
/// ```
///
/// The corresponding C type is `struct in_addr`.
public struct IPv4Address: Hashable, Sendable {
    /// The address as a number: 127.0.0.1 is `0x7F00_0001` on every machine, whatever its byte order.
    ///
    /// `in_addr.s_addr` is `rawValue.bigEndian`.
    public let rawValue: UInt32

    /// The address with this number; see ``rawValue``.
    public init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    /// The address `a.b.c.d`.
    public init(_ a: UInt8, _ b: UInt8, _ c: UInt8, _ d: UInt8) {
        rawValue = UInt32(a) << 24 | UInt32(b) << 16 | UInt32(c) << 8 | UInt32(d)
    }

    /// The address with these bytes, in the order in which they are written and sent.
    public init(octets: InlineArray<4, UInt8>) {
        self.init(octets[0], octets[1], octets[2], octets[3])
    }

    /// The bytes in the order in which they are written and sent.
    public var octets: InlineArray<4, UInt8> {
        [
            UInt8(truncatingIfNeeded: rawValue >> 24), UInt8(truncatingIfNeeded: rawValue >> 16),
            UInt8(truncatingIfNeeded: rawValue >> 8), UInt8(truncatingIfNeeded: rawValue),
        ]
    }

    /// 127.0.0.1: this computer, as seen by itself.
    public static let loopback = IPv4Address(127, 0, 0, 1)

    /// 0.0.0.0: every interface, when bound to. The corresponding C constant is `INADDR_ANY`.
    public static let any = IPv4Address(0, 0, 0, 0)
}

extension IPv4Address {
    /// Whether this is in 127.0.0.0/8, which never leaves the computer.
    public var isLoopback: Bool { rawValue >> 24 == 127 }

    /// Whether this is 0.0.0.0, "no address in particular".
    public var isAny: Bool { rawValue == 0 }

    /// Whether this is in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16 (RFC 1918), which the internet does not route.
    public var isPrivate: Bool {
        rawValue >> 24 == 10 || rawValue >> 20 == 0xAC1 || rawValue >> 16 == 0xC0A8
    }

    /// Whether this is in 169.254.0.0/16 (RFC 3927): the computer chose it itself, often since no DHCP server answered.
    public var isLinkLocal: Bool { rawValue >> 16 == 0xA9FE }

    /// Whether this is in 224.0.0.0/4 (RFC 5771): a group, to which only datagrams can be sent.
    public var isMulticast: Bool { rawValue >> 28 == 0xE }

    /// Whether this is in 100.64.0.0/10 (RFC 6598), behind a provider's address translation; some VPNs use it too.
    public var isCarrierGradeNAT: Bool { rawValue >> 22 == 0x191 }
}
