import SockeyeSystem

/// Why an address of this computer itself cannot be connected to: here the kernel's tables tell everything.
extension ConnectVerdict {
    static func here(_ attempt: Attempt, _ evidence: ConnectEvidence, _ seen: [String]) -> Finding {
        let state = evidence.state
        let alive = state.listeners.filter { $0.local.port == evidence.port }
        let lines =
            seen + alive.map { "\(describe($0, state)) listens on \($0.local)" }
            + evidence.endedListeners.map {
                "\(describe($0, state)) listened on \($0.local), and has ended since"
            }
        let isSilent = attempt.outcome == .silent
        if let listener = alive.first(where: { $0.takes(attempt.address) }) {
            if isSilent, listener.waiting > 0 { return queueFull(listener, evidence, lines) }
            // Without a message it was the kernel itself that refused, and a listener for IPv6 may be for IPv6 alone.
            let mayRefuse =
                !isSilent && attempt.messages.isEmpty && listener.isOfOtherFamily(than: attempt.address)
            return mayRefuse
                ? otherFamilyOnly(listener, .likely, evidence, lines)
                : firewallHere(attempt, evidence, lines)
        }
        if isSilent || !attempt.messages.isEmpty { return firewallHere(attempt, evidence, lines) }
        if let ended = evidence.endedListeners.first(where: { $0.takes(attempt.address) }) {
            return serverEnded(ended, evidence, lines)
        }
        let listeners = alive + evidence.endedListeners
        guard let listener = listeners.first else { return nothingHere(evidence, seen) }
        if listeners.allSatisfy({ $0.isOfOtherFamily(than: attempt.address) }) {
            return otherFamilyOnly(listener, .certain, evidence, lines)
        }
        return listeners.allSatisfy(\.local.isLoopback)
            ? loopbackOnly(listener, evidence, lines) : otherInterface(listener, evidence, lines)
    }

    private static func otherFamilyOnly(
        _ listener: SocketRow,
        _ confidence: Finding.Confidence,
        _ evidence: ConnectEvidence,
        _ lines: [String]
    ) -> Finding {
        let family = listener.local.plain(port: 0).family == .ipv6 ? "IPv6" : "IPv4"
        let place = listener.local.isAny ? "localhost:\(evidence.port)" : "\(listener.local)"
        return Finding(
            "other-family-only",
            .problem,
            confidence,
            "\(describe(listener, evidence.state)) listens on port \(evidence.port) for \(family) only, and you came with the other family",
            evidence: lines,
            cause: confidence == .certain
                ? "\"localhost\" and many names stand for an IPv4 and an IPv6 address, and the server took one of them"
                : "the server was told to take IPv6 only (IPV6_V6ONLY); less often a firewall here answers in its place",
            next: [
                .run("sockeye connect \(Words.shell(place))", "to use the one that it listens on"),
                "let it listen on both families: bind :: with IPV6_V6ONLY switched off, or 0.0.0.0 and :: each",
            ]
        )
    }

    private static func loopbackOnly(
        _ listener: SocketRow,
        _ evidence: ConnectEvidence,
        _ lines: [String]
    ) -> Finding {
        let name = describe(listener, evidence.state)
        return Finding(
            "loopback-only",
            "\(name) listens on \(listener.local.host) only: this computer reaches it there, and nobody else does",
            evidence: lines,
            cause:
                "the server was bound to 127.0.0.1 or localhost, which keeps out all that comes to another address, even from here",
            next: [
                "let the server listen on 0.0.0.0 (or ::): in its call of bind, or in its settings",
                .run(
                    "sockeye connect \(Words.shell("\(listener.local)"))",
                    "to reach it from this computer"
                ),
            ]
        )
    }

    private static func otherInterface(
        _ listener: SocketRow,
        _ evidence: ConnectEvidence,
        _ lines: [String]
    )
        -> Finding
    {
        let (name, host) = (describe(listener, evidence.state), listener.local.host)
        return Finding(
            "other-interface",
            "\(name) listens on port \(evidence.port), but on another address of this computer: \(host)",
            evidence: lines,
            cause: "the server was bound to one address, and takes clients that come there only",
            next: [
                .run("sockeye connect \(Words.shell("\(listener.local)"))", "to use that address"),
                "let the server listen on all addresses: 0.0.0.0 or :: in its call of bind, or in its settings",
            ]
        )
    }

    /// It was there before the doctor connected, and is not any more: its end is no firewall's doing.
    private static func serverEnded(_ row: SocketRow, _ evidence: ConnectEvidence, _ lines: [String]) -> Finding {
        Finding(
            "server-ended",
            .problem,
            .likely,
            "\(describe(row, evidence.state)) listened on port \(evidence.port) a moment ago, and does so no more",
            evidence: lines,
            cause: "it serves one client and then ends, and the doctor's own connection was that one; or it has failed",
            next: [
                "look at the server's terminal, and start it again",
                "accept in a loop, in a server for more than one client",
            ]
        )
    }

