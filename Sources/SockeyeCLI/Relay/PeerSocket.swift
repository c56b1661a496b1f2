import Sockeye
import SockeyeDoctor
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
        SocketTable.tcp.socket(own, other).map(PeerSocket.init)
    }

    /// Whether the other end of a connection is on this computer.
    static func isHere(_ remote: SocketAddress, _ local: SocketAddress) -> Bool {
        remote.isLoopback || remote.hostName == local.hostName
    }
}

extension PeerSocket {
    init(_ row: SocketRow) {
        // The FIN that has come counts as a byte until the program has received the end.
        let hasHeardEnd = [.closeWait, .lastAck, .closing].contains(row.state)
        self.init(
            state: row.state.name,
            unreadBytes: hasHeardEnd ? max(row.waiting - 1, 0) : row.waiting,
            inode: row.inode
        )
    }
}
