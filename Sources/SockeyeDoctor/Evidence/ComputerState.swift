package import SockeyeSystem

/// What this computer knows about itself and its network at one moment. Anything may be missing: then there is less evidence.
package struct ComputerState: Sendable, Equatable {
    /// TCP sockets of both families, listeners included.
    package var sockets: [SocketRow] = []
    /// Bound UDP sockets of both families.
    package var datagramSockets: [SocketRow] = []
    package var routes: [Route] = []
    package var neighbours: [Neighbour] = []
    package var interfaces: [InterfaceAddress] = []
    /// The programs that hold sockets, by inode, as far as this user may see them.
    package var programs: [String: Program] = [:]
    /// Interfaces that have no signal from the other end.
    package var unplugged: Set<String> = []
    package var isRoot = false
    /// Ports below it are for the administrator: `net.ipv4.ip_unprivileged_port_start`.
    package var firstFreePort: UInt16 = 1024
    /// `net.core.somaxconn`: the most clients that may wait to be accepted.
    package var longestQueue: Int?
    /// `net.ipv4.ip_local_port_range`: the ports that clients are given.
    package var clientPorts: ClosedRange<Int>?
    /// The most files and sockets that this process may have open: the soft limit of `/proc/self/limits`.
    package var openFiles: Int?
    /// What this computer runs in, where it is a container: `docker`, `podman`, `lxc`, `kubernetes`.
    package var container: String?

    package init() {}

    package struct Program: Sendable, Equatable, CustomStringConvertible {
        package let name: String
        package let id: Int

        package init(name: String, id: Int) {
            self.name = name
            self.id = id
        }

        package var description: String { "\(name) (process \(id))" }
    }

    package var listeners: [SocketRow] { sockets.filter { $0.state == .listen } }

    /// Whether packets for the address stay on this computer.
    package func isOwn(_ address: SocketAddress) -> Bool {
        address.plain(port: 0).isLoopback || interfaces.contains { $0.address.isSameHost(as: address) }
    }

    /// The last address of an IPv4 network that this computer is in, or of all: it stands for everybody there.
    package func isBroadcast(_ address: SocketAddress) -> Bool {
        guard case .ipv4(let ip, _) = address.plain(port: 0).kind else { return false }
        if ip.rawValue == .max { return true }
        // Networks of one or two computers have none.
        return ownNetworks.contains { route in
            route.network.length <= 30 && route.network.contains(address.plain(port: 0))
                && ip.rawValue | (UInt32.max << UInt32(32 - route.network.length)) == .max
        }
    }

    package func route(to address: SocketAddress) -> Route? { Route.best(for: address, in: routes) }

    /// The line of the table that says that there is no way to the address. The kernel's own last line, which is for all addresses of
    /// IPv6, says only that nothing else is known.
    package func forbiddingRoute(_ address: SocketAddress) -> Route? {
        guard !isOwn(address) else { return nil }
        return Route.forbidding(address, in: routes).flatMap { $0.isDefault && $0.network.family == .ipv6 ? nil : $0 }
    }

    /// The way there begins at an interface without a connection.
    func isUnplugged(_ address: SocketAddress) -> Bool {
        route(to: address).map { unplugged.contains($0.interface) } ?? false
    }

    package func neighbour(_ address: SocketAddress) -> Neighbour.State? {
        let interface = address.zoneInterface
        return neighbours.first {
            $0.address.isSameHost(as: address) && (interface == nil || $0.interface == interface)
        }?.state
    }

    /// Who has the socket; nil when it is another user's, in another container, or nobody's.
    package func program(of row: SocketRow) -> Program? { row.inode == "0" ? nil : programs[row.inode] }

    /// The networks that this computer is in itself, its loopback left out.
    package var ownNetworks: [Route] {
        routes.filter { $0.gateway == nil && !$0.isForbidden && $0.interface != "lo" && $0.network.length > 0 }
    }
}