    private static func describe(_ row: SocketRow, _ state: ComputerState) -> String {
        state.program(of: row)?.description ?? "a program of another user or container"
    }

    private static func nothingHere(_ evidence: ConnectEvidence, _ seen: [String]) -> Finding {
        let state = evidence.state
        var ports: [UInt16: SocketRow] = [:]
        for row in state.listeners { if let port = row.local.port, ports[port] == nil { ports[port] = row } }
        // Ports that the kernel gives to clients are mostly some test's or tool's own.
        if let chance = state.clientPorts, !chance.contains(Int(evidence.port)) {
            ports = ports.filter { !chance.contains(Int($0.key)) }
        }
        let likely = LikelyPort.guesses(
            insteadOf: evidence.port,
            among: ports.map { ($0.key, state.program(of: $0.value)?.name) }.sorted { $0.0 < $1.0 }
        )
        let others = likely.map { guess in
            let who = ports[guess.port].map { describe($0, state) } ?? ""
            return "port \(guess.port): \(who) listens; a guess, since it is \(guess.reason)"
        }
        let datagrams = state.datagramSockets.filter { $0.local.port == evidence.port }
            .map {
                "\(describe($0, state)) takes datagrams (UDP) on that port: another protocol, with ports of its own"
            }
        return Finding(
            "nothing-listens",
            "no program on this computer listens on port \(evidence.port)",
            evidence: seen + ["the kernel's list of listeners does not have it"] + datagrams.prefix(1) + others,
            cause: "the server is not started, has ended with an error, or uses another port",
            next: [
                "look at the server's terminal",
                .run("sockeye serve \(evidence.port)", "to start one to test with"),
            ]
                + datagrams.prefix(1).map { _ in
                    .run("sockeye connect udp:\(evidence.port)", "to talk to that one")
                }
                + likely.map {
                    .run("sockeye connect \($0.port)", "if port \($0.port) is the one you meant")
                }
        )
    }

    private static func queueFull(_ listener: SocketRow, _ evidence: ConnectEvidence, _ lines: [String]) -> Finding {
        let name = describe(listener, evidence.state)
        return Finding(
            "queue-full",
            "\(name) does not accept: \(Words.waitingClients(listener.waiting)) in its queue, and there is no room for more",
            evidence: lines + ["\(Words.count(listener.waiting, "connected client")) that accept has not taken"],
            cause: """
                the server is busy with one client, hangs, or does not call accept again; the number in listen(…) is the \
                length of this queue, not a limit of clients
                """,
            next: [
                "look at what \(name) is doing: it should call accept in a loop",
                "end it and start it again, which empties the queue",
            ]
        )
    }

    /// A rule may answer with a reset, as the kernel does where a server takes clients of one interface only; no list shows that.
    private static func refusedHere(_ evidence: ConnectEvidence, _ lines: [String]) -> Finding {
        Finding(
            "firewall-rejects-here",
            .problem,
            .possible,
            "something on this computer refuses port \(evidence.port), although a server listens there: a firewall, or the server itself",
            evidence: lines,
            cause: """
                a rule that rejects with a reset; or the server has tied itself to one network interface (SO_BINDTODEVICE), and \
                takes clients that come there only
                """,
            next: [
                .run(
                    "ss -ltn 'sport = :\(evidence.port)'",
                    "to see the interface that a server has tied itself to: it stands behind the address, as in 0.0.0.0%eth1"
                ),
                .run(
                    "sudo sockeye doctor --listen \(evidence.port)",
                    "to see the rule and the command that opens the port"
                ),
            ]
        )
    }

    private static func firewallHere(_ attempt: Attempt, _ evidence: ConnectEvidence, _ lines: [String]) -> Finding {
        let isRejected = attempt.outcome != .silent
        if isRejected, attempt.messages.isEmpty { return refusedHere(evidence, lines) }
        return Finding(
            isRejected ? "firewall-rejects-here" : "firewall-drops-here",
            .problem,
            .certain,
            "the firewall of this computer \(isRejected ? "refuses" : "drops") port \(evidence.port), even from itself",
            evidence: lines,
            cause: "within one computer nothing gets lost, so a rule does it",
            next: [
                .run(
                    "sudo sockeye doctor --listen \(evidence.port)",
                    "to see the rule and the command that opens the port"
                ),
                .run("sudo nft list ruleset", "to see all rules"),
            ]
        )
    }
}
