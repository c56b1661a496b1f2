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
                        .run(
                            "sockeye doctor --listen \(evidence.typed("*:\(evidence.port)"))",
                            "for clients on other computers"
                        )
                    ]
                )
            ]
        }
        let state = evidence.state
        let reachable = state.interfaces.filter { one in
            !one.address.isLoopback && (!one.address.isLinkLocal || address.isLinkLocal)
                && (!evidence.isFreeForIPv4 || one.address.family == .ipv6)
                && (address.isAny
                    ? address.family == .ipv6 || one.address.family == .ipv4 : one.address.isSameHost(as: address))
        }
        var findings = [others(reachable, evidence)]
        if let outside = noWayOut(reachable, state) ?? notFromOutside(reachable, state) { findings.append(outside) }
        let firewall = firewall(reachable, evidence)
        if let firewall { findings.append(firewall) }
        // Where nobody is let in, nobody waits for an answer.
        if firewall?.severity != .problem, let kept = answers(reachable, evidence) { findings.append(kept) }
        // A closed firewall is the reason that is looked for, so it comes before what merely is worth knowing.
        return findings.filter { $0.severity == .problem } + findings.filter { $0.severity != .problem }
    }

    private static func others(_ reachable: [InterfaceAddress], _ evidence: ListenEvidence) -> Finding {
        if reachable.isEmpty, evidence.isFreeForIPv4 {
            return Finding(
                "other-family-only",
                "nobody else can reach it: it listens for IPv6 only, and this computer has addresses of IPv4 only",
                evidence: ["bind 0.0.0.0:\(evidence.port): done, so nobody takes clients over IPv4"],
                cause: "the server was told to take IPv6 only (IPV6_V6ONLY)",
                next: ["let it listen on both families: bind :: with IPV6_V6ONLY switched off, or 0.0.0.0 and :: each"]
            )
        }
        guard !reachable.isEmpty else {
            return Finding(
                "no-network",
                "nobody else can reach it: this computer is in no network",
                evidence: ["it has no address but those of its own"],
                cause: "Wi-Fi or cable is off, or no router has given this computer an address",
                next: [.run("ip -brief address", "to see the interfaces")]
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
                .run(
                    "sockeye doctor \(evidence.typed($0.endpointText(port: evidence.port)))",
                    "on the other computer, in the network of \($0.interface)"
                )
            }
        )
    }

    /// Their requests may come, and no answer finds the way back.
    private static func noWayOut(_ reachable: [InterfaceAddress], _ state: ComputerState) -> Finding? {
        // A router for some networks only is enough not to claim anything of all others.
        let leadsOut = state.routes.contains {
            ($0.isDefault || $0.gateway != nil) && !$0.isForbidden && $0.interface != "lo"
        }
        guard !reachable.isEmpty, !leadsOut else { return nil }
        return Finding(
            "no-way-out",
            .note,
            .certain,
            "clients in other networks get no answer: this computer knows no way out of its own",
            evidence: ["the table of routes has no default line"],
            cause: "no router is set, so an answer goes only to computers of the same network",
            next: [.run("ip route", "to see the routes; the line that begins with default is missing")]
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
}
