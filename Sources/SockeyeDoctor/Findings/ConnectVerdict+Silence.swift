import SockeyeSystem

/// Why one address cannot be connected to, where there is no way there or no answer comes.
extension ConnectVerdict {
    static func noRoute(_ attempt: Attempt, _ evidence: ConnectEvidence, _ seen: [String]) -> Finding {
        let state = evidence.state
        if attempt.address.isMulticast {
            return Finding(
                "group-address",
                evidence.isDatagram
                    ? "\(attempt.address.host) is a group of computers, and no network of this computer is set for it"
                    : "\(attempt.address.host) is a group of computers, and a connection goes to one",
                evidence: seen,
                cause: "addresses from 224.0.0.0 to 239.255.255.255 (and ff…) are for datagrams to many",
                next: evidence.isDatagram
                    ? [.run("ip route get \(attempt.address.host)", "to ask the kernel for the way")]
                    : ["connect to the address of one computer"]
            )
        }
        let family = attempt.address.family == .ipv6 ? "IPv6" : "IPv4"
        let hasDefault = state.routes.contains {
            $0.isDefault && !$0.isForbidden && $0.network.family == attempt.address.family
        }
        let isOffline = state.ownNetworks.isEmpty
        return Finding(
            "no-route",
            isOffline
                ? "this computer is in no network"
                : "this computer knows no way to \(attempt.address.host): nothing was sent",
            evidence: seen + (hasDefault ? [] : ["no default route for \(family): only its own networks are known"])
                + ownNetworkLines(state),
            cause: isOffline
                ? "Wi-Fi or cable is off, or no router has given this computer an address"
                : hasDefault
                    ? "a route of this computer forbids that network"
                    : "this network has no router for \(family), or it has not told its address",
            next: [
                .run("ip route get \(attempt.address.host)", "to ask the kernel for the way"),
                .run("ip -brief address", "to see which interfaces are UP, and their addresses"),
            ]
        )
    }

    static func silent(_ attempt: Attempt, _ evidence: ConnectEvidence, _ seen: [String]) -> Finding {
        let (host, state) = (attempt.address.host, evidence.state)
        let tries = evidence.retries(of: attempt.address).count
        let isOwnKernel = evidence.retries(of: attempt.address).allSatisfy { $0.errno != nil }
        let seen =
            seen
            + (tries == 0
                ? []
                : isOwnKernel
                    ? [
                        "\(Words.count(tries, "more attempt")): the same, said by this computer, which had asked its network in vain"
                    ]
                    : ["\(Words.count(tries, "more attempt")): no answer either"])
        guard let route = state.route(to: attempt.address) else { return noRoute(attempt, evidence, seen) }
        if route.gateway == nil { return silentNeighbour(attempt, evidence, seen, route) }
        if let gateway = route.gateway, state.neighbour(gateway) == .silent {
            if state.unplugged.contains(route.interface) { return noLink(attempt, evidence, seen, route) }
            return Finding(
                "router-silent",
                "your own router \(gateway.host) does not answer",
                evidence: seen + ["asked for \(gateway.host) on \(route.interface): nobody answered"],
                cause:
                    "the Wi-Fi or cable has no connection, the router is off, or its address has changed",
                next: [
                    .run("ip neighbour", "to see who has answered"),
                    "switch Wi-Fi off and on, or renew the address (DHCP)",
                ]
            )
        }
        if let finding = hairpin(attempt, evidence, seen) { return finding }
        if evidence.isPresent(attempt.address) { return dropped(attempt, evidence, seen) }
        if isPrivateElsewhere(attempt.address, state) {
            return Finding(
                "wrong-network",
                .problem,
                .likely,
                "\(host) is an address of another private network than yours, and nothing there answers",
                evidence: seen + ownNetworkLines(state),
                cause: """
                    private addresses mean something only within their own network: the other computer is in another one \
                    (another router, a phone's hotspot, a VPN that is not connected); or routers lead there, and a firewall drops all
                    """,
                next: [
                    "bring both computers into one network, and ask the other one for its address there (sockeye doctor, on it)",
                    .run(evidence.lookThere, "on the other computer"),
                ]
            )
        }
        return Finding(
            "host-silent",
            .problem,
            .likely,
            "nothing at \(host) answers, on this port or on others",
            evidence: seen + otherPortLine(attempt.address, evidence),
            cause:
                """
                a firewall on the way or on \(host) drops all that it does not know, or the computer is off or has another address; \
                less often its answers find no way back
                """,
            next: [
                .run(evidence.lookThere, "on the other computer, to see its addresses and its firewall"),
                .run("sudo traceroute -n -T -p \(evidence.port) \(host)", "to see how far packets come"),
            ]
        )
    }

