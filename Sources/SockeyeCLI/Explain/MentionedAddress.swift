import Sockeye

/// The address that a pasted message is about, as far as it names one.
struct MentionedAddress: Equatable {
    var host = "HOST"
    var port = "PORT"
    let ends: Ends?
    /// What kind of address it is; nothing where there is none.
    var facts: Set<Circumstances.AddressFact> = []

    /// The two ends in Go's `read tcp A->B`, of which the first is this program's; nil in other messages.
    struct Ends: Equatable {
        let own: String
        let other: String
        /// Whether the other one is likely the server, since its port is none that a client is given; nil: nothing tells.
        let isOtherServer: Bool?

        /// For a person.
        var words: String {
            let ends = "Of the two addresses the first, \(own), is this program's end, and \(other) is the other's"
            guard let isOtherServer else { return ends + "; which of them is the server does not show." }
            return ends + "; the server is likely \(isOtherServer ? "the other" : "this program"), as the ports look."
        }
    }

    /// 32768: below it systems give clients no port on Linux, and from 49152 elsewhere.
    private static let firstOfClients: UInt16 = 32_768

    private static func ends(in text: String) -> Ends? {
        let arrow = #/\b(?:read|write) (?:tcp|udp)[46]? (\S+:(\d{1,5}))->(\S+:(\d{1,5})):/#
        guard let found = text.firstMatch(of: arrow)?.output, let own = UInt16(found.2), let other = UInt16(found.4)
        else {
            return nil
        }
        let isClients = (own >= firstOfClients, other >= firstOfClients)
        let isOtherServer = isClients.0 == isClients.1 ? nil : isClients.0
        return Ends(own: String(found.1), other: String(found.3), isOtherServer: isOtherServer)
    }

    /// Looks for `host:port`, for Python's `('host', port)`, for Java's `name/1.2.3.4:port`, and for Go's `A->B`.
    init(in whole: String) {
        ends = Self.ends(in: whole)
        // The one that can be called: the server's, or else the other one.
        let text = ends.map { " " + ($0.isOtherServer == false ? $0.own : $0.other) } ?? whole
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
