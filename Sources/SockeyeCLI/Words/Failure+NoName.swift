import Sockeye

/// What `sockeye resolve` says to the forms of an ADDRESS that hold no name, or more than one.
extension Failure {
    /// - Returns: nil where it may be a name or an IP address alone, with or without a port.
    init?(lookingUp text: String) {
        guard let (what, next) = Self.form(of: text) else { return nil }
        attempted = "look up \"\(SafeText.line(text))\""
        happened = what
        cause =
            "resolve takes the name of a computer, or an IP address, alone; the other forms are for serve and connect"
        self.next = next
        status = Self.wrongUsage
    }

    private static func form(of text: String) -> (what: String, next: [String])? {
        if text.contains("://") { return url(text) }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        if parts.count == 2 {
            switch parts[0].lowercased() {
            case "unix", "unix-datagram": return socket(text)
            case "udp", "tcp":
                let scheme = parts[0].lowercased()
                if parts[1].lowercased().hasPrefix("unix:") { return socket(String(parts[1])) }
                return (
                    "\(scheme): stands before it, and is no part of a name", again(parts[1], tries: scheme == "tcp")
                )
            default: break
            }
        }
        if text.hasPrefix("/") || text.hasPrefix("./") || text.hasPrefix("../") { return socket("unix:" + text) }
        if text == "*" || text.hasPrefix("*:") {
            return (
                "* stands for every interface of this computer, and is no name",
                ["ip -brief address   lists the interfaces and their addresses"]
            )
        }
        if UInt16(text) != nil {
            return (
                "it is a port alone, which stands for this computer and needs no look-up",
                ["sockeye resolve localhost --connect \(text)   says what answers there"]
            )
        }
        return nil
    }

    private static func socket(_ text: String) -> (what: String, next: [String]) {
        (
            "it is a Unix socket: its path is its address, and there is nothing to look up",
            ["sockeye connect \(quoted(text))   says whether a server is there"]
        )
    }

    private static func url(_ text: String) -> (what: String, next: [String]) {
        let scheme = text.prefix { $0 != ":" }.lowercased()
        let rest = text[(text.firstRange(of: "://")?.upperBound ?? text.startIndex)...]
        let authority = rest.prefix { !"/?#".contains($0) }
        let host = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        let port = scheme == "https" ? "443" : "80"
        return (
            "it is the URL of a page, and the name of a computer is only a part of it",
            again(host, port: scheme.hasPrefix("http") ? port : nil)
        )
    }

    /// The same with the name alone.
    ///
    /// - Parameters:
    ///   - usual: The port to try where none stands behind the name.
    ///   - tries: Whether a connection to a port says anything.
    private static func again(_ address: Substring, port usual: String? = nil, tries: Bool = true) -> [String] {
        let endpoint = try? Endpoint(parsing: String(address))
        let name = host(address, endpoint)
        let line = "sockeye resolve \(name.isEmpty || name.contains(" ") ? "localhost" : quoted(name))"
        guard tries, let port = endpoint?.port.map({ String($0) }) ?? usual else { return [line] }
        return [line, "\(line) --connect \(port)   tries the port, too"]
    }

    private static func host(_ address: Substring, _ endpoint: Endpoint?) -> String {
        switch endpoint?.kind {
        case .host(let name, _): return name
        case .loopback, .any: return "localhost"
        case .address(let ip) where ip.family != .unix:
            let text = ip.description
            let bare = text.prefix(upTo: text.lastIndex(of: ":") ?? text.endIndex)
            return String(bare.hasPrefix("[") ? bare.dropFirst().dropLast() : bare)
        default: return String(address)
        }
    }
}
