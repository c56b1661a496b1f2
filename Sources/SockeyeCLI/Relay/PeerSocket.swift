import Sockeye
import SockeyeSystem

/// The other end of one of our connections, where it is a socket of this computer: the kernel tells its state, and how
/// much its program has not received yet.
struct PeerSocket: Equatable {
    let state: String
    let unreadBytes: Int
    /// By which the program is found that has it; `0` where none has: it was closed, or nobody has accepted it yet.
    var inode = ""

    var isOrphan: Bool { inode == "0" }

    /// nil when the peer is somewhere else, or gone. Of a Unix socket the kernel tells nothing.
    static func behind(_ connection: Connection) -> PeerSocket? {
        let (remote, local) = (connection.remoteAddress, connection.localAddress)
        guard isHere(remote, local) else { return nil }
        return between(remote, local)
    }

    /// The socket of this computer that has these two addresses, its own and the other.
    static func between(_ own: SocketAddress, _ other: SocketAddress) -> PeerSocket? {
        guard let ownPort = own.port, let otherPort = other.port else { return nil }
        // A server for both families, as Java, Node and Go make them, has its IPv4 clients in the list of IPv6.
        let files = own.family == .ipv4 ? ["/proc/net/tcp", "/proc/net/tcp6"] : ["/proc/net/tcp6", "/proc/net/tcp"]
        for file in files {
            guard let table = SystemFile.text(file) else { continue }
            if let socket = find(in: table, localPort: ownPort, remotePort: otherPort) { return socket }
        }
        return nil
    }

    /// Whether the other end of a connection is on this computer.
    static func isHere(_ remote: SocketAddress, _ local: SocketAddress) -> Bool {
        remote.isLoopback || remote.hostName == local.hostName
    }

    /// The format is described in the kernel's Documentation/networking/proc_net_tcp.rst.
    static func find(in table: String, localPort: UInt16, remotePort: UInt16) -> PeerSocket? {
        for line in table.split(separator: "\n").dropFirst() {
            let fields = line.split(separator: " ", maxSplits: 10, omittingEmptySubsequences: true)
            guard fields.count > 4, port(fields[1]) == localPort, port(fields[2]) == remotePort,
                let state = UInt8(fields[3], radix: 16),
                let unread = fields[4].split(separator: ":").last.flatMap({ Int($0, radix: 16) })
            else { continue }
            let inode = fields.count > 9 ? String(fields[9]) : ""
            let name = names[Int(state) % names.count]
            // The FIN that has come counts as a byte until the program has received the end.
            let hasHeardEnd = ["CLOSE_WAIT", "LAST_ACK", "CLOSING"].contains(name)
            return PeerSocket(state: name, unreadBytes: hasHeardEnd ? max(unread - 1, 0) : unread, inode: inode)
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
