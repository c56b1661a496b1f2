package import SockeyeSystem

/// What an address of this computer is for.
package enum AddressPurpose: Sendable, Hashable {
    case thisComputer, containers, link, privateNetwork, carrierNAT, global

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
        } else {
            self = address.isPrivate ? .privateNetwork : .global
        }
    }

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
        case .global: "public address"
        }
    }
}
