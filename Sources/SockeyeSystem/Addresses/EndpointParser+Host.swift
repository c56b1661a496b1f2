/// The host in front of the port: `*`, an IPv4 address or a name.
extension EndpointParser {
    func parseHost(_ host: Substring, port: UInt16) throws(EndpointError) -> Endpoint.Kind {
        if host == "*" { return .any(port: port) }
        if let address = IPv4Address(String(host)) { return .address(.ipv4(address, port: port)) }
        try checkName(host)
        return .host(String(host), port: port)
    }

    /// Host names after RFC 1123, section 2.1, and the underscore that service names and containers use.
    private func checkName(_ host: Substring) throws(EndpointError) {
        let name = host.hasSuffix(".") ? host.dropLast() : host
        let labels = name.split(separator: ".", omittingEmptySubsequences: false)
        try checkLooksLikeName(labels, of: host)
        let quoted = EndpointError.quote(host)
        // 253 and 63: RFC 1035, section 3.1, less the length bytes and the root.
        if name.utf8.count > 253 {
            throw error("a host name of \(name.utf8.count) bytes: a name has at most 253")
        }
        for label in labels {
            if label.isEmpty {
                throw error("host \(quoted): nothing between two dots, or before the first one")
            }
            if label.utf8.count > 63 {
                throw error("a host name's part of \(label.utf8.count) bytes: between two dots there are at most 63")
            }
            if let wrong = label.first(where: { !$0.isLetter && !$0.isWholeNumber && $0 != "-" && $0 != "_" }) {
                let letter = EndpointError.quote(String(wrong))
                throw error("\(letter) in the host: a host name has letters, digits, hyphens and dots")
            }
            if label.hasPrefix("-") || label.hasSuffix("-") {
                throw error("host \(quoted): no part of a host name begins or ends with a hyphen")
            }
        }
    }

    /// Rejects what C's `inet_aton` takes for an address: `1.2.3`, `0x7f000001`, `010.0.0.1`, `2130706433`. Looked up
    /// as a name, it would lead somewhere that nobody wrote. Browsers also reject a number at the end of a name; here it
    /// passes, since containers are called `web.1`.
    private func checkLooksLikeName(_ labels: [Substring], of host: Substring) throws(EndpointError) {
        guard labels.allSatisfy(Self.isNumber) else { return }
        guard labels.count == 4, labels.allSatisfy({ $0.allSatisfy(\.isWholeNumber) }), !host.hasSuffix(".") else {
            let quoted = EndpointError.quote(host)
            throw error("host \(quoted): an IPv4 address has four numbers from 0 to 255, as in 127.0.0.1")
        }
        if let wrong = labels.first(where: { $0.hasPrefix("0") && $0.count > 1 }) {
            let plain = labels.map { $0.drop { $0 == "0" } }.map { $0.isEmpty ? "0" : String($0) }
            let rest = text.dropFirst(host.count)
            let port = rest.isEmpty ? ":\(Self.examplePort)" : String(rest)
            let problem =
                "number \(EndpointError.shorten(wrong)) in the IPv4 address: no leading zeros, which some programs read as octal"
            throw error(problem, trying: [plain.joined(separator: ".") + port])
        }
        let wrong = labels.first { UInt8($0) == nil } ?? host
        throw error("number \(EndpointError.shorten(wrong)) in the IPv4 address: its numbers go from 0 to 255")
    }

    private static func isNumber(_ label: Substring) -> Bool {
        if label.isEmpty { return false }
        if label.allSatisfy(\.isWholeNumber) { return true }
        return (label.hasPrefix("0x") || label.hasPrefix("0X")) && label.dropFirst(2).allSatisfy(\.isHexDigit)
    }
}
