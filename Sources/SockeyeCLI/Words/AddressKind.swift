import Sockeye

/// What kind of address it is, for a person who asks how far it reaches.
struct AddressKind {
    /// One word, for programs.
    let name: String
    /// What it means; empty where the word says it all.
    let meaning: String

    init(_ address: SocketAddress) {
        let known = Self.specific(address)
        name = known?.0 ?? "public"
        meaning = known?.1 ?? "routed through the internet"
    }

    var description: String { "\(name), \(meaning)" }

    private static func specific(_ address: SocketAddress) -> (String, String)? {
        if address.isLoopback { return ("loopback", "this computer only") }
        if address.isAny { return ("unspecified", "every interface to a server, this computer to a client") }
        if address.isLinkLocal { return ("link-local", "this network segment only") }
        if address.isPrivate { return ("private", "inside a network, not from the internet") }
        if address.isMulticast { return ("multicast", "a group of computers; no connection goes there") }
        if address.isCarrierGradeNAT { return ("shared", "behind a provider's address translation, or a VPN") }
        return reserved.first { $0.prefix?.contains(address) == true }.map { ($0.name, $0.meaning) }
    }

    private struct Reserved {
        let prefix: NetworkPrefix?
        let name: String
        let meaning: String

        init(_ prefix: String, _ name: String, _ meaning: String) {
            self.prefix = try? NetworkPrefix(parsing: prefix)
            self.name = name
            self.meaning = meaning
        }
    }

    /// Of the special-purpose registries of IANA (RFC 6890) those that people meet.
    private static let reserved = [
        Reserved("192.0.2.0/24", "documentation", "an example that nobody has"),
        Reserved("198.51.100.0/24", "documentation", "an example that nobody has"),
        Reserved("203.0.113.0/24", "documentation", "an example that nobody has"),
        Reserved("2001:db8::/32", "documentation", "an example that nobody has"),
        Reserved("3fff::/20", "documentation", "an example that nobody has"),
        Reserved("198.18.0.0/15", "benchmarking", "for measuring networks, not routed"),
        Reserved("240.0.0.0/4", "reserved", "not in use"),
        Reserved("64:ff9b::/96", "translated", "an IPv4 address through a translator (NAT64)"),
        Reserved("2002::/16", "6to4", "IPv6 through IPv4, no longer in use"),
    ]
}
