import SockeyeSystem

@testable import Sockeye

/// An address of this computer that does not answer, as if a firewall dropped what is sent there: a listener whose
/// queue is full, so that the kernel drops every further SYN.
final class BlackHole: Sendable {
    let address: SocketAddress
    private let listener: RawPeer
    private let guest: RawPeer

    init(at wanted: SocketAddress) throws {
        let socket = try Socket(wanted.family)
        try socket.bind(to: wanted)
        // A queue of none holds one on Linux.
        try socket.listen(backlog: 0)
        address = try socket.localAddress
        listener = RawPeer(adopting: socket.release())
        guest = try RawPeer(connectedTo: address)
    }

    func close() {
        guest.close()
        listener.close()
    }
}
