package import SockeyeSystem

/// A line of the table of routes: which way packets for a network take.
package struct Route: Sendable, Hashable {
    package let network: NetworkPrefix
    /// The router that is asked to pass them on; nil for a network that this computer is in itself.
    package let gateway: SocketAddress?
    package let interface: String
    package let metric: Int
    /// The line says that there is no way.
    package let isForbidden: Bool

    package init(
        _ network: NetworkPrefix,
        gateway: SocketAddress? = nil,
        interface: String,
        metric: Int = 0,
        isForbidden: Bool = false
    ) {
        self.network = network
        self.gateway = gateway
        self.interface = interface
        self.metric = metric
        self.isForbidden = isForbidden
    }

    package var isDefault: Bool { network.length == 0 }

    /// The line that counts for an address: the longest network that holds it. Not guaranteed: rules of policy routing,
    /// which are not in these tables.
    package static func best(for address: SocketAddress, in routes: [Route]) -> Route? {
        let best = longest(for: address, in: routes)
        return best?.isForbidden == true ? nil : best
    }

    /// The line that counts for an address, where it says that there is no way.
    package static func forbidding(_ address: SocketAddress, in routes: [Route]) -> Route? {
        let best = longest(for: address, in: routes)
        return best?.isForbidden == true ? best : nil
    }

    private static func longest(for address: SocketAddress, in routes: [Route]) -> Route? {
        let interface = address.zoneInterface
        let fitting = routes.filter {
            $0.network.contains(address.plain(port: 0))
                && (interface == nil || $0.interface == interface || $0.isForbidden)
        }
        return fitting.max { ($0.network.length, -$0.metric) < ($1.network.length, -$1.metric) }
    }

    /// `RTF_UP`, `RTF_GATEWAY` and `RTF_REJECT` of linux/route.h.
    private static let (up, viaGateway, reject): (Int, Int, Int) = (0x1, 0x2, 0x200)

    /// The lines of `/proc/net/route`.
    package static func ipv4(_ table: String) -> [Route] {
        table.split(separator: "\n").compactMap { line in
            let fields = line.split(whereSeparator: { $0 == "\t" || $0 == " " })
            guard fields.count > 7, let destination = number(fields[1]), let gateway = number(fields[2]),
                let flags = Int(fields[3], radix: 16), let mask = number(fields[7]), flags & (up | reject) != 0,
                let network = try? NetworkPrefix(parsing: "\(destination)/\(mask.rawValue.nonzeroBitCount)")
            else { return nil }
            return Route(
                network,
                gateway: flags & viaGateway != 0 ? .ipv4(gateway, port: 0) : nil,
                interface: String(fields[0]),
                metric: Int(fields[6]) ?? 0,
                // Lines of the kinds "blackhole" and "throw" have no flag of their own, and no interface.
                isForbidden: flags & reject != 0 || fields[0] == "*"
            )
        }
    }

    private static func number(_ field: Substring) -> IPv4Address? {
        UInt32(field, radix: 16).map { IPv4Address(rawValue: UInt32(bigEndian: $0)) }
    }

    /// The lines of `/proc/net/ipv6_route`, those for this computer's own addresses and for groups left out.
    package static func ipv6(_ table: String) -> [Route] {
        table.split(separator: "\n").compactMap { line in
            let fields = line.split(separator: " ")
            guard fields.count > 9, let destination = address(fields[0]), let length = Int(fields[1], radix: 16),
                let gateway = address(fields[4]), let flags = Int(fields[8], radix: 16), flags & (up | reject) != 0,
                flags & isLocal == 0, !destination.isMulticast,
                let network = try? NetworkPrefix(parsing: "\(destination)/\(length)")
            else { return nil }
            return Route(
                network,
                gateway: flags & viaGateway != 0 ? .ipv6(gateway, port: 0) : nil,
                interface: String(fields[9]),
                metric: Int(fields[5], radix: 16) ?? 0,
                isForbidden: flags & reject != 0
            )
        }
    }

    /// `RTF_LOCAL` of linux/ipv6_route.h.
    private static let isLocal = 0x8000_0000

    private static func address(_ field: Substring) -> IPv6Address? {
        guard field.count == 32, let high = UInt64(field.prefix(16), radix: 16),
            let low = UInt64(field.suffix(16), radix: 16)
        else { return nil }
        return IPv6Address(highBits: high, lowBits: low)
    }
}
