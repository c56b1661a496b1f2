import SockeyeDoctor
import SockeyeSystem

/// Who keeps an address, as far as the kernel tells: `/proc/net/tcp` has the sockets, `/proc/PID/fd` whose they are.
enum PortHolder: Equatable {
    /// A program listens there.
    case program(name: String, id: Int)
    /// Somebody listens there, but the program is another user's or in another container.
    case unknownProgram
    /// Nobody listens; connections of an earlier server fade away.
    case timeWait
    /// Nobody listens; a program still has connections of an earlier server, or uses the port as a client.
    case connections
    /// A Unix socket's file that no program has open any more.
    case nobody

    static func ofPort(_ port: UInt16) -> PortHolder? {
        let sockets = SocketTable.tcp.rows.filter { $0.local.port == port }
        if let listener = sockets.first(where: { $0.state == .listen }) {
            return program(withSocket: listener.inode) ?? .unknownProgram
        }
        if sockets.contains(where: { $0.state != .timeWait }) { return .connections }
        return sockets.isEmpty ? nil : .timeWait
    }

    /// nil for a relative path: the kernel's list has it as it was bound, by whatever program in whatever folder, and the
    /// wrong one must not be named, for what is proposed is to end it.
    static func ofUnixSocket(_ path: String) -> PortHolder? {
        guard path.hasPrefix("/") || path.hasPrefix("@") else { return nil }
        guard let table = SystemFile.text("/proc/net/unix") else { return nil }
        for line in table.split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 7)
            // A client that is still in the queue has the server's path, and no number.
            guard fields.count == 8, fields[7] == path, fields[6] != "0" else { continue }
            return program(withSocket: String(fields[6])) ?? .unknownProgram
        }
        return .nobody
    }

    static func program(withSocket inode: String) -> PortHolder? {
        SystemProbes.programs(of: [inode])[inode].map { .program(name: SafeText.line($0.name), id: $0.id) }
    }
}