    private static func silentNeighbour(
        _ attempt: Attempt,
        _ evidence: ConnectEvidence,
        _ seen: [String],
        _ route: Route
    ) -> Finding {
        let (host, state) = (attempt.address.host, evidence.state)
        if evidence.isPresent(attempt.address) { return dropped(attempt, evidence, seen) }
        if state.unplugged.contains(route.interface) { return noLink(attempt, evidence, seen, route) }
        if state.neighbour(attempt.address) == nil, !evidence.isNeighbourMissing(attempt.address) {
            return unasked(attempt, evidence, seen, route)
        }
        let gateway = state.routes.first { $0.isDefault && $0.interface == route.interface }?.gateway
        let isGatewayThere = gateway.flatMap(state.neighbour) == .answered
        let others = state.neighbours.filter { $0.interface == route.interface && $0.state == .answered }
            .map(\.address.host).filter { $0 != gateway?.host }
        return Finding(
            "neighbour-silent",
            .problem,
            .likely,
            isGatewayThere
                ? "the router answers, but no computer in your network answers for \(host)"
                : "no computer in your network answers for \(host)",
            evidence: seen + ["asked for \(host) on \(route.interface) (\(route.network)): nobody answered"]
                + (isGatewayThere ? ["the router \(gateway?.host ?? "") answers"] : [])
                + others.prefix(3).map { "\($0) answers" }
                + evidence.witnesses.filter(\.isFlawless).map {
                    "\($0.address.host) answered all of \($0.asked) questions meanwhile: packets do not get lost"
                },
            cause: """
                the computer is off, in another Wi-Fi, or has another address now; or the access point keeps its clients \
                apart, as guest networks, hotspots and schools do
                """
                    + (isWide(route)
                        ? "; or the network mask of this computer is wrong: /\(route.network.length) is a very large network, and who is behind the router is looked for before it"
                        : ""),
            next: [
                .run(evidence.lookThere, "on the other computer, to see the address it has now"),
                "use another network, such as a phone's hotspot for both, if the address is right",
            ]
        )
    }

    /// The cable or the radio of this computer itself: nothing else can be told then.
    private static func noLink(
        _ attempt: Attempt,
        _ evidence: ConnectEvidence,
        _ seen: [String],
        _ route: Route
    ) -> Finding {
        Finding(
            "no-link",
            "\(route.interface) of this computer has no connection: nothing leaves it",
            evidence: seen + ["the kernel says that \(route.interface) has no carrier (no signal from the other end)"],
            cause: "the cable is out or its other end switched off, or the Wi-Fi is not connected",
            next: [.run("ip -brief link", "to see the interfaces: NO-CARRIER or DOWN is one without a connection")]
        )
    }

    /// On some links nobody is asked who has an address: tunnels, and neighbours that were set by hand.
    private static func unasked(
        _ attempt: Attempt,
        _ evidence: ConnectEvidence,
        _ seen: [String],
        _ route: Route
    ) -> Finding {
        let host = attempt.address.host
        return Finding(
            "host-silent",
            .problem,
            .likely,
            "nothing at \(host) answers, on this port or on others",
            evidence: seen + otherPortLine(attempt.address, evidence) + [
                "the way there is \(route.interface), on which nobody was asked who has the address"
            ],
            cause: """
                on the interface of a VPN or tunnel: it is not connected at the other end, or \(host) is off or drops all; else the \
                hardware address of \(host) was set here by hand, and is wrong
                """,
            next: [
                .run("ip neighbour", "to see what was set by hand: PERMANENT"),
                .run(evidence.lookThere, "on the other computer, to see its addresses and its firewall"),
            ]
        )
    }

    /// 16: 65,536 addresses, which no home and few offices have in one network.
    private static func isWide(_ route: Route) -> Bool { route.network.family == .ipv4 && route.network.length < 16 }

