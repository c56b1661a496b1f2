import Sockeye

/// The address that a pasted message is about, as far as it names one.
struct MentionedAddress: Equatable {
    var host = "HOST"
    var port = "PORT"
    /// What kind of address it is; nothing where there is none.
    var facts: Set<Circumstances.AddressFact> = []

    /// Looks for `host:port`, for Python's `('host', port)` and for Java's `name/1.2.3.4:port`.
    init(in text: String) {
        let pair = #/\(['"]([^'"\s]+)['"], ?(\d{1,5})\)/#
        let colon =
            #/(?:^|[\s(\/@"'])(localhost|(?:\d{1,3}\.){3}\d{1,3}|\[[0-9a-fA-F:.]+\]|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+):(\d{1,5})\b/#
        // Node's `::1:1337` and `:::8080`.
        let bare = #/(?:^|\s)(::1?):(\d{1,5})\b/#
        // curl's and nc's `to localhost (127.0.0.1) port 1337`, and what requests says.
        let words = #/\bto (\S+?)(?: \([^)]*\))?,? port (\d{1,5})\b/#
        let fields = #/host='([^'\s]+)', port=(\d{1,5})\b/#
        // What is no port is a line number or a time of day.
        let matches =
            text.matches(of: pair).map { ($0.output.1, $0.output.2) }
            + text.matches(of: colon).map { ($0.output.1, $0.output.2) }
            + text.matches(of: bare).map { ($0.output.1, $0.output.2) }
            + text.matches(of: words).map { ($0.output.1, $0.output.2) }
            + text.matches(of: fields).map { ($0.output.1, $0.output.2) }
        guard let (host, port) = matches.first(where: { UInt16($0.1) != nil && !Self.isFile($0.0) }) else { return }
        let name = Self.nameAlone(host)
        self.host = name.contains(":") && !name.hasPrefix("[") ? "[\(name)]" : name
        // No command can try port 0.
        self.port = UInt16(port) == 0 ? "PORT" : String(port)
        facts = Self.facts(host: name, typed: host, port: UInt16(port) ?? 0)
    }

    private static func facts(host: String, typed: Substring, port: UInt16) -> Set<Circumstances.AddressFact> {
        var facts: Set<Circumstances.AddressFact> = []
        if host != typed { facts.insert(.notName) }
        switch port {
        case 0: facts.insert(.portZero)
        case ..<1024: facts.insert(.portLow)
        case 5000, 7000: facts.formUnion([.portHigh, .portOfAirPlay])
        default: facts.insert(.portHigh)
        }
        let bare = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        if bare == "localhost" { return facts.union([.loopback, .localhostName]) }
        let numeric =
            IPv4Address(bare).map { SocketAddress.ipv4($0, port: port) }
            ?? IPv6Address(bare).map { SocketAddress.ipv6($0, port: port) }
        guard let address = numeric else { return facts.union([.elsewhere]) }
        facts.insert(address.family == .ipv6 ? .ipv6 : .ipv4)
        if address.isAny { return facts.union([.unspecified]) }
        if address.isLoopback {
            return facts.union(address.family == .ipv6 ? [.loopback, .ipv6Loopback] : [.loopback])
        }
        facts.insert(.elsewhere)
        if address.isMulticast { return facts.union([.group]) }
        return facts.union([address.isPrivate || address.isLinkLocal ? .isPrivate : .isPublic])
    }

    /// Without what is often written into a host by mistake: `http://` in front, and a path or a port behind.
    private static func nameAlone(_ host: Substring) -> String {
        var name = host
        if let scheme = name.firstRange(of: "://") { name = name[scheme.upperBound...] }
        name = name.prefix { $0 != "/" }
        if name.count(where: { $0 == ":" }) == 1 { name = name.prefix { $0 != ":" } }
        return name.isEmpty ? "HOST" : String(name)
    }

    /// `client.py:12` and `main.rs:4` name a line.
    private static func isFile(_ name: Substring) -> Bool {
        let endings = ["py", "js", "ts", "java", "go", "rs", "swift", "c", "cpp", "cc", "h", "cs", "rb", "kt", "mjs"]
        return endings.contains { name.hasSuffix("." + $0) }
    }

    /// Puts the address into the words of an entry, in quotes where a shell would read something else: zsh takes `[::1]` for a
    /// pattern.
    func fill(_ text: String) -> String {
        // The name service and `ip route` take an IPv6 address without brackets.
        let name = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        return ["udp:", ""].reduce(text) {
            $0.replacing($1 + "{address}", with: Failure.quoted("\($1)\(host):\(port)"))
        }
        .replacing("{host}", with: Failure.quoted(name))
        .replacing("{port}", with: port)
    }
}
