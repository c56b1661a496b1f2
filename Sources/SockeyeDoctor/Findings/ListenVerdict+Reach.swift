import SockeyeSystem

/// Who can reach a server that listens here.
extension ListenVerdict {
    static func reach(_ address: SocketAddress, _ evidence: ListenEvidence) -> [Finding] {
        if address.isLoopback {
            return [
                Finding(
                    "this-computer-only",
                    .note,
                    .certain,
                    "only this computer reaches it there",
                    evidence: ["\(address.host) never leaves the computer"],
                    cause: "a server that listens on 127.0.0.1 or ::1 lets nobody else in, which is a good default",
                    next: [
                        "sockeye doctor --listen \(evidence.typed("*:\(evidence.port)"))   for clients on other computers"
                    ]
                )
            ]
        }
        let state = evidence.state
        let reachable = state.interfaces.filter { one in
            !one.address.isLoopback && !one.address.isLinkLocal
                && (address.isAny
                    ? address.family == .ipv6 || one.address.family == .ipv4 : one.address.isSameHost(as: address))
        }
        var findings = [others(reachable, evidence)]
        if let outside = notFromOutside(reachable, state) { findings.append(outside) }
        if let firewall = firewall(evidence) { findings.append(firewall) }
        // A closed firewall is the reason that is looked for, so it comes before what merely is worth knowing.
        return findings.filter { $0.severity == .problem } + findings.filter { $0.severity != .problem }
    }

    private static func others(_ reachable: [InterfaceAddress], _ evidence: ListenEvidence) -> Finding {
        guard !reachable.isEmpty else {
            return Finding(
                "no-network",
                "nobody else can reach it: this computer is in no network",
                evidence: ["it has no address but those of its own"],
                cause: "Wi-Fi or cable is off, or no router has given this computer an address",
                next: ["ip -brief address   shows the interfaces"]
            )
        }
        return Finding(
            "reach",
            .note,
            .certain,
            "computers in the same network reach it, unless a firewall objects",
            evidence: reachable.map { one in
                let network = Route.best(for: one.address, in: evidence.state.ownNetworks)?.network.description
                return "\(one.address.host) on \(one.interface): \(AddressPurpose.words(one))"
                    + (network.map { ", for computers in \($0)" } ?? "")
            },
            cause: "the line for the other computer is the one of the network that both are in",
            next: reachable.prefix(4).map {
                "sockeye doctor \(evidence.typed($0.endpointText(port: evidence.port)))   on the other computer, in the network of \($0.interface)"
            }
        )
    }

    private static func notFromOutside(_ reachable: [InterfaceAddress], _ state: ComputerState) -> Finding? {
        let closed = reachable.filter { AddressPurpose(of: $0).isNotFromOutside }
        guard !reachable.isEmpty, closed.count == reachable.count else { return nil }
        let purposes = Set(closed.map { AddressPurpose(of: $0) })
        let reason: String
        if let container = state.container {
            reason =
                "this is a container (\(container)): its address exists on its own computer only; publish the port (docker run -p)"
        } else if purposes.contains(.carrierNAT) {
            reason =
                "the provider shares one public address among many customers (carrier-grade NAT): forwarding in your router does not help"
        } else if purposes.contains(.documentation) {
            reason = "addresses for examples in documentation are nobody's on the internet: no way leads there"
        } else {
            reason =
                "private addresses are not known outside; your router has the public one, and forwards only what it is told to"
        }
        return Finding(
            "not-from-outside",
            .note,
            .likely,
            "from the internet it cannot be reached as it is",
            evidence: closed.map { "\($0.address.host) (\($0.interface)): \(AddressPurpose.words($0))" },
            cause: reason,
            next: [
                "bring the other computer into the same network, or into one VPN",
                "forward the port in the router to this computer, if you want the whole internet to reach it",
            ]
        )
    }

    private static func firewall(_ evidence: ListenEvidence) -> Finding? {
        let (firewall, port, transport) = (evidence.firewall, Int(evidence.port), evidence.transport)
        let isDatagram = evidence.kind == .datagram
        var openings = ["\(firewall.opening(port, transport: transport))   lets \(isDatagram ? "them" : "clients") in"]
        if let keeping = firewall.keepingOpen(port, transport: transport) {
            openings.append("\(keeping)   keeps it so after a restart")
        }
        switch firewall.bearing(on: port, transport: transport) {
        case .closed(let by, let verdict): return closed(by, verdict, evidence, openings)
        case .partly(let rule):
            return Finding(
                "firewall-partly",
                .note,
                .possible,
                "the firewall of this computer lets only some clients in to port \(port)",
                evidence: [rule],
                cause: "the rule has a condition: an address, an interface, or a rate",
                next: openings
            )
        case .open where firewall.isUnreadable: return unreadable(evidence)
        case .open: return nil
        }
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
                ? ["\(firewall.showing)   on the computer that the container runs on: shows the rules"]
                : [
                    "sudo sockeye doctor --listen \(evidence.typed(evidence.target))",
                    "\(firewall.showing)   shows the rules",
                ]
        )
    }

    private static func closed(
        _ rule: String,
        _ verdict: Firewall.Verdict,
        _ evidence: ListenEvidence,
        _ openings: [String]
    ) -> Finding {
        let (isRejected, isDatagram) = (verdict == .reject, evidence.kind == .datagram)
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
            evidence: [rule],
            cause: cause,
            next: openings
        )
    }
}
