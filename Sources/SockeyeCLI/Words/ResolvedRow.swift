import Sockeye
import SockeyeSystem

/// One address behind a name, as a line of `sockeye resolve`.
struct ResolvedRow: Sendable {
    /// What happened when it was connected to.
    struct Attempt: Sendable {
        let error: SocketError?
        let time: Duration

        /// - Throws: `.cancelled` only: every other error is the outcome.
        init(at address: SocketAddress, within limit: Duration) async throws(SocketError) {
            var options = ConnectionOptions()
            options.connectTimeout = limit
            let clock = ContinuousClock()
            let start = clock.now
            do {
                let connection = try await Connection.connect(to: address, options: options)
                time = clock.now - start
                error = nil
                await connection.close()
            } catch {
                if error.code == .cancelled { throw error }
                time = clock.now - start
                self.error = error
            }
        }

        init(error: SocketError?, time: Duration) {
            self.error = error
            self.time = time
        }

        var outcome: String {
            guard let error else { return "connected" }
            return error.errno?.description ?? error.code.words
        }
    }

    /// What was asked, and what is said of the whole.
    struct Question {
        let name: String
        let canonicalName: String?
        let time: Duration

        func summary(count: Int) -> String {
            var text = "\(SafeText.line(name)) has \(count == 1 ? "one address" : "\(count) addresses")"
            if let canonicalName, canonicalName != name { text += ", and is called \(SafeText.line(canonicalName))" }
            return text + "; the look-up took \(Quantity.time(time))"
        }
    }

    let address: SocketAddress
    var attempt: Attempt?

    /// The address alone, as other programs take it, with the zone by its name.
    var text: String {
        switch address.kind {
        case .ipv4(let ip, _): return "\(ip)"
        case .ipv6(let ip, _, let zone, _):
            if let ipv4 = ip.mappedIPv4 { return "\(ipv4)" }
            return zone == 0 ? "\(ip)" : "\(ip)%\(Syscalls.interfaceName(zone) ?? String(zone))"
        case .unixPath, .unixAbstract, .unixUnnamed: return address.description
        }
    }

    var kind: AddressKind { AddressKind(address) }

    // MARK: For people

    static func table(_ rows: [ResolvedRow]) -> String {
        let cells = rows.map(\.cells)
        let widths = (0..<(cells.first?.count ?? 0)).map { column in cells.map { $0[column].count }.max() ?? 0 }
        return cells.map { row in
            let padded = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }
            return padded.joined(separator: "  ").reversed().drop { $0 == " " }.reversed() + "\n"
        }.joined()
    }

    private var cells: [String] {
        let known = [text, address.family.description, kind.description]
        guard let attempt else { return known }
        return known + ["\(attempt.outcome) after \(Quantity.time(attempt.time))"]
    }

    // MARK: For programs

    func json(_ question: Question) -> String {
        var members = [JSONValue.Member(name: "name", value: .string(question.name))]
        func add(_ name: String, _ value: JSONValue) { members.append(JSONValue.Member(name: name, value: value)) }
        if let canonicalName = question.canonicalName { add("canonicalName", .string(canonicalName)) }
        add("address", .string(text))
        add("family", .string(address.family.description))
        add("kind", .string(kind.name))
        add("lookUpSeconds", .seconds(question.time))
        if let attempt, let port = address.port {
            add("port", .integer(port))
            add("outcome", .string(attempt.error?.code.rawValue ?? "connected"))
            if let errno = attempt.error?.errno { add("errno", .string(errno.name)) }
            add("connectSeconds", .seconds(attempt.time))
        }
        return JSONValue.object(members).asEvent("address").line
    }
}
