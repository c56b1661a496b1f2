import SockeyeSystem

/// Why one address cannot be connected to.
extension ConnectVerdict {
    static func failure(_ result: Result, _ evidence: ConnectEvidence) -> Finding {
        let attempt = result.attempt
        let seen = ["\(attempt.address): \(Words.outcome(attempt))"]
        if attempt.address.isAny || attempt.address.port == 0 { return notATarget(evidence, seen) }
        if evidence.state.isOwn(attempt.address) { return here(attempt, evidence, seen) }
        if let message = attempt.messages.first { return answered(message, attempt, evidence, seen) }
        switch attempt.errno {
        case .connectionRefused?: return refused(attempt, evidence, seen)
        case .networkUnreachable?, .networkDown?: return noRoute(attempt, evidence, seen)
        case .hostUnreachable?, .hostDown?: return silent(attempt, evidence, seen)
        case .notPermitted?, .permissionDenied?: return forbidden(attempt, evidence, seen)
        case .addressNotAvailable?: return noPortLeft(evidence, seen)
        case .invalidArgument? where attempt.address.isLinkLocal: return zoneMissing(attempt, seen)
        case nil: return silent(attempt, evidence, seen)
        case let errno?: return other(errno, evidence, seen)
        }
    }

    // MARK: A message came

    private static func answered(
        _ message: NetworkMessage,
        _ attempt: Attempt,
        _ evidence: ConnectEvidence,
        _ seen: [String]
    ) -> Finding {
        let host = attempt.address.host
        let isOwnVoice = message.origin == .local || message.sender.map(evidence.state.isOwn) != false
        // The kernel tells itself so when a neighbour has not answered for its address.
        if isOwnVoice, message.saysNobodyIsThere { return silent(attempt, evidence, seen) }
        if isOwnVoice { return rejectedHere(message, evidence, seen) }
        let who = message.sender.map(\.host) ?? "a router"
        if message.saysTooFar {
            return Finding(
                "route-loop",
                .problem,
                .likely,
                "packets to \(host) go round in circles between routers",
                evidence: seen,
                cause: "two routers (\(who) is one of them) each take the other for the way there",
                next: ["traceroute -n \(host)   shows the circle", "tell whoever runs \(who)"]
            )
        }
        if message.saysNobodyIsThere, message.sender?.isSameHost(as: attempt.address) != true {
            let isElsewhere = isPrivateElsewhere(attempt.address, evidence.state)
            return Finding(
                isElsewhere ? "wrong-network" : "router-knows-no-way",
                .problem,
                isElsewhere ? .likely : .certain,
                isElsewhere
                    ? "\(host) is an address of another private network, and no way leads there from here"
                    : "the router \(who) says that \(host) cannot be reached: \(message.words)",
                evidence: seen + ownNetworkLines(evidence.state),
                cause: isElsewhere
                    ? "addresses such as 192.168… mean something only within their own network: it is another one than yours"
                    : "the computer is switched off or its address has changed, or that router has no way there",
                next: [
                    "sockeye doctor --listen \(evidence.port)   on the other computer: shows the addresses it has now"
                ]
            )
        }
        return rejected(message, who, attempt, evidence, seen)
    }

    private static func rejected(
        _ message: NetworkMessage,
        _ who: String,
        _ attempt: Attempt,
        _ evidence: ConnectEvidence,
        _ seen: [String]
    ) -> Finding {
        let isItself = message.sender?.isSameHost(as: attempt.address) == true
        return Finding(
            "firewall-rejects",
            .problem,
            // A closed port is answered by TCP itself; ICMP comes from whoever was told to refuse.
            .certain,
            "a firewall refuses port \(evidence.port): \(isItself ? "the one on \(who) itself" : "\(who), which is on the way")",
            evidence: seen,
            cause: isItself
                ? "the firewall of \(who) has a rule that rejects this port, or none that allows it"
                : "\(who) is a router or firewall before \(attempt.address.host) that does not let this through",
            next: [
                isItself
                    ? "sockeye doctor --listen \(evidence.port)   on \(who): shows the rule and the command that opens the port"
                    : "ask whoever runs \(who) to let \(evidence.transport) port \(evidence.port) through",
                "another port that is allowed, such as 443 or 8080",
            ]
        )
    }

