extension SocketAddress: CustomStringConvertible {
    /// The address as people write it: `127.0.0.1:1337`, `[::1]:1337`, `[fe80::1%2]:80`, `unix:/tmp/x.sock`,
    /// `unix:@abstract`, `unix:(unnamed)`.
    ///
    /// The zone is the number of the interface, because its name would cost a system call; ``description(zoneName:)``
    /// shows the name. In a Unix name all that a terminal would not show as itself is escaped as `\xNN`.
    public var description: String {
        description { _ in nil }
    }

    /// The same with the zone of an IPv6 address as a name.
    ///
    /// - Parameter zoneName: the interface's name for its index, or nil if it has none (any more); the number is
    ///   printed then. Called at most once, and not for zone 0. The corresponding C function is `if_indextoname`.
    public func description(zoneName: (UInt32) -> String?) -> String {
        switch kind {
        case .ipv4(let address, let port):
            return "\(address):\(port)"
        case .ipv6(let address, let port, let zone, _):
            // An IPv4 peer of a socket that serves both families: nobody wants to read ::ffff: before it.
            if let ipv4 = address.mappedIPv4 { return "\(ipv4):\(port)" }
            let zone = zone == 0 ? nil : zoneName(zone) ?? String(zone)
            return address.bracketed(zone: zone, port: port)
        case .unixPath(let path):
            return "unix:" + Self.text(ofPath: path)
        case .unixAbstract(let name):
            return "unix:@" + EscapedBytes.escape(name)
        case .unixUnnamed:
            return "unix:(unnamed)"
        }
    }

    /// The path, with its first byte escaped where it would read as something else than a path.
    private static func text(ofPath path: [UInt8]) -> String {
        let isMistakable =
            path.starts(with: "@".utf8) || path.starts(with: "//".utf8) || path.elementsEqual("(unnamed)".utf8)
        guard isMistakable else { return EscapedBytes.escape(path) }
        return EscapedBytes.hexadecimal(path[0]) + EscapedBytes.escape(path.dropFirst())
    }
}

extension SocketAddress {
    /// What is wrong with the name of a Unix socket, or nil. `text` is what the person wrote, if anybody did.
    func nameError(in text: String? = nil) -> EndpointError? {
        let text = text ?? description
        switch kind {
        case .ipv4, .ipv6, .unixUnnamed:
            return nil
        case .unixPath(let path):
            if path.isEmpty {
                return EndpointError(text: text, problem: "no path", suggestions: ["unix:/tmp/x.sock"])
            }
            if path.contains(0) {
                return EndpointError(text: text, problem: "a path cannot hold a NUL, which would end it early")
            }
            return Self.lengthError(path, called: "path", in: text)
        case .unixAbstract(let name):
            if name.isEmpty {
                return EndpointError(text: text, problem: "no name after the @", suggestions: ["unix:@name"])
            }
            return Self.lengthError(name, called: "name", in: text)
        }
    }

    private static func lengthError(_ name: [UInt8], called noun: String, in text: String) -> EndpointError? {
        if name.count <= maximumUnixNameBytes { return nil }
        let limit = "the \(noun) of a Unix socket has at most \(maximumUnixNameBytes) bytes"
        return EndpointError(text: text, problem: "\(noun) of \(name.count) bytes: \(limit)")
    }
}