    private static func dropped(_ attempt: Attempt, _ evidence: ConnectEvidence, _ seen: [String]) -> Finding {
        let host = attempt.address.host
        let others = evidence.otherPorts(of: attempt.address)
        let isAllSilent = !others.isEmpty && !others.contains(where: \.provesPresence)
        return Finding(
            "firewall-drops",
            .problem,
            .likely,
            isAllSilent
                ? "\(host) is there, but gives no answer on port \(evidence.port), nor on others: a firewall drops them, or the way back is missing"
                : "\(host) is there, but port \(evidence.port) gives no answer: a firewall drops it"
                    + (evidence.isDatagram ? "" : ", or the server there accepts nobody"),
            evidence: seen + otherPortLine(attempt.address, evidence)
                + (evidence.state.neighbour(attempt.address) == .answered
                    ? ["\(host) answers in the local network"] : []),
            cause: (isAllSilent
                ? "the answers of \(host) find no way back, as with a wrong network mask or another default route there; or "
                : "") + """
                    the firewall of \(host), or of its network or cloud provider, drops this port without a word, or this computer's \
                    own one drops what leaves for it; or the server hangs, or is so busy that its queue of new clients is full, which looks \
                    the same from here
                    """,
            next: [
                .run(
                    evidence.lookThere,
                    "on \(host), to see its firewall and the command that opens the port"
                ),
                "in a cloud: allow \(evidence.transport) port \(evidence.port) in the provider's own firewall (security group)",
                .run(
                    "sudo nft list ruleset",
                    "on this computer, to see whether a rule of its own (one with hook output) drops what leaves"
                ),
            ]
        )
    }

    /// The address is the own router's public one: the packet would have to turn round there and come back.
    static func hairpin(_ attempt: Attempt, _ evidence: ConnectEvidence, _ seen: [String]) -> Finding? {
        let (address, state) = (attempt.address, evidence.state)
        guard let gateway = state.route(to: address)?.gateway, !gateway.isSameHost(as: address),
            !address.isPrivate, !address.isLinkLocal, let messages = evidence.oneHop[address]
        else { return nil }
        let answersItself = messages.contains { $0.sender?.isSameHost(as: address) == true && !$0.saysTooFar }
        let elsewhereExpires = evidence.oneHopElsewhere.contains(where: \.saysTooFar)
        guard answersItself || (messages.isEmpty && elsewhereExpires && attempt.errno == nil) else { return nil }
        return Finding(
            "own-router",
            .problem,
            answersItself ? .likely : .possible,
            "\(address.host) is the public address of your own router: from inside it does not lead back to your computer",
            evidence: seen
                + [
                    answersItself
                        ? "a packet that may pass no router reached \(address.host): it is the router \(gateway.host) itself"
                        : "a packet that may pass no router vanished at \(gateway.host), which answers for other addresses"
                ],
            cause:
                "the router forwards the port for those who come from outside, but not for its own network (hairpin, NAT loopback)",
            next: [
                .run(
                    "sockeye doctor",
                    "from inside your network use the server's private address; on the server, to see it"
                ),
                "test from outside: a phone with Wi-Fi switched off",
            ]
        )
    }

    // MARK: Pieces

    /// A private address that is in none of this computer's networks, and to which only the default route leads.
    static func isPrivateElsewhere(_ address: SocketAddress, _ state: ComputerState) -> Bool {
        (address.isPrivate || address.isCarrierGradeNAT) && state.route(to: address)?.isDefault == true
    }

    static func ownNetworkLines(_ state: ComputerState) -> [String] {
        let networks = state.ownNetworks.filter { !$0.network.description.hasPrefix("fe80") }.map {
            "\($0.network) (\($0.interface))"
        }
        return networks.isEmpty ? [] : ["this computer is in " + Words.list(Array(networks.prefix(4)))]
    }

    private static func otherPortLine(_ address: SocketAddress, _ evidence: ConnectEvidence) -> [String] {
        let answering = evidence.otherPorts(of: address).filter(\.provesPresence)
        let tried = evidence.otherPorts(of: address).count
        guard tried > 0 else { return [] }
        if answering.isEmpty { return ["\(tried) other ports: no answer either"] }
        // Open ones first: they say most.
        let sorted = answering.filter { $0.outcome == .connected } + answering.filter { $0.outcome != .connected }
        return sorted.prefix(3).map { "port \($0.address.port ?? 0) answers: \(Words.outcome($0))" }
    }
}