    private static func rejectedHere(_ message: NetworkMessage, _ evidence: ConnectEvidence, _ seen: [String])
        -> Finding
    {
        Finding(
            "firewall-rejects-here",
            "the firewall of this computer refuses port \(evidence.port): nothing has left it",
            evidence: seen,
            cause: "a rule here rejects it: \(message.words)",
            next: ["sudo nft list ruleset   shows the rules, those with \"hook output\" are for what leaves"]
        )
    }

    // MARK: Refused

    private static func refused(_ attempt: Attempt, _ evidence: ConnectEvidence, _ seen: [String]) -> Finding {
        let host = attempt.address.host
        if let finding = hairpin(attempt, evidence, seen) { return finding }
        let open = evidence.otherPorts(of: attempt.address).filter { $0.outcome == .connected }
            .compactMap(\.address.port).sorted()
        let others =
            open.isEmpty ? [] : ["\(host) is there: it takes clients on \(Words.list(open.map { "port \($0)" }))"]
        let likely = LikelyPort.guesses(insteadOf: evidence.port, among: open.map { ($0, nil) })
        return Finding(
            "nothing-listens",
            .problem,
            .likely,
            "\(host) is there, and nothing that it lets in listens on port \(evidence.port)"
                + (likely.first.map { "; perhaps \($0.port) was meant, where a server is" } ?? ""),
            evidence: seen + others + likely.map(\.words),
            cause: """
                the server is not started, uses another port, or listens on 127.0.0.1 only, where others do not get in; \
                a firewall can be told to answer like this too
                """,
            next: [
                "sockeye doctor --listen \(evidence.port)   on \(host): says which of these it is",
                "sockeye serve '*:\(evidence.port)'   on \(host): a server that others can reach",
            ]
                + likely.map {
                    "sockeye connect \(Endpoint.address(attempt.address.plain(port: $0.port)))   if that is the one you meant"
                }
        )
    }

    // MARK: No way, or no answer

    private static func noRoute(_ attempt: Attempt, _ evidence: ConnectEvidence, _ seen: [String]) -> Finding {
        let state = evidence.state
        if attempt.address.isMulticast {
            return Finding(
                "group-address",
                "\(attempt.address.host) is a group of computers, and a connection goes to one",
                evidence: seen,
                cause: "addresses from 224.0.0.0 to 239.255.255.255 (and ff…) are for datagrams to many",
                next: ["connect to the address of one computer"]
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
                "ip route get \(attempt.address.host)   asks the kernel for the way",
                "ip -brief address   shows which interfaces are UP and their addresses",
            ]
        )
    }

