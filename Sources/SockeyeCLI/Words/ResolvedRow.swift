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
        var fields = [("name", Self.quoted(question.name))]
        if let canonicalName = question.canonicalName { fields.append(("canonicalName", Self.quoted(canonicalName))) }
        fields += [
            ("address", Self.quoted(text)),
            ("family", Self.quoted(address.family.description)),
            ("kind", Self.quoted(kind.name)),
            ("lookUpMilliseconds", Self.milliseconds(question.time)),
        ]
        if let attempt, let port = address.port {
            fields += [
                ("port", String(port)),
                ("outcome", Self.quoted(attempt.error?.code.rawValue ?? "connected")),
            ]
            if let errno = attempt.error?.errno { fields.append(("errno", Self.quoted(errno.name))) }
            fields.append(("connectMilliseconds", Self.milliseconds(attempt.time)))
        }
        return "{" + fields.map { "\"\($0)\":\($1)" }.joined(separator: ",") + "}"
    }

    private static func milliseconds(_ time: Duration) -> String {
        let microseconds = Int64(time / .microseconds(1))
        let fraction = String(microseconds % 1000)
        return "\(microseconds / 1000)." + String(repeating: "0", count: 3 - fraction.count) + fraction
    }

    /// A name service may answer with any bytes.
    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
