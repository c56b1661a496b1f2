package import SockeyeSystem

/// What an address of this computer is for.
package enum AddressPurpose: Sendable, Hashable {
    case thisComputer, containers, link, privateNetwork, carrierNAT, documentation, global

    package init(of one: InterfaceAddress) {
        let address = one.address
        if address.isLoopback {
            self = .thisComputer
        } else if address.isLinkLocal {
            self = .link
        } else if Self.containerInterfaces.contains(where: one.interface.hasPrefix) {
            self = .containers
        } else if address.isCarrierGradeNAT {
            self = .carrierNAT
        } else if Self.examples.contains(where: { $0?.contains(address) == true }) {
            self = .documentation
        } else {
            self = address.isPrivate ? .privateNetwork : .global
        }
    }

    /// RFC 5737 and RFC 3849; who has one of these has copied it from a page.
    private static let examples = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32"]
        .map { try? NetworkPrefix(parsing: $0) }

    /// As container engines and virtual machines name them.
    private static let containerInterfaces = ["docker", "br-", "virbr", "veth", "podman", "cni", "lxc", "lxdbr"]

    /// No client out on the internet can use it.
    var isNotFromOutside: Bool { self != .global }

    /// Half a line, for a person.
    package static func words(_ one: InterfaceAddress) -> String {
        switch AddressPurpose(of: one) {
        case .thisComputer: "this computer only"
        case .containers: "containers and virtual machines on this computer"
        case .link: "this link only; others need the interface's name with it"
        case .privateNetwork: "private network"
        case .carrierNAT: "behind the provider's address translation (or a VPN)"
        case .documentation: "for examples in documentation: no public address"
        case .global: "public address"
        }
    }
}
