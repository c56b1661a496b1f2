import Sockeye
import SockeyeSystem

/// What this computer knows that makes advice certain. Everything may be unknown: then advice is more careful.
struct Facts {
    /// Who holds the port that could not be bound.
    var holder: PortHolder?
    /// The path of a Unix address leads to something that is no socket, and is nobody's to remove.
    var isNoSocket = false
    /// Another port that was free a moment ago, where the wanted one was not.
    var freePort: UInt16?
    /// Ports below it are for the administrator: `net.ipv4.ip_unprivileged_port_start`.
    var firstFreePort: UInt16 = 1024
    /// The addresses that a server here can have, or without a port those that a client can come from; the loopback ones left out.
    var ownAddresses: [String] = []
    /// The address that gave no answer is one of this computer's own.
    var isOwnAddress = false

    /// A server has the port that refused, at another address of this computer.
    var elsewhere: ElsewhereListener?

    /// Looks up what helps with this error, and nothing else.
    static func gathered(for error: SocketError, _ endpoint: Endpoint) -> Facts {
        var facts = Facts()
        if let path = (error.localAddress ?? error.remoteAddress ?? endpoint.socketAddress)?.unixPath {
            facts.isNoSocket = SystemFile.isSocket(path) == false
        }
        switch error.code {
        case .addressInUse:
            if let path = (error.localAddress ?? endpoint.socketAddress)?.unixPath {
                facts.holder = PortHolder.ofUnixSocket(path)
            } else if let port = error.localAddress?.port ?? endpoint.port {
                facts.holder = PortHolder.ofPort(port)
                facts.freePort = error.localAddress.flatMap(FreePort.near)
            }
        case .permissionDenied:
            let text = SystemFile.text("/proc/sys/net/ipv4/ip_unprivileged_port_start")
            facts.firstFreePort = text.flatMap { UInt16($0.filter(\.isNumber)) } ?? 1024
        case .addressNotAvailable:
            facts.ownAddresses = InterfaceAddress.reachable().map {
                error.isOfSource ? $0.address.hostName : $0.endpointText(port: endpoint.port ?? 1337)
            }
        case .timedOut:
            facts.isOwnAddress = isOwn(error.remoteAddress)
        case .refused where error.operation == .connect:
            if let address = error.remoteAddress, address.isLoopback || isOwn(address) {
                facts.elsewhere = ElsewhereListener.of(address)
            }
        default:
            break
        }
        return facts
    }

    private static func isOwn(_ address: SocketAddress?) -> Bool {
        InterfaceAddress.all().contains { $0.address.hostName == address?.hostName }
    }
}

extension SocketError {
    /// Whether it is `--source` that could not be used: only then both ends are known before there is a connection.
    var isOfSource: Bool {
        (operation == .connect || operation == .bind) && localAddress != nil && remoteAddress != nil
    }
}

extension Endpoint {
    /// The address, where the endpoint is one.
    var socketAddress: SocketAddress? {
        guard case .address(let address) = kind else { return nil }
        return address
    }

    /// The name that is to be looked up, where the endpoint has one.
    var hostName: String? {
        guard case .host(let name, _) = kind else { return nil }
        return name
    }
}

extension InterfaceAddress {
    /// The addresses under which other computers can reach this one: neither loopback nor of one link only.
    static func reachable() -> [InterfaceAddress] {
        all().filter { !$0.address.isLoopback && !$0.address.isLinkLocal }
    }
}
