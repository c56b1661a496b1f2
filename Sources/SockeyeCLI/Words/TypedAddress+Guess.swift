import Sockeye

/// What was meant by an address that is none, with as much of it as can be used.
extension TypedAddress {
    /// - Parameter suggestions: Of the parser, which knows no commands.
    static func next(
        for text: String,
        _ suggestions: [String],
        _ kind: SocketKind,
        _ line: CommandLineFrame
    ) -> [String] {
        // The second address of a relay is its target.
        let listens = line.command == "relay" || ["serve", "doctor --listen"].contains { line.command.hasPrefix($0) }
        // Nobody connects to every interface.
        var fitting = suggestions.filter { listens || !$0.hasPrefix("*") }
        if fitting.isEmpty { fitting = suggestions.isEmpty ? [guess(text)] : suggestions }
        let help = text.lowercased() == "help" ? ["sockeye help \(line.name)   has its options"] : []
        return help + fitting.map { line.with(Self.text($0, kind)) }
    }

    /// The address for a command, or a kind of connection, that has no such scheme.
    static func without(_ scheme: String, of text: String, _ line: CommandLineFrame) -> String {
        let rest = text.dropFirst(scheme.count + 1)
        return line.with((scheme == "unix-datagram" ? "unix:" : "") + rest)
    }

    /// For a path that is too long: its name, in a folder whose own name is short.
    private static func shorter(_ path: String) -> String {
        if path.hasPrefix("@") { return "unix:@" + (path.count > 40 ? path.dropFirst().prefix(20) : path.dropFirst()) }
        let name = path.split(separator: "/").last.map(String.init) ?? ""
        return "unix:/tmp/" + (name.utf8.count > 40 ? "x.sock" : name)
    }

    /// The two whose names people write in place of the number.
    private static let services = ["http": 80, "https": 443]

    private static func guess(_ text: String) -> String {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2 else { return "1337" }
        let (host, port) = (parts[0], parts[1])
        if host.lowercased() == "unix" { return shorter(port) }
        let candidates = ["\(port):\(host)", "\(host):\(services[port.lowercased()] ?? 1337)", port]
        return candidates.first { (try? Endpoint(parsing: $0)) != nil } ?? "1337"
    }
}
