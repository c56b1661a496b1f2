import SockeyeSystem

/// Why one address cannot be connected to.
extension ConnectVerdict {
    static func failure(_ result: Result, _ evidence: ConnectEvidence) -> Finding {
        let attempt = result.attempt
        let seen = ["\(attempt.address): \(Words.outcome(attempt))"]
        if attempt.address.isAny || attempt.address.port == 0 { return notATarget(attempt, evidence, seen) }
        if evidence.state.isBroadcast(attempt.address), attempt.errno != nil {
            return broadcast(attempt, evidence, seen)
        }
        if !evidence.isDatagram, evidence.state.isOwn(attempt.address), attempt.isAboutListener {
            return here(attempt, evidence, seen)
        }
        if let finding = forbiddenByRoute(attempt, evidence, seen) { return finding }
        if let message = attempt.messages.first { return answered(message, attempt, evidence, seen) }
        switch attempt.errno {
        case .connectionRefused?: return refused(attempt, evidence, seen)
        case .networkUnreachable?, .networkDown?: return noRoute(attempt, evidence, seen)
        case .hostUnreachable?, .hostDown?: return silent(attempt, evidence, seen)
        case .notPermitted?, .permissionDenied?: return forbidden(attempt, evidence, seen)
        case .addressNotAvailable?: return noPortLeft(evidence, seen)
        case .invalidArgument? where attempt.address.isLinkLocal || attempt.address.isMulticast:
            return zoneMissing(attempt, evidence, seen)
        case nil: return silent(attempt, evidence, seen)
        case let errno?: return other(errno, attempt, seen)
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
        let isOwnVoice = message.isOwnVoice(evidence.state)
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
                next: [.run("traceroute -n \(host)", "to see the circle"), "tell whoever runs \(who)"]
            )
        }
        if message.saysNobodyIsThere, message.sender?.isSameHost(as: attempt.address) == true {
            return forwardedToNobody(message, attempt, evidence, seen)
        }
        if message.saysNobodyIsThere { return endsThere(message, who, attempt, evidence, seen) }
        return rejected(message, who, attempt, evidence, seen)
    }

    private static func rejectedHere(_ message: NetworkMessage, _ evidence: ConnectEvidence, _ seen: [String])
        -> Finding
    {
        Finding(
            "firewall-rejects-here",
            "the firewall of this computer refuses port \(evidence.port): nothing has left it",
            evidence: seen,
            cause: "a rule here rejects it: \(message.words)",
            next: [
                .run(
                    "sudo nft list ruleset",
                    "to see the rules, of which those with \"hook output\" are for what leaves"
                )
            ]
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
            "\(host) is there, and no server takes clients from here on port \(evidence.port)"
                + (likely.first { $0.isNear }.map { "; perhaps \($0.port) was meant, where a server is" } ?? ""),
            evidence: seen + others + likely.map(\.words),
            cause: """
                the server is not started, uses another port, or listens on 127.0.0.1 only or for the other family (IPv4, IPv6) only; \
                a firewall can be told to answer like this too
                """,
            next: [
                .run(evidence.lookThere, "on \(host), to see which of these it is"),
                .run(
                    "sockeye serve '*:\(evidence.port)'",
                    "on \(host), for a server that others can reach"
                ),
            ]
                + likely.map {
                    .run(
                        "sockeye connect \(Words.shell("\(attempt.address.plain(port: $0.port))"))",
                        "if port \($0.port) is the one you meant"
                    )
                }
        )
    }

    // MARK: The rest

    static func notATarget(_ attempt: Attempt, _ evidence: ConnectEvidence, _ seen: [String]) -> Finding {
        let scheme = evidence.isDatagram ? "udp:" : ""
        // 1337: the port of the examples, in the place of one that was not said.
        let port = evidence.port == 0 ? 1337 : evidence.port
        let isAny = attempt.address.isAny
        let there =
            isAny
            ? "127.0.0.1:\(port)" : evidence.name.map { "\($0):\(port)" } ?? "\(attempt.address.plain(port: port))"
        return Finding(
            "not-a-target",
            "\(evidence.target) is where a server listens; a client \(evidence.isDatagram ? "sends" : "connects") to one computer and one port",
            evidence: seen,
            cause: isAny && evidence.name != nil
                ? "the name leads to \(attempt.address.host), which is nobody's: what blocks names (advertising, a filter) answers so"
                : "0.0.0.0 and * mean every address of a server, and port 0 any port that is free",
            next: (isAny ? evidence.name : nil).map {
                [
                    .run(
                        "getent ahosts \(Words.shell($0))",
                        "to see where the name leads; a line in /etc/hosts may say so"
                    )
                ]
            } ?? [
                .run(
                    "sockeye doctor \(Words.shell(scheme + there))",
                    isAny
                        ? "for a server of this computer"
                        : "with the port that the server has, in the place of \(port): its own output says which"
                )
            ]
        )
    }

    private static func broadcast(_ attempt: Attempt, _ evidence: ConnectEvidence, _ seen: [String]) -> Finding {
        Finding(
            "group-address",
            evidence.isDatagram
                ? "\(attempt.address.host) stands for all computers of a network, and nobody in particular would answer"
                : "\(attempt.address.host) stands for all computers of a network, and a connection goes to one",
            evidence: seen,
            cause:
                "the last address of a network is for datagrams to everybody in it (broadcast), with SO_BROADCAST set",
            next: ["use the address of one computer"]
        )
    }

    private static func forbidden(_ attempt: Attempt, _ evidence: ConnectEvidence, _ seen: [String]) -> Finding {
        Finding(
            "forbidden-here",
            "this computer itself forbids \(evidence.isDatagram ? "these datagrams" : "the connection")",
            evidence: seen,
            cause:
                "a firewall rule for what leaves this computer, a security policy (a sandbox, SELinux, a container), or a rule of its routing",
            next: [
                .run("ip route get \(attempt.address.host)", "to see whether its own routing forbids it"),
                .run("sudo nft list ruleset", "to see the firewall"),
                .run("sudo dmesg | tail", "to see what a policy refused"),
            ]
        )
    }

    private static func noPortLeft(_ evidence: ConnectEvidence, _ seen: [String]) -> Finding {
        let count = evidence.state.sockets.filter { $0.state != .listen }.count
        if evidence.isDatagram { return noPortForDatagrams(evidence, seen) }
        return Finding(
            "no-port-left",
            .problem,
            .likely,
            "this computer has no port or address left to connect from",
            evidence: seen + ["\(count) connections are open or fading away"]
                + (evidence.state.clientPorts.map {
                    ["clients get ports \($0.lowerBound) to \($0.upperBound)"]
                } ?? []),
            cause:
                "very many connections were made in a short time; each keeps its port for a minute after its end",
            next: [
                .run("ss -s", "to count them"), "keep one connection open instead of one for each message",
            ]
        )
    }

    private static func noPortForDatagrams(_ evidence: ConnectEvidence, _ seen: [String]) -> Finding {
        Finding(
            "no-port-left",
            .problem,
            .likely,
            "this computer has no port or address left to send from",
            evidence: seen + ["\(evidence.state.datagramSockets.count) sockets for datagrams are open"],
            cause: "a program opens a socket for each datagram and does not close it",
            next: [
                .run("ss -s", "to count them"),
                "send everything over one socket, and close those that are done",
            ]
        )
    }

    private static func zoneMissing(_ attempt: Attempt, _ evidence: ConnectEvidence, _ seen: [String])
        -> Finding
    {
        Finding(
            "zone-missing",
            "\(attempt.address.host) exists on every link: the interface has to be named",
            evidence: seen,
            cause:
                "addresses that begin with fe80 or ff02 are valid on one link only, and this computer has none or several that fit",
            next: [
                .run("ip -brief link", "to see the interfaces"),
                .run(
                    "sockeye doctor '\(evidence.isDatagram ? "udp:" : "")[\(attempt.address.host)%eth0]:\(evidence.port)'",
                    "with the interface in the place of eth0"
                ),
            ]
        )
    }

    private static func other(_ errno: Errno, _ attempt: Attempt, _ seen: [String]) -> Finding {
        Finding(
            "other-error",
            .problem,
            .possible,
            "the system answers: \(errno)",
            evidence: seen,
            cause: errno == .invalidArgument
                ? "a rule of this computer's routing may throw such packets away (blackhole); sockeye has no other explanation"
                : "sockeye has no explanation for this answer here",
            next: (errno == .invalidArgument
                ? [.run("ip route get \(attempt.address.host)", "to ask the kernel for the way")] : [])
                + [.run("sockeye explain '\(errno)'", "to see what is known of that answer")]
        )
    }
}
