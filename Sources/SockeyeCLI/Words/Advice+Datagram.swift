import Sockeye
import SockeyeDoctor
import SockeyeSystem

/// The whole of an error of datagrams: nobody connects, so what goes wrong, and why, is another thing than with connections.
extension Failure {
    /// nil for errors that mean the same for both.
    static func ofDatagrams(_ error: SocketError, _ address: TypedAddress, command: String) -> Failure? {
        guard address.kind == .datagram else { return nil }
        let peer = (error.remoteAddress ?? address.endpoint.socketAddress).map(address.text(for:)) ?? address.text
        let own = (error.localAddress ?? address.endpoint.socketAddress).map(address.text(for:)) ?? address.text
        let attempted =
            switch error.operation {
            case .bind: "take datagrams on \(own)"
            case .connect, .send: "send datagrams to \(peer)"
            case .receive: command == "serve" ? "receive datagrams on \(own)" : "get an answer from \(peer)"
            default: "\(error.operation.rawValue) for \(address.text)"
            }
        guard let advice = Advice(ofDatagrams: error, address, command: command) else { return nil }
        return Failure(
            attempted: SafeText.line(attempted),
            happened: SafeText.line(error.reason),
            cause: advice.cause,
            next: advice.next,
            status: networkFailed
        )
    }
}

extension Advice {
    /// nil for what is no different with connections.
    init?(ofDatagrams error: SocketError, _ address: TypedAddress, command: String) {
        let typed = quotedText(address.text)
        switch error.code {
        case .refused where address.isUnix:
            let path = error.remoteAddress?.unixPath ?? address.endpoint.socketAddress?.unixPath
            self.init(
                "the socket is there, but the server that made it has ended",
                [(path.map { "rm \(Failure.quoted($0)) && " } ?? "") + "sockeye serve \(typed)"]
            )
        case .refused:
            let port = address.endpoint.port ?? 1337
            self.init(
                "no program takes datagrams on port \(port): the server is not started, is on another port, or speaks TCP",
                [
                    "sockeye serve udp:\(port)   starts a server, in another terminal",
                    "ss -lunp 'sport = :\(port)'   lists who takes datagrams there, on the other computer",
                ]
            )
        case .nameNotFound where address.isUnix && command == "connect":
            self.init(
                "no server has made this socket: it is not started, or uses another path",
                ["sockeye serve \(typed)   starts a server, in another terminal", "ss -lx   lists Unix sockets"]
            )
        case .invalidAddress where error.errno == .wrongProtocolType:
            self.init(
                "the server there takes connections, not datagrams",
                ["sockeye connect \(quotedText("unix:" + address.pathText))"]
            )
        case .addressInUse where !address.isUnix:
            let port = address.endpoint.port ?? 1337
            let other = "sockeye serve udp:\(port == .max ? port - 1 : port + 1)   takes another port"
            if case .program(let name, let id) = PortHolder.ofDatagramPort(port) {
                self.init(
                    "\(name) (process \(id)) already takes datagrams on port \(port)",
                    ["kill \(id)   ends \(name)", other]
                )
            } else {
                self.init(
                    "another program already takes datagrams on port \(port)",
                    ["sudo ss -lunp 'sport = :\(port)'   says which one", other]
                )
            }
        case .addressInUse:
            guard let path = address.endpoint.socketAddress?.unixPath, SystemFile.isSocket(path) == true else {
                return nil
            }
            let other = "sockeye serve \(quotedText(address.text + "2"))   takes another path"
            if case .program(let name, let id) = PortHolder.ofUnixSocket(path) {
                self.init(
                    "\(name) (process \(id)) already takes datagrams there",
                    ["kill \(id)   ends \(name)", other]
                )
            } else {
                self.init(
                    "another program has a socket there",
                    ["ss -xap   lists Unix sockets and whose they are", other]
                )
            }
        case .timedOut where command == "serve":
            self.init(
                "no client has sent anything, or a firewall drops it",
                ["printf hi | sockeye connect \(typed)   is a client"]
            )
        case .messageTooLong:
            self.init(
                "a datagram is sent whole or not at all, and this is more than one can hold",
                [
                    "send it in smaller pieces",
                    "sockeye connect \(quotedText(address.pathText))   over a connection, which has no limit",
                ]
            )
        case .permissionDenied where error.operation == .send && !address.isUnix:
            self.init(
                "the address is one for all computers of a network (broadcast), or a firewall of this computer says no",
                [
                    "sudo nft list ruleset   shows the firewall",
                    "ip -brief address   lists the networks of this computer",
                ]
            )
        default:
            return nil
        }
    }
}

private func quotedText(_ text: String) -> String { Failure.quoted(text) }

extension PortHolder {
    /// Who takes datagrams on a port.
    static func ofDatagramPort(_ port: UInt16) -> PortHolder? {
        let sockets = ["/proc/net/udp", "/proc/net/udp6"].compactMap(SystemFile.text).flatMap(SocketRow.rows)
        guard let holder = sockets.first(where: { $0.local.port == port }) else { return nil }
        return program(withSocket: holder.inode) ?? .unknownProgram
    }
}
