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
            case .bind where error.isOfSource:
                "send datagrams to \(peer) from \(error.localAddress.map { $0.port == 0 ? $0.hostName : "\($0)" } ?? own)"
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
        if error.isOfSource {
            let facts = Facts.gathered(for: error, address.endpoint)
            if let advice = Self.ofSource(error, facts, target: typed) {
                self = advice
                return
            }
        }
        switch error.code {
        case .refused where address.isUnix:
            let path = error.remoteAddress?.unixPath ?? address.endpoint.socketAddress?.unixPath
            self.init(
                "the socket is there, but the server that made it has ended",
                [(path.map { "rm \(Failure.quoted($0)) && " } ?? "") + "sockeye serve \(typed)"]
            )
        case .refused:
            self = Self.datagramsRefused(error, address)
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
        case .addressInUse:
            guard let advice = Self.datagramAddressInUse(address) else { return nil }
            self = advice
        case .timedOut where command == "serve":
            let own = error.localAddress.map { quotedText(address.text(for: $0)) } ?? typed
            self.init(
                "no client has sent anything, or a firewall drops it",
                ["printf hi | sockeye connect \(own)   starts a client, in another terminal"]
            )
        case .messageTooLong:
            self.init(
                "a datagram is sent whole or not at all, and this is more than one can hold",
                [
                    "send it in smaller pieces",
                    "sockeye connect \(quotedText(address.pathText))   over a connection, which has no limit",
                ]
            )
        case .permissionDenied where error.operation != .bind && !address.isUnix:
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

extension Advice {
    private static func datagramsRefused(_ error: SocketError, _ address: TypedAddress) -> Advice {
        let situation = Situation(error: error, endpoint: address.endpoint, facts: Facts(), command: "connect")
        let port = situation.port
        if case .any = address.endpoint.kind {
            return Advice(
                "* is where a server takes datagrams; a client sends them to one computer",
                ["sockeye connect udp:localhost:\(port)"]
            )
        }
        let look = "ss -lunp 'sport = :\(port)'"
        let next =
            situation.isHere
            ? [
                "sockeye serve \(quotedText("udp:" + situation.ownAddress))   starts a server, in another terminal",
                "\(look)   lists who takes datagrams there",
            ]
            : [
                "sockeye serve 'udp:*:\(port)'   on \(situation.host): starts a server",
                "\(look)   on \(situation.host): lists who takes datagrams there",
            ]
        return Advice(
            "no program takes datagrams on port \(port): the server is not started, is on another port, or speaks TCP",
            next
        )
    }

    /// nil for a path that is no socket.
    private static func datagramAddressInUse(_ address: TypedAddress) -> Advice? {
        let holder: PortHolder?
        let (place, other, look): (String, String, String)
        if let path = address.endpoint.socketAddress?.unixPath {
            guard SystemFile.isSocket(path) == true else { return nil }
            holder = PortHolder.ofUnixSocket(path)
            place = "there"
            other = "sockeye serve \(quotedText(address.text + "2"))   takes another path"
            look = "sudo ss -xap   lists Unix sockets and whose they are"
        } else {
            let port = address.endpoint.port ?? 1337
            holder = PortHolder.ofDatagramPort(port)
            place = "on port \(port)"
            other = "sockeye serve \(neighbour(of: port, address.endpoint))   takes another port"
            look = "sudo ss -lunp 'sport = :\(port)'   says which one"
        }
        guard case .program(let name, let id) = holder else {
            return Advice("another program already takes datagrams \(place)", [look, other])
        }
        return Advice("\(name) (process \(id)) already takes datagrams \(place)", ["kill \(id)   ends \(name)", other])
    }
}

/// The same address with the port beside it.
private func neighbour(of port: UInt16, _ endpoint: Endpoint) -> String {
    let other = port == .max ? port - 1 : port + 1
    return switch endpoint.kind {
    case .any: quotedText("udp:*:\(other)")
    case .host(let name, _): quotedText("udp:\(name):\(other)")
    case .address(let address): quotedText("udp:" + (address.with(port: other)?.description ?? String(other)))
    default: "udp:\(other)"
    }
}

private func quotedText(_ text: String) -> String { Failure.quoted(text) }

extension PortHolder {
    /// Who takes datagrams on a port.
    static func ofDatagramPort(_ port: UInt16) -> PortHolder? {
        guard let holder = SocketTable.udp.rows.first(where: { $0.local.port == port }) else { return nil }
        return program(withSocket: holder.inode) ?? .unknownProgram
    }
}
