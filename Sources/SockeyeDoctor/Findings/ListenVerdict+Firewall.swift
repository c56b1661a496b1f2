import SockeyeSystem

/// What this computer's own firewall does to those who want to reach a server here.
extension ListenVerdict {
    private typealias Partly = (by: String, isDropping: Bool, place: String)
    private typealias Closed = (family: AddressFamily, by: String, verdict: Firewall.Verdict, place: String)

    static func firewall(_ reachable: [InterfaceAddress], _ evidence: ListenEvidence) -> Finding? {
        // Where there is no network yet, the rules for both families count.
        let own = Set(reachable.map { $0.address.plain(port: 0).family })
        let families = own.isEmpty ? [AddressFamily.ipv4, .ipv6] : [.ipv4, .ipv6].filter(own.contains)
        var (closed, partly): ([Closed], [Partly]) = ([], [])
        for family in families {
            switch evidence.firewall.bearing(on: Int(evidence.port), transport: evidence.transport, family: family) {
            case .closed(let by, let verdict, let place): closed.append((family, by, verdict, place))
            case .partly(let by, let isDropping, let place): partly.append((by, isDropping, place))
            case .open: continue
            }
        }
        let openings = openings(closed.map(\.place) + partly.map(\.place), evidence)
        // What could not be read is not said to be open.
        let isRestUnknown = evidence.firewall.isUnreadable && !closed.isEmpty
        if closed.count == families.count || isRestUnknown { return self.closed(closed, evidence, openings) }
        if let one = closed.first, partly.isEmpty { return oneFamily(one, evidence, openings) }
        if let rule = partly.first { return self.partly(rule, closed, evidence, openings) }
        return evidence.firewall.isUnreadable ? unreadable(evidence) : nil
    }

    private static func openings(_ places: [String], _ evidence: ListenEvidence) -> [NextStep] {
        let (firewall, port, transport) = (evidence.firewall, Int(evidence.port), evidence.transport)
        let whom = evidence.kind == .datagram ? "them" : "clients"
        var commands: [String] = []
        for place in places {
            let command = firewall.opening(port, transport: transport, at: place)
            if !commands.contains(command) { commands.append(command) }
        }
        return commands.map { .run($0, "to let \(whom) in") }
            + (firewall.keepingOpen(port, transport: transport).map { [.run($0, "to keep it so after a restart")] }
                ?? [])
    }

    private static func oneFamily(_ closed: Closed, _ evidence: ListenEvidence, _ openings: [NextStep]) -> Finding {
        // Most clients come over IPv4, and those that can come over both fall back on it.
        let isRest = closed.family == .ipv6
        let (shut, open) = isRest ? ("IPv6", "IPv4") : ("IPv4", "IPv6")
        let who = evidence.kind == .datagram ? "datagrams for" : "clients of"
        return Finding(
            isRest ? "firewall-partly" : "firewall-closed",
            isRest ? .note : .problem,
            .likely,
            "the firewall of this computer keeps out \(who) port \(evidence.port) over \(shut); over \(open) they get in",
            evidence: [closed.by],
            cause: "each family has rules of its own, and the port was opened for one of them only",
            next: openings
        )
    }

    private static func partly(_ rule: Partly, _ closed: [Closed], _ evidence: ListenEvidence, _ openings: [NextStep])
        -> Finding
    {
        let whom = evidence.kind == .datagram ? "some datagrams in for" : "only some clients in to"
        let does = rule.isDropping ? "keeps out some of the packets for" : "lets \(whom)"
        return Finding(
            "firewall-partly",
            .note,
            .possible,
            "the firewall of this computer \(does) port \(evidence.port)",
            evidence: [rule.by] + closed.map(\.by),
            cause:
                "the rule has a condition: an address, an interface, a rate, what the packets hold, or a list of its own",
            next: openings
        )
    }

    private static func unreadable(_ evidence: ListenEvidence) -> Finding {
        let (firewall, isRoot) = (evidence.firewall, evidence.state.isRoot)
        return Finding(
            "firewall-unreadable",
            .note,
            .certain,
            "whether the firewall of this computer lets \(evidence.kind == .datagram ? "datagrams" : "clients") in is unknown: its rules could not be read",
            evidence: firewall.unreadable + (firewall.manager.map { ["\($0.rawValue) is switched on"] } ?? []),
            cause: isRoot
                ? "root of a container may not look (it lacks NET_ADMIN), or this kernel has no such firewall at all"
                : "only the administrator (root) may read them, and this program does not run as that",
            next: isRoot
                ? [.run(firewall.showing, "on the computer that the container runs on, to see the rules")]
                : [
                    .run(
                        "sudo sockeye doctor --listen \(evidence.typed(evidence.target))",
                        "to look as administrator"
                    ),
                    .run(firewall.showing, "to see the rules"),
                ]
        )
    }

    private static func closed(
        _ rules: [Closed],
        _ evidence: ListenEvidence,
        _ openings: [NextStep]
    ) -> Finding {
        let isRejected = rules.allSatisfy { $0.verdict == .reject }
        let isDatagram = evidence.kind == .datagram
        let who = isDatagram ? "datagrams for" : "clients of"
        let cause: String =
            switch (isRejected, isDatagram) {
            case (true, false): "a rule refuses them: they see \"connection refused\" or \"no route to host\""
            case (false, false): "a rule throws their packets away: they wait until their time is up"
            case (true, true):
                "a rule refuses them: some senders are told \"connection refused\" at a later call, others nothing"
            case (false, true): "a rule throws them away, and no sender is told"
            }
        return Finding(
            "firewall-closed",
            .problem,
            .likely,
            "the firewall of this computer \(isRejected ? "rejects" : "drops") \(who) port \(evidence.port)",
            evidence: rules.map(\.by).reduce(into: []) { if !$0.contains($1) { $0.append($1) } },
            cause: cause,
            next: openings
        )
    }
}
