package import SockeyeSystem

/// The kernel's lists of this computer's sockets, `/proc/net/tcp` and its like: their one reader.
///
/// They have the sockets of the network namespace, and nothing where there is no `/proc`.
package enum SocketTable: String, Sendable {
    case tcp, udp

    /// The list of each family. An IPv6 socket that takes both families has its IPv4 peers in the second.
    private func file(_ family: AddressFamily) -> String { "/proc/net/\(rawValue)" + (family == .ipv6 ? "6" : "") }

    /// All of them.
    package var rows: [SocketRow] {
        [AddressFamily.ipv4, .ipv6].compactMap { SystemFile.text(file($0)) }.flatMap(SocketRow.rows)
    }

    /// The socket that has these two addresses, its own and its peer's; nil where this computer has none.
    ///
    /// Only the ports are compared: an address may be written as IPv4 or as IPv6.
    package func socket(_ own: SocketAddress, _ peer: SocketAddress) -> SocketRow? {
        guard let ownPort = own.port, let peerPort = peer.port else { return nil }
        // Most sockets are found in the first list, which saves reading the second.
        let families = own.family == .ipv6 ? [AddressFamily.ipv6, .ipv4] : [.ipv4, .ipv6]
        for family in families {
            guard let table = SystemFile.text(file(family)) else { continue }
            if let row = SocketRow.row(in: table, localPort: ownPort, remotePort: peerPort) { return row }
        }
        return nil
    }
}
