/// The kind of network an address belongs to.
///
/// ```swift
/// if connection.remoteAddress.family == .unix { print("the peer runs on this computer") }
/// ```
///
/// The corresponding C constants are `AF_INET`, `AF_INET6` and `AF_UNIX`.
public enum AddressFamily: Hashable, Sendable, CaseIterable {
    /// Four bytes of address and a port, as in `127.0.0.1:80`.
    case ipv4
    /// Sixteen bytes of address, a port and perhaps a zone, as in `[fe80::1%2]:80`.
    case ipv6
    /// A file name or an abstract name on this computer, as in `unix:/tmp/x.sock`.
    case unix
}

extension AddressFamily: CustomStringConvertible {
    /// "IPv4", "IPv6" or "Unix".
    public var description: String {
        switch self {
        case .ipv4: "IPv4"
        case .ipv6: "IPv6"
        case .unix: "Unix"
        }
    }
}

extension AddressFamily {
    /// With its article: "an IPv4", "a Unix".
    package var phrase: String { self == .unix ? "a Unix" : "an \(self)" }
}
