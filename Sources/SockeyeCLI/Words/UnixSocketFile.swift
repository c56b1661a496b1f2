import Sockeye
import SockeyeSystem

/// The file that a Unix socket leaves behind, which would be in the way of the next server.
enum UnixSocketFile {
    static func remove(_ address: SocketAddress) {
        guard case .unixPath(let path) = address.kind else { return }
        SystemFile.remove(path)
    }
}
