/// A socket that systemd, or whoever speaks its protocol, has opened before it started this program.
///
///     for socket in try ActivatedSocket.takeAll() {
///         if socket.name == "api" { listener = try Listener.adopt(socket) }
///     }
///
/// The address stays open while the program is started anew, and a port below 1024 needs no root. In C: `sd_listen_fds`.
public struct ActivatedSocket: Sendable {
    /// `FileDescriptorName=` of the socket's unit; nil when there is none. From `LISTEN_FDNAMES`.
    public let name: String?
    /// The socket, close-on-exec. Closed if nobody takes it over.
    public let descriptor: OpenDescriptor

    /// Takes what was handed over, once: the variables are removed, so that neither a second call nor a child takes the same
    /// descriptors. Call it early, before other threads read the environment.
    ///
    /// - Returns: In the order of the units' `Listen` lines; none when this program was not started in this way.
    /// - Throws: `.invalidArgument` when the variables make no sense, or name a descriptor that is not open. Then all that
    ///   were announced and are open are closed.
    public static func takeAll() throws(SocketError) -> [ActivatedSocket] {
        defer { for name in variables { Syscalls.unsetEnvironment(name) } }
        return try takeAll(from: 3, process: ThisProcess.id) { ThisProcess.environment($0) }
    }

    private static let variables = ["LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"]
    /// More than any unit has, and few enough that a mistyped number does not close the world.
    private static let most = 1024

    /// - Parameters:
    ///   - first: The number of the first descriptor: `SD_LISTEN_FDS_START`.
    ///   - variable: A variable of the environment.
    package static func takeAll(
        from first: Int32,
        process: Int32,
        _ variable: (String) -> String?
    ) throws(SocketError) -> [ActivatedSocket] {
        guard let wanted = variable("LISTEN_PID") else { return [] }
        guard let wantedProcess = Int32(wanted), wantedProcess > 0 else { throw flaw("LISTEN_PID", wanted, "a number") }
        // Inherited from a parent that was meant, and this process is not.
        guard wantedProcess == process else { return [] }
        let text = variable("LISTEN_FDS") ?? ""
        guard let count = Int(text), (0...most).contains(count) else {
            throw flaw("LISTEN_FDS", text, "a number from 0 to \(most)")
        }
        let names = (variable("LISTEN_FDNAMES") ?? "").split(separator: ":", omittingEmptySubsequences: false)
        if names.count != count, names != [""] {
            throw flaw("LISTEN_FDNAMES", "\(names.count) names", "as many as LISTEN_FDS, which is \(count)")
        }
        var sockets: [ActivatedSocket] = []
        for index in 0..<count {
            let descriptor = first + Int32(index)
            do {
                try Syscalls.setCloseOnExec(descriptor)
            } catch {
                let detail = "LISTEN_FDS = \(count), but descriptor \(descriptor) is not open"
                throw SocketError(.invalidArgument, .adopt, errno: error, detail: detail)
            }
            let name = names.count == count ? String(names[index]) : ""
            // "unknown" is what systemd writes for a descriptor without a name.
            let isNamed = !name.isEmpty && name != "unknown"
            sockets.append(ActivatedSocket(name: isNamed ? name : nil, descriptor: OpenDescriptor(descriptor)))
        }
        return sockets
    }

    private static func flaw(_ name: String, _ value: String, _ wanted: String) -> SocketError {
        let detail = "\(name) = \(EndpointError.quote(value)): it should be \(wanted)"
        return SocketError(.invalidArgument, .adopt, detail: detail)
    }
}
