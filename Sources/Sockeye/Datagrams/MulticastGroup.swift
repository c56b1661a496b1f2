public import SockeyeSystem

/// The address of a group: what is sent there reaches every computer that has joined it.
///
///     try socket.join("239.1.2.3", on: "eth0")
///     try socket.join("ff02::1234", on: "eth0")
///
/// IPv4 groups are 224.0.0.0 to 239.255.255.255 (RFC 5771; 239.x are for one's own use), IPv6 groups begin with `ff`
/// (RFC 4291; `ff02::` is one link). A text that is no group is an error when it is used.
public struct MulticastGroup: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
    private enum Kind: Sendable, Hashable {
        case ipv4(IPv4Address)
        case ipv6(IPv6Address)
        case wrong(String)
    }

    private let kind: Kind

    public init(_ address: IPv4Address) { kind = .ipv4(address) }
    public init(_ address: IPv6Address) { kind = .ipv6(address) }

    /// Reads an address; what is wrong with it is told when the group is used.
    public init(_ text: String) {
        if let address = IPv4Address(text) {
            kind = .ipv4(address)
        } else if let address = IPv6Address(text) {
            kind = .ipv6(address)
        } else {
            kind = .wrong(text)
        }
    }

    public init(stringLiteral text: String) {
        self.init(text)
    }

    public var description: String {
        switch kind {
        case .ipv4(let address): "\(address)"
        case .ipv6(let address): "\(address)"
        case .wrong(let text): text
        }
    }

    /// The address, with port 0.
    func address(for operation: SocketError.Operation) throws(SocketError) -> SocketAddress {
        let address: SocketAddress? =
            switch kind {
            case .ipv4(let ip): .ipv4(ip, port: 0)
            case .ipv6(let ip): .ipv6(ip, port: 0)
            case .wrong: nil
            }
        guard let address, address.isMulticast else {
            let groups = "a group is an address from 224.0.0.0 to 239.255.255.255, or one that begins with ff"
            throw SocketError(.invalidAddress, operation, detail: "\"\(self)\" is no group: \(groups)")
        }
        return address
    }
}
