/// The system's answer about one name, or the error that says why there is none. Blocks.
package enum NameLookup {
    /// - Parameters:
    ///   - family: Only addresses of this family; nil for both.
    ///   - asksForCanonicalName: It may cost the name service another question.
    /// - Throws: `.nameNotFound`, `.nameServiceUnavailable`, `.exhausted`, or what else the system says.
    package static func answer(
        for name: String,
        family: AddressFamily?,
        asksForCanonicalName: Bool = false
    ) throws(SocketError) -> (addresses: [SocketAddress], canonicalName: String?) {
        if let addresses = knownAddresses(of: name, family: family) { return (addresses, nil) }
        let quoted = EndpointError.quote(name)
        // C would look up what stands before it.
        if name.utf8.contains(0) {
            throw SocketError(.nameNotFound, .resolve, detail: "\(quoted) holds a NUL, which no name does")
        }
        if isNobodys(name) { throw unknown(name, family) }
        switch Syscalls.resolve(name, family: family, asksForCanonicalName: asksForCanonicalName) {
        case .found(let addresses, let canonicalName):
            return (addresses, canonicalName)
        case .unknownName: throw unknown(name, family)
        case .noAnswer(let reason):
            throw SocketError(.nameServiceUnavailable, .resolve, detail: "it was asked for \(quoted) (\(reason))")
        case .failed(let errno):
            throw SocketError(errno, .resolve, detail: quoted)
        case .other(let reason):
            throw SocketError(.system, .resolve, detail: "\(quoted): \(reason)")
        }
    }

    /// The system has one answer for "no such name" and "none of that family".
    private static func unknown(_ name: String, _ family: AddressFamily?) -> SocketError {
        let quoted = EndpointError.quote(name)
        let detail =
            family.map { "no \($0) address is known for the name \(quoted)" }
            ?? "no computer is known by the name \(quoted)"
        return SocketError(.nameNotFound, .resolve, detail: detail)
    }

    /// What ends in `.invalid` never exists, and nobody is asked (RFC 6761, section 6.4): so it is unknown also where no name service
    /// answers.
    private static func isNobodys(_ name: String) -> Bool {
        let name = plain(name)
        return name == "invalid" || name.hasSuffix(".invalid")
    }

    private static func plain(_ name: String) -> String {
        (name.hasSuffix(".") ? String(name.dropLast()) : name).lowercased()
    }

    /// `localhost` and what ends in `.localhost` is this computer, and nobody is asked (RFC 6761, section 6.3).
    ///
    /// Many a hosts file has `localhost` in one family only, and then a server that is bound to the other would not be
    /// found under its name. IPv4 first, as for a bare port.
    ///
    /// - Returns: nil for every other name.
    package static func knownAddresses(of name: String, family: AddressFamily?) -> [SocketAddress]? {
        let name = plain(name)
        guard name == "localhost" || name.hasSuffix(".localhost") else { return nil }
        return [.ipv4(.loopback, port: 0), .ipv6(.loopback, port: 0)].filter { family == nil || $0.family == family }
    }
}
