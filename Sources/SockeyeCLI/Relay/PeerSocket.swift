import Sockeye
import SockeyeSystem

/// The other end of one of our connections, where it is a socket of this computer: the kernel tells its state, and how
/// much its program has not received yet.
struct PeerSocket: Equatable {
    let state: String
    let unreadBytes: Int

    /// nil when the peer is somewhere else, or gone. Of a Unix socket the kernel tells nothing.
    static func behind(_ connection: Connection) -> PeerSocket? {
        let (remote, local) = (connection.remoteAddress, connection.localAddress)
        guard let remotePort = remote.port, let localPort = local.port, isHere(remote, local) else { return nil }
        let file = remote.family == .ipv4 ? "/proc/net/tcp" : "/proc/net/tcp6"
        guard let table = SystemFile.text(file) ?? SystemFile.text("/proc/net/tcp") else { return nil }
        return find(in: table, localPort: remotePort, remotePort: localPort)
    }

    private static func isHere(_ remote: SocketAddress, _ local: SocketAddress) -> Bool {
        remote.isLoopback || remote.hostText == local.hostText
    }

    /// The format is described in the kernel's Documentation/networking/proc_net_tcp.rst.
    static func find(in table: String, localPort: UInt16, remotePort: UInt16) -> PeerSocket? {
        for line in table.split(separator: "\n").dropFirst() {
            let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
            guard fields.count > 4, port(fields[1]) == localPort, port(fields[2]) == remotePort,
                let state = UInt8(fields[3], radix: 16),
                let unread = fields[4].split(separator: ":").last.flatMap({ Int($0, radix: 16) })
            else { continue }
            return PeerSocket(state: names[Int(state) % names.count], unreadBytes: unread)
        }
        return nil
    }

    private static func port(_ field: Substring) -> UInt16? {
        field.split(separator: ":").last.flatMap { UInt16($0, radix: 16) }
    }

    /// In the order of the kernel's include/net/tcp_states.h, from 0.
    private static let names = [
        "?", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT",
        "LAST_ACK", "LISTEN", "CLOSING", "NEW_SYN_RECV",
    ]
}

extension SocketAddress {
    /// The address without its port.
    fileprivate var hostText: String {
        switch kind {
        case .ipv4(let ip, _): "\(ip)"
        case .ipv6(let ip, _, _, _): "\(ip)"
        case .unixPath, .unixAbstract, .unixUnnamed: "\(self)"
        }
    }
}