    static func silent(_ attempt: Attempt, _ evidence: ConnectEvidence, _ seen: [String]) -> Finding {
        let (host, state) = (attempt.address.host, evidence.state)
        let tries = evidence.retries(of: attempt.address).count
        let seen = seen + (tries > 0 ? ["\(tries) more attempts: no answer either"] : [])
        guard let route = state.route(to: attempt.address) else { return noRoute(attempt, evidence, seen) }
        if route.gateway == nil { return silentNeighbour(attempt, evidence, seen, route) }
        if let gateway = route.gateway, state.neighbour(gateway) == .silent {
            return Finding(
                "router-silent",
                "your own router \(gateway.host) does not answer",
                evidence: seen + ["asked for \(gateway.host) on \(route.interface): nobody answered"],
                cause: "the Wi-Fi or cable has no connection, the router is off, or its address has changed",
                next: ["ip neighbour   shows who has answered", "switch Wi-Fi off and on, or renew the address (DHCP)"]
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
                    (another router, a phone's hotspot, a VPN that is not connected)
                    """,
                next: [
                    "bring both computers into one network, and ask the other one for its address there: sockeye doctor",
                    "sockeye doctor --listen \(evidence.port)   on the other computer",
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
                "a firewall on the way or on \(host) drops all that it does not know, or the computer is off or has another address",
            next: [
                "sockeye doctor --listen \(evidence.port)   on the other computer: shows its addresses and its firewall",
                "traceroute -n -T -p \(evidence.port) \(host)   shows how far packets come",
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
                + others.prefix(3).map { "\($0) answers" },
            cause: """
                the computer is off, in another Wi-Fi, or has another address now; or the access point keeps its clients \
                apart, as guest networks, hotspots and schools do
                """,
            next: [
                "sockeye doctor --listen \(evidence.port)   on the other computer: shows the address it has now",
                "use another network, such as a phone's hotspot for both, if the address is right",
            ]
        )
    }

    private static func dropped(_ attempt: Attempt, _ evidence: ConnectEvidence, _ seen: [String]) -> Finding {
        let host = attempt.address.host
        return Finding(
            "firewall-drops",
            .problem,
            .likely,
            "\(host) is there, but port \(evidence.port) gives no answer: a firewall drops it",
            evidence: seen + otherPortLine(attempt.address, evidence)
                + (evidence.state.neighbour(attempt.address) == .answered
                    ? ["\(host) answers in the local network"] : []),
            cause: """
                the firewall of \(host), or of its network or cloud provider, drops this port without a word; less often \
                the server is so busy that its queue of new clients is full
                """,
            next: [
                "sockeye doctor --listen \(evidence.port)   on \(host): shows its firewall, and the command that opens the port",
                "in a cloud: allow \(evidence.transport) port \(evidence.port) in the provider's own firewall (security group)",
            ]
        )
    }

    /// The address is the own router's public one: the packet would have to turn round there and come back.
    private static func hairpin(_ attempt: Attempt, _ evidence: ConnectEvidence, _ seen: [String]) -> Finding? {
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
                "from inside your network use the server's private address: sockeye doctor   on the server shows it",
                "test from outside: a phone with Wi-Fi switched off",
            ]
        )
    }

    // MARK: The rest

    private static func notATarget(_ evidence: ConnectEvidence, _ seen: [String]) -> Finding {
        Finding(
            "not-a-target",
            "\(evidence.target) is where a server listens; a client connects to one computer and one port",
            evidence: seen,
            cause: "0.0.0.0 and * mean every address of a server, and port 0 any port that is free",
            next: ["sockeye doctor 127.0.0.1:\(evidence.port == 0 ? 1337 : evidence.port)"]
        )
    }

    private static func forbidden(_ attempt: Attempt, _ evidence: ConnectEvidence, _ seen: [String]) -> Finding {
        Finding(
            "forbidden-here",
            "this computer itself forbids the connection",
            evidence: seen,
            cause: "a firewall rule for outgoing connections, or a security policy (a sandbox, SELinux, a container)",
            next: ["sudo nft list ruleset   shows the firewall", "sudo dmesg | tail   shows what a policy refused"]
        )
    }

    private static func noPortLeft(_ evidence: ConnectEvidence, _ seen: [String]) -> Finding {
        let count = evidence.state.sockets.filter { $0.state != .listen }.count
        return Finding(
            "no-port-left",
            .problem,
            .likely,
            "this computer has no port or address left to connect from",
            evidence: seen + ["\(count) connections are open or fading away"]
                + (evidence.state.clientPorts.map { ["clients get ports \($0.lowerBound) to \($0.upperBound)"] } ?? []),
            cause: "very many connections were made in a short time; each keeps its port for a minute after its end",
            next: ["ss -s   counts them", "keep one connection open instead of one for each message"]
        )
    }

    private static func zoneMissing(_ attempt: Attempt, _ seen: [String]) -> Finding {
        Finding(
            "zone-missing",
            "\(attempt.address.host) exists on every link: the interface has to be named",
            evidence: seen,
            cause: "addresses that begin with fe80 are valid on one link only, and this computer has several",
            next: [
                "ip -brief link   lists the interfaces",
                "sockeye doctor '[\(attempt.address.host)%eth0]:\(attempt.address.port ?? 0)'",
            ]
        )
    }

    private static func other(_ errno: Errno, _ evidence: ConnectEvidence, _ seen: [String]) -> Finding {
        Finding(
            "other-error",
            .problem,
            .possible,
            "the system answers: \(errno)",
            evidence: seen,
            cause: "sockeye has no explanation for this answer here",
            next: ["sockeye explain '\(errno)'"]
        )
    }

    // MARK: Pieces

    /// A private address that is in none of this computer's networks, and to which only the default route leads.
    static func isPrivateElsewhere(_ address: SocketAddress, _ state: ComputerState) -> Bool {
        (address.isPrivate || address.isCarrierGradeNAT) && state.route(to: address)?.isDefault == true
    }

    private static func ownNetworkLines(_ state: ComputerState) -> [String] {
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
