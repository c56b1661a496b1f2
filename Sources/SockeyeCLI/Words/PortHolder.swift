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
        let sockets = ["/proc/net/tcp", "/proc/net/tcp6"].compactMap(SystemFile.text).flatMap(TableLine.lines)
            .filter { $0.localPort == port }
        if let listener = sockets.first(where: { $0.state == TableLine.listen }) {
            return program(withSocket: listener.inode) ?? .unknownProgram
        }
        if sockets.contains(where: { $0.state != TableLine.timeWait }) { return .connections }
        return sockets.isEmpty ? nil : .timeWait
    }

    /// The kernel's list has the path as it was bound, so a relative one and an absolute one are told apart.
    static func ofUnixSocket(_ path: String) -> PortHolder? {
        guard let table = SystemFile.text("/proc/net/unix") else { return nil }
        for line in table.split(separator: "\n") {
            let fields = line.split(separator: " ", maxSplits: 7)
            guard fields.count == 8, fields[7] == path else { continue }
            return program(withSocket: String(fields[6])) ?? .unknownProgram
        }
        return .nobody
    }

    private static func program(withSocket inode: String) -> PortHolder? {
        let wanted = "socket:[\(inode)]"
        for process in SystemFile.names(in: "/proc") {
            guard let id = Int(process) else { continue }
            let folder = "/proc/\(process)/fd"
            for descriptor in SystemFile.names(in: folder)
            where SystemFile.target(ofLink: "\(folder)/\(descriptor)") == wanted {
                let name = SystemFile.text("/proc/\(process)/comm") ?? ""
                return .program(name: SafeText.line(String(name.prefix { $0 != "\n" })), id: id)
            }
        }
        return nil
    }
}

/// One socket in `/proc/net/tcp`; the format is described in the kernel's Documentation/networking/proc_net_tcp.rst.
struct TableLine: Equatable {
    let localPort: UInt16
    let state: UInt8
    let inode: String

    /// `TCP_LISTEN` and `TCP_TIME_WAIT` of the kernel's include/net/tcp_states.h.
    static let listen: UInt8 = 0x0A
    static let timeWait: UInt8 = 0x06

    /// nil for the heading, and for whatever else is no socket.
    init?(_ line: some StringProtocol) {
        let fields = line.split(separator: " ")
        guard fields.count > 9, let port = fields[1].split(separator: ":").last,
            let localPort = UInt16(port, radix: 16), let state = UInt8(fields[3], radix: 16)
        else { return nil }
        self.localPort = localPort
        self.state = state
        inode = String(fields[9])
    }

    static func lines(of table: String) -> [TableLine] {
        table.split(separator: "\n").compactMap { TableLine($0) }
    }
}
