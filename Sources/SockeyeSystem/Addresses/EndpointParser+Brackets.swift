/// `[address]:port` and `[address%zone]:port`.
extension EndpointParser {
    func parseBracketed() throws(EndpointError) -> Endpoint.Kind {
        guard let close = text.firstIndex(of: "]") else { throw unclosedBracket() }
        let inside = text[text.index(after: text.startIndex)..<close]
        let after = text[text.index(after: close)...]
        // The address first: a port after nonsense would be a repair of the wrong end.
        let port = after.hasPrefix(":") ? after.dropFirst() : after
        let host = try parseInside(inside, port: port)
        if after.isEmpty {
            throw error("no port", trying: ["\(text):\(Self.examplePort)"])
        }
        guard after.hasPrefix(":") else {
            throw error("no colon between the bracket and the port", trying: ["[\(inside)]:\(after)"])
        }
        let number = try parsePort(port, after: "[\(inside)]:")
        guard let zone = host.zone else { return .address(.ipv6(host.address, port: number)) }
        if zone.allSatisfy(\.isWholeNumber) {
            guard let index = UInt32(zone) else {
                throw error("zone \(EndpointError.shorten(zone)): no interface has so large a number")
            }
            return .address(.ipv6(host.address, port: number, zone: index))
        }
        return .zoned(host.address, zone: String(zone), port: number)
    }

    /// Reads what stands in the brackets; `port` is only for the suggestions.
    private func parseInside(
        _ inside: Substring,
        port: Substring
    ) throws(EndpointError) -> (address: IPv6Address, zone: Substring?) {
        let port = port.isEmpty ? "\(Self.examplePort)" : port
        if inside.isEmpty {
            throw error("nothing in the brackets", trying: ["[::1]:\(port)"])
        }
        let fields = inside.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = IPv6Address(String(fields[0])) else {
            if IPv4Address(String(inside)) != nil {
                throw error("an IPv4 address has no brackets", trying: ["\(inside):\(port)"])
            }
            if !inside.contains(":") {
                throw error("brackets are only for IPv6 addresses", trying: ["\(inside):\(port)"])
            }
            throw error("\(EndpointError.quote(fields[0])) is not an IPv6 address")
        }
        guard fields.count == 2 else { return (address, nil) }
        try checkZone(fields[1], address: address, port: port)
        return (address, fields[1])
    }

    /// The names that Linux gives to interfaces: `dev_valid_name` in net/core/dev.c.
    private func checkZone(_ zone: Substring, address: IPv6Address, port: Substring) throws(EndpointError) {
        if zone.isEmpty {
            let problem = "no zone after the %, which is the name of an interface such as eth0"
            throw error(problem, trying: ["[\(address)%eth0]:\(port)"])
        }
        let isWrong = { (byte: UInt8) in byte <= 0x20 || byte == 0x7F || "/:%[".utf8.contains(byte) }
        if zone.utf8.contains(where: isWrong) {
            throw error("zone \(EndpointError.quote(zone)): not the name of an interface")
        }
        // IFNAMSIZ is 16 with the NUL.
        if zone.utf8.count > 15, !zone.allSatisfy(\.isWholeNumber) {
            throw error("zone of \(zone.utf8.count) bytes: the name of an interface has at most 15")
        }
    }

    private func unclosedBracket() -> EndpointError {
        let withPort = splitAtLastColon.map { "\($0.head)]:\($0.tail)" }
        return error("no closing bracket", trying: [withPort, "\(text)]:\(Self.examplePort)"].compactMap { $0 })
    }

    /// What is before and after the last colon, or nil if there is none.
    var splitAtLastColon: (head: Substring, tail: Substring)? {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        return (text[..<colon], text[text.index(after: colon)...])
    }
}
