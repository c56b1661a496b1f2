/// How far an address reaches: what advice about firewalls, routes and interfaces depends on.
///
/// Each asks the same question of the IPv4 or IPv6 address inside; for a Unix socket the answer is no.
extension SocketAddress {
    /// Whether packets for this address never leave the computer.
    public var isLoopback: Bool { answer(\.isLoopback, \.isLoopback) }

    /// Whether this is `0.0.0.0` or `::`, every interface.
    public var isAny: Bool { answer(\.isAny, \.isAny) }

    /// Whether this is in a range that the internet does not route (RFC 1918, RFC 4193).
    public var isPrivate: Bool { answer(\.isPrivate, \.isPrivate) }

    /// Whether this only means something on one link.
    public var isLinkLocal: Bool { answer(\.isLinkLocal, \.isLinkLocal) }

    /// Whether this is a group, to which only datagrams can be sent.
    public var isMulticast: Bool { answer(\.isMulticast, \.isMulticast) }

    /// Whether this is in 100.64.0.0/10, behind a provider's address translation.
    public var isCarrierGradeNAT: Bool { answer(\.isCarrierGradeNAT, \.isCarrierGradeNAT) }

    /// Whether this is fe80::/10, or a group of one link (ff02::/16), without the interface that it needs.
    package var lacksZone: Bool {
        guard case .ipv6(let ip, _, zone: 0, _) = kind else { return false }
        return ip.mappedIPv4 == nil && (ip.isLinkLocal || ip.groups[0] == 0xFF02)
    }

    /// The number of an interface that this computer does not have, or has no longer; nil for every other address.
    package var missingZone: UInt32? {
        guard case .ipv6(_, _, let zone, _) = kind, zone != 0, Syscalls.interfaceName(zone) == nil else { return nil }
        return zone
    }

    private func answer(_ ipv4: (IPv4Address) -> Bool, _ ipv6: (IPv6Address) -> Bool) -> Bool {
        switch kind {
        case .ipv4(let address, _): ipv4(address)
        case .ipv6(let address, _, _, _): ipv6(address)
        case .unixPath, .unixAbstract, .unixUnnamed: false
        }
    }
}
