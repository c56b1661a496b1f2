import SockeyeSystem

/// Why an address of this computer itself cannot be connected to: here the kernel's tables tell everything.
extension ConnectVerdict {
    static func here(_ attempt: Attempt, _ evidence: ConnectEvidence, _ seen: [String]) -> Finding {
        let (state, port) = (evidence.state, Int(evidence.port))
        let alive = state.listeners.filter { Int($0.local.port ?? 0) == port }
        let listeners = alive + evidence.endedListeners
        let lines =
            seen + alive.map { "\(describe($0, state)) listens on \($0.local)" }
            + evidence.endedListeners.map { "\(describe($0, state)) listened on \($0.local), and has ended since" }
        if let listener = alive.first(where: { $0.takes(attempt.address) }) {
            return attempt.outcome == .silent && listener.waiting > 0
                ? queueFull(listener, evidence, lines) : firewallHere(attempt, evidence, lines)
        }
        if attempt.outcome == .silent || !attempt.messages.isEmpty { return firewallHere(attempt, evidence, lines) }
        if let ended = evidence.endedListeners.first(where: { $0.takes(attempt.address) }) {
            return serverEnded(ended, evidence, lines)
        }
        guard let listener = listeners.first else { return nothingHere(evidence, seen) }
        let name = describe(listener, state)
        if listeners.allSatisfy({ $0.local.plain(port: 0).family != attempt.address.plain(port: 0).family }) {
            let family = listener.local.plain(port: 0).family == .ipv6 ? "IPv6" : "IPv4"
            return Finding(
                "other-family-only",
                "\(name) listens on port \(port) for \(family) only, and you came with the other family",
                evidence: lines,
                cause:
                    "\"localhost\" and many names stand for an IPv4 and an IPv6 address, and the server took one of them",
                next: [
                    "sockeye connect \(listener.local)   uses the one that it listens on",
                    "let it listen on both: sockeye serve '*:\(port)'",
                ]
            )
        }
        if listeners.allSatisfy(\.local.isLoopback) {
            return Finding(
                "loopback-only",
                "\(name) listens on \(listener.local.host) only: this computer reaches it there, and nobody else does",
                evidence: lines,
                cause:
                    "the server was bound to 127.0.0.1 or localhost, which keeps out all that comes to another address, even from here",
                next: [
                    "let the server listen on 0.0.0.0 (or ::): sockeye serve '*:\(port)'",
                    "sockeye connect \(port)   reaches it from this computer",
                ]
            )
        }
        return Finding(
            "other-interface",
            "\(name) listens on port \(port), but on another address of this computer: \(listener.local.host)",
            evidence: lines,
            cause: "the server was bound to one address, and takes clients that come there only",
            next: [
                "sockeye connect \(listener.local)   uses that address",
                "let the server listen on all: sockeye serve '*:\(port)'",
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
            next: ["look at the server's terminal", "sockeye serve \(evidence.port)   starts one to test with"]
                + datagrams.prefix(1).map { _ in "sockeye connect udp:\(evidence.port)   talks to that one" }
                + likely.map { "sockeye connect \($0.port)   if that is the one you meant" }
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

    private static func firewallHere(_ attempt: Attempt, _ evidence: ConnectEvidence, _ lines: [String]) -> Finding {
        let isRejected = attempt.outcome != .silent
        return Finding(
            isRejected ? "firewall-rejects-here" : "firewall-drops-here",
            .problem,
            attempt.messages.isEmpty && isRejected ? .likely : .certain,
            "the firewall of this computer \(isRejected ? "refuses" : "drops") port \(evidence.port), even from itself",
            evidence: lines,
            cause: "within one computer nothing gets lost, so a rule does it",
            next: [
                "sudo sockeye doctor --listen \(evidence.port)   shows the rule and the command that opens the port",
                "sudo nft list ruleset   shows all rules",
            ]
        )
    }
}
