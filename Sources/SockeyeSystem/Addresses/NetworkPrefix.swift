/// A range of addresses that share their first bits, as firewalls and routers write it.
///
///     let office = try NetworkPrefix(parsing: "192.168.0.0/16")
///     print(office.contains(connection.remoteAddress))
///
/// `"10.0.0.0/8"`, `"fe80::/10"`, or one address alone. An IPv4 client of an IPv6 listener counts as IPv4, and so does a
/// network that is written as such a listener sees it: `"::ffff:10.0.0.0/104"` is `10.0.0.0/8`. A Unix address is in no network.
public struct NetworkPrefix: Hashable, Sendable, CustomStringConvertible {
    private let high: UInt64
    private let low: UInt64
    /// How many of the first bits count: of 32 for IPv4, of 128 for IPv6.
    public let length: Int
    /// `.ipv4` or `.ipv6`.
    public let family: AddressFamily

    /// Reads `address/length`, or an address alone.
    ///
    /// - Throws: ``EndpointError`` that says what is wrong. Bits behind the prefix must be zero: `10.1.2.3/8` is refused,
    ///   since it is unclear what was meant.
    public init(parsing text: String) throws(EndpointError) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let width: Int
        // 96 for a network of mapped IPv4 addresses, whose length counts from the beginning of the IPv6 address.
        var bitsBefore = 0
        if let address = IPv4Address(parts[0]) {
            family = .ipv4
            width = 32
            (high, low) = (UInt64(address.rawValue) << 32, 0)
        } else if let address = IPv6Address(parts[0]) {
            width = 128
            if let mapped = address.mappedIPv4, parts.count == 1 || Int(parts[1]).map({ $0 >= 96 }) == true {
                family = .ipv4
                bitsBefore = 96
                (high, low) = (UInt64(mapped.rawValue) << 32, 0)
            } else {
                family = .ipv6
                (high, low) = (address.highBits, address.lowBits)
            }
        } else {
            throw EndpointError(
                text: text,
                problem: "\"\(parts[0])\" is no IPv4 or IPv6 address: write a network such as 10.0.0.0/8 or fe80::/10"
            )
        }
        guard parts.count == 2 else {
            length = width - bitsBefore
            return
        }
        guard let length = Int(parts[1]), (0...width).contains(length), parts[1].allSatisfy(\.isNumber) else {
            throw EndpointError(text: text, problem: "prefix length \"\(parts[1])\": it goes from 0 to \(width)")
        }
        self.length = length - bitsBefore
        let (highMask, lowMask) = Self.masks(length - bitsBefore)
        guard high & ~highMask == 0, low & ~lowMask == 0 else {
            throw EndpointError(
                text: text,
                problem:
                    "there are bits behind the first \(length): write the network's first address, or a longer prefix"
            )
        }
    }

    /// Whether the address is in the network.
    public func contains(_ address: SocketAddress) -> Bool {
        let (highMask, lowMask) = Self.masks(length)
        switch address.kind {
        case .ipv4(let ip, _):
            return family == .ipv4 && UInt64(ip.rawValue) << 32 & highMask == high
        case .ipv6(let ip, _, _, _):
            if let mapped = ip.mappedIPv4 { return family == .ipv4 && UInt64(mapped.rawValue) << 32 & highMask == high }
            return family == .ipv6 && ip.highBits & highMask == high && ip.lowBits & lowMask == low
        case .unixPath, .unixAbstract, .unixUnnamed:
            return false
        }
    }

    /// `10.0.0.0/8`
    public var description: String {
        switch family {
        case .ipv4: "\(IPv4Address(rawValue: UInt32(truncatingIfNeeded: high >> 32)))/\(length)"
        case .ipv6, .unix: "\(IPv6Address(highBits: high, lowBits: low))/\(length)"
        }
    }

    /// The first `length` bits of 128; shifts by the whole width give zero, as Swift's smart shifts do.
    private static func masks(_ length: Int) -> (high: UInt64, low: UInt64) {
        (~0 << (64 - min(length, 64)), ~0 << (128 - max(length, 64)))
    }
}
