import Sockeye

/// An ADDRESS as it was typed on the command line, with its scheme taken off.
struct TypedAddress {
    let text: String
    let endpoint: Endpoint
    /// Whether it is for connections, or for single messages: `udp:` and `unix-datagram:`.
    let kind: SocketKind

    /// Schemes that will come, and until then must not be taken for the names of computers.
    private static let laterSchemes = ["tls"]
    /// The commands that know datagrams.
    private static let datagramCommands = ["serve", "connect", "relay", "replay", "doctor"]

    /// - Parameters:
    ///   - command: The name of the command, and what stands between it and the address.
    ///   - others: What stands behind it.
    /// - Throws: what a person needs to write it right; its status is 64.
    init(_ text: String, command: String, before others: [String] = []) throws(Failure) {
        let line = CommandLineFrame(command: command, others: others)
        var rest = text[...]
        if let scheme = text.split(separator: ":", maxSplits: 1).first?.lowercased(), text.contains(":") {
            if scheme == "tcp" { rest = rest.dropFirst("tcp:".count) }
            let name = String(command.prefix { $0 != " " })
            let isLater = Self.isDatagramScheme(scheme) && !Self.datagramCommands.contains(name)
            if Self.laterSchemes.contains(scheme) || isLater {
                throw Failure(
                    attempted: "use the address \"\(SafeText.line(text))\"",
                    happened: isLater
                        ? "sockeye \(command) is for connections, and \(scheme): has none"
                        : "\(scheme): is not there yet; TCP, UDP and Unix sockets are",
                    cause: isLater
                        ? "datagrams are for sockeye serve, connect, relay, replay and doctor"
                        : "this version of sockeye speaks tcp: (which need not be written), udp:, unix: and unix-datagram:",
                    next: [Self.without(scheme, of: text, line)],
                    status: Failure.wrongUsage
                )
            }
        }
        let kind: SocketKind =
            Self.isDatagramScheme(text.prefix { $0 != ":" }.lowercased()) && text.contains(":") ? .datagram : .stream
        self.kind = kind
        if kind == .datagram { rest = try Self.datagramAddress(text, line) }
        do {
            endpoint = try Endpoint(parsing: String(rest))
        } catch {
            throw Failure(
                attempted: "read the address \"\(SafeText.line(text))\"",
                happened: error.problem,
                cause: "an address is host:port, or a port alone for this computer, or unix:/path",
                next: Self.next(for: String(rest), error.suggestions, kind, line)
                    + (error.suggestions.isEmpty ? Self.serviceHint(rest) : []),
                status: Failure.wrongUsage
            )
        }
        self.text = kind == .datagram ? text : String(rest)
    }

    /// Who writes a name where the port belongs is told where its number is found.
    private static func serviceHint(_ address: Substring) -> [String] {
        // A port first and the host behind it is another mistake.
        guard !address.lowercased().hasPrefix("unix:"), let colon = address.lastIndex(of: ":"),
            UInt16(address[..<colon]) == nil
        else { return [] }
        let name = address[address.index(after: colon)...]
        let isName = name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        guard isName, name.first?.isLetter == true else { return [] }
        return ["getent services \(name)   says the number of a service that has a name"]
    }
}

extension SafeText {
    /// A short text of somebody else within a line of ours.
    static func line(_ text: String) -> String { line(Array(text.utf8)) }

    /// The same for bytes, which may be no text.
    static func line(_ bytes: [UInt8]) -> String {
        var safe = SafeText()
        return (safe.append(bytes) + safe.finish()).replacing("\n", with: #"\n"#).replacing("\t", with: #"\t"#)
    }
}
