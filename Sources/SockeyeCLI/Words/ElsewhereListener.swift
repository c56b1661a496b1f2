import SockeyeDoctor
import SockeyeSystem

/// A server of this computer that listens on the port that was asked for, and not at the address.
struct ElsewhereListener: Equatable {
    let address: SocketAddress
    let holder: PortHolder

    /// nil: nobody listens on that port; or who does takes that address too, and something else refuses.
    static func of(_ asked: SocketAddress) -> ElsewhereListener? {
        let listeners = SocketTable.tcp.rows.filter { $0.state == .listen && $0.local.port == asked.port }
        // One for every address of IPv6 may be for that family alone.
        guard let listener = listeners.first,
            !listeners.contains(where: { $0.takes(asked) && !$0.isOfOtherFamily(than: asked) })
        else { return nil }
        return ElsewhereListener(
            address: listener.local,
            holder: PortHolder.program(withSocket: listener.inode) ?? .unknownProgram
        )
    }

    /// `python3 (process 42)`
    var who: String {
        guard case .program(let name, let id) = holder else {
            return "a program of another user, or in another container,"
        }
        return "\(name) (process \(id))"
    }

    /// Where this computer reaches it.
    var reachable: SocketAddress {
        guard address.isAny, let port = address.port else { return address }
        return address.plain(port: 0).family == .ipv6 ? .ipv6(.loopback, port: port) : .ipv4(.loopback, port: port)
    }

    /// What it takes: one address, or all of a family.
    var place: String {
        guard address.isAny else { return "\(address)" }
        return address.plain(port: 0).family == .ipv6 ? "addresses of IPv6" : "addresses of IPv4"
    }
}
