import Sockeye

/// The two schemes of datagrams. `udp:` stands before what a TCP address would be; `unix-datagram:` before a path.
extension TypedAddress {
    static func isDatagramScheme(_ scheme: String) -> Bool { scheme == "udp" || scheme == "unix-datagram" }

    /// What is left to be parsed as an endpoint.
    static func datagramAddress(_ text: String, _ line: CommandLineFrame) throws(Failure) -> Substring {
        let rest = text.drop { $0 != ":" }.dropFirst()
        if text.lowercased().hasPrefix("unix-datagram:") { return "unix:" + rest }
        guard rest.lowercased().hasPrefix("unix:") else { return rest }
        throw Failure(
            attempted: "use the address \"\(SafeText.line(text))\"",
            happened: "udp: is a protocol of networks, and unix: is none",
            cause: "datagrams between programs of this computer have a scheme of their own",
            next: [line.with("unix-datagram:" + rest.dropFirst("unix:".count))],
            status: Failure.wrongUsage
        )
    }

    /// A suggestion for an endpoint, with the scheme that it was meant for.
    static func text(_ suggestion: String, _ kind: SocketKind) -> String {
        guard kind == .datagram else { return suggestion }
        return suggestion.hasPrefix("unix:") ? "unix-datagram:" + suggestion.trimmingScheme : "udp:" + suggestion
    }

    var isUnix: Bool { endpoint.socketAddress?.family == .unix }

    /// The address without its scheme.
    var pathText: String {
        kind == .datagram ? String(text.drop { $0 != ":" }.dropFirst()) : text
    }

    /// An address as a person would type it for this kind of socket.
    func text(for address: SocketAddress) -> String { Self.text(for: address, kind) }

    static func text(for address: SocketAddress, _ kind: SocketKind) -> String {
        guard kind == .datagram else { return address.description }
        if address == .unixUnnamed { return "a Unix socket without a name" }
        let text = address.description
        return address.family == .unix ? "unix-datagram:" + text.trimmingScheme : "udp:" + text
    }
}

extension String {
    fileprivate var trimmingScheme: Substring {
        hasPrefix("unix:") ? dropFirst("unix:".count) : self[...]
    }
}
