/// The address that a pasted message is about, as far as it names one.
struct MentionedAddress: Equatable {
    var host = "HOST"
    var port = "PORT"
    /// Port 0 stands there, which no command can try.
    var hasPortZero = false

    /// Looks for `host:port`, for Python's `('host', port)` and for Java's `name/1.2.3.4:port`.
    init(in text: String) {
        let pair = #/\(['"]([^'"\s]+)['"], ?(\d{1,5})\)/#
        let colon =
            #/(?:^|[\s(\/@"'])(localhost|(?:\d{1,3}\.){3}\d{1,3}|\[[0-9a-fA-F:.]+\]|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+):(\d{1,5})\b/#
        // What is no port is a line number or a time of day.
        let matches =
            text.matches(of: pair).map { ($0.output.1, $0.output.2) }
            + text.matches(of: colon).map { ($0.output.1, $0.output.2) }
        guard let (host, port) = matches.first(where: { UInt16($0.1) != nil && !Self.isFile($0.0) }) else { return }
        let name = Self.nameAlone(host)
        self.host = name.contains(":") && !name.hasPrefix("[") ? "[\(name)]" : name
        hasPortZero = UInt16(port) == 0
        self.port = hasPortZero ? "PORT" : String(port)
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
