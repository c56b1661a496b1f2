import SockeyeSystem

/// Rules for what leaves this computer: a client's request may come in, and what the server answers never gets out. To the
/// client that is silence.
extension ListenVerdict {
    static func answers(_ reachable: [InterfaceAddress], _ evidence: ListenEvidence) -> Finding? {
        let families = [AddressFamily.ipv4, .ipv6].filter { family in
            reachable.contains { $0.address.plain(port: 0).family == family }
        }
        let (port, transport) = (Int(evidence.port), evidence.transport)
        var (rules, openings): ([String], [NextStep]) = ([], [])
        var kept = 0
        for family in families {
            let bearing = evidence.firewall.bearing(on: port, transport: transport, family: family, packet: .answer)
            let (rule, place): (String, String)
            switch bearing {
            case .open: continue
            case .closed(let by, _, let at):
                (rule, place) = (by, at)
                kept += 1
            case .partly(let by, _, let at): (rule, place) = (by, at)
            }
            if rules.contains(rule) { continue }
            rules.append(rule)
            let command = evidence.firewall.lettingOut(port, transport: transport, at: place)
            openings.append(.run(command, "to let the answers out"))
        }
        guard !rules.isEmpty else { return nil }
        let isClosed = kept == families.count
        let whose = evidence.kind == .datagram ? "what a program answers from port" : "the answers of a server on port"
        return Finding(
            "firewall-keeps-answers",
            isClosed ? .problem : .note,
            isClosed ? .likely : .possible,
            "the firewall of this computer keeps back \(isClosed ? "" : "some of ")\(whose) \(evidence.port)",
            evidence: rules,
            cause: isClosed
                ? "a rule for what leaves this computer stops it: requests come in, and whoever sent them hears nothing"
                : "the rule has a condition: an address, an interface, a user, the family, or what the packets hold",
            next: openings
        )
    }
}
