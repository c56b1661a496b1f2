import SockeyeSystem

extension SocketAddress {
    /// The address without its port.
    var hostName: String {
        switch kind {
        case .ipv4(let ip, _): "\(ip)"
        case .ipv6(let ip, _, _, _): "\(ip)"
        case .unixPath, .unixAbstract, .unixUnnamed: "\(self)"
        }
    }
}
