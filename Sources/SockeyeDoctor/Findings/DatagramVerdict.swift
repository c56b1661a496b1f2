import SockeyeSystem

/// Whether datagrams come to a program: a pure function from evidence to findings.
///
/// UDP has no connection, so nobody has to answer: silence is no verdict, and is never called a problem by itself.
package enum DatagramVerdict {
    package static func findings(_ evidence: DatagramEvidence) -> [Finding] {
        if evidence.base.lookUp.failure != nil { return ConnectVerdict.findings(evidence.base) }
        if let answered = evidence.attempts.first(where: { $0.answer != nil }) { return [works(answered, evidence)] }
        var findings = ConnectVerdict.distinct(evidence.attempts.map { finding($0, evidence) })
        // Of several addresses one is enough: a program may take datagrams at that one alone.
        if findings.contains(where: { $0.severity != .problem }) { findings = notesFirst(findings) }
        if let other = otherProtocol(evidence) { findings.append(other) }
        return findings
    }

    /// What is wrong with some of the addresses only, as notes behind what can be said of the others.
    private static func notesFirst(_ findings: [Finding]) -> [Finding] {
        findings.filter { $0.severity != .problem }
            + findings.filter { $0.severity == .problem }.map { finding in
                Finding(
                    finding.id,
                    .note,
                    finding.confidence,
                    "of one address only: \(finding.what)",
                    evidence: finding.evidence,
                    cause: finding.cause,
                    next: finding.next
                )
            }
    }

    private static func finding(_ attempt: DatagramAttempt, _ evidence: DatagramEvidence) -> Finding {
        let (address, state) = (attempt.address, evidence.base.state)
        if address.isAny || address.port == 0 { return elsewhere(attempt, evidence) }
        if state.isOwn(address) { return here(attempt, evidence) }
        guard attempt.isSilent else { return refused(attempt, evidence) }
        let gateway = state.route(to: address)?.gateway
        if state.neighbour(gateway ?? address) == .silent { return elsewhere(attempt, evidence) }
        return silent(attempt, evidence)
    }

    /// What does not depend on the protocol: no route, nobody there, forbidden, refused by a firewall.
    private static func elsewhere(_ attempt: DatagramAttempt, _ evidence: DatagramEvidence) -> Finding {
        ConnectVerdict.failure(ConnectVerdict.Result(attempt.asAttempt, evidence.base), evidence.base)
    }

    private static func works(_ attempt: DatagramAttempt, _ evidence: DatagramEvidence) -> Finding {
        let answer = attempt.answer ?? []
        if let seen = DatagramHost.seen(in: answer) { return bothEnds(attempt, seen, evidence) }
        let what = answer.isEmpty ? "an empty datagram" : "\(answer.count) bytes: \"\(Words.printable(answer))\""
        return Finding(
            "datagram-answered",
            .works,
            .certain,
            "an answer came back: datagrams get there, and back",
            evidence: ["\(attempt.address) answered after \(Words.time(attempt.duration)) with \(what)"],
            cause: "a program takes datagrams at \(attempt.address), and nothing on the way objects",
            next: [
                .run(
                    "sockeye connect \(Words.shell(evidence.base.target))",
                    "to talk to it, where a line is a datagram"
                )
            ]
        )
    }

    /// Another doctor is there, and says where the question came from.
    private static func bothEnds(_ attempt: DatagramAttempt, _ seen: String, _ evidence: DatagramEvidence) -> Finding {
        let seen = Words.printable(Array(seen.utf8))
        let isOwn = evidence.base.state.interfaces.contains { seen.hasPrefix($0.endpointText(port: 0).dropLast()) }
        let place =
            isOwn
            ? "the other end sees this computer as \(seen), which is its own address"
            : "the other end sees this computer as \(seen): something translates addresses in between (NAT)"
        let target = "udp:\(attempt.address.plain(port: evidence.base.port))"
        return Finding(
            "datagram-answered",
            .works,
            .certain,
            "another doctor got it and answered: datagrams pass in both directions",
            evidence: ["\(attempt.address) answered after \(Words.time(attempt.duration))", place],
            cause:
                "the address is the right one, and no firewall on the way objects to datagrams for this port",
            next: [
                .run(
                    "sockeye connect \(Words.shell(target))",
                    "end the doctor there, start the program on that port, and talk to it"
                )
            ]
        )
    }

    // MARK: Refused

    private static func seen(_ attempt: DatagramAttempt) -> [String] {
        let count = attempt.sent == 1 ? "1 datagram" : "\(attempt.sent) datagrams"
        let sent =
            attempt.sent == 0
            ? "\(attempt.address): nothing was sent"
            : "\(count) with a line of text sent to \(attempt.address)"
        if attempt.isSilent {
            return [sent, "no answer within \(Words.time(attempt.duration)), and no message from the network either"]
        }
        return [sent] + (attempt.errno.map { [$0.description] } ?? [])
            + Words.said(attempt.messages)
    }

    private static func refused(_ attempt: DatagramAttempt, _ evidence: DatagramEvidence) -> Finding {
        let message = attempt.messages.first
        let isPort = message.map {
            ($0.type == 3 && $0.code == 3) || ($0.origin == .icmpv6 && $0.type == 1 && $0.code == 4)
        }
        let isItself = message?.sender?.isSameHost(as: attempt.address) ?? true
        guard attempt.errno == .connectionRefused, isPort ?? true, isItself else { return elsewhere(attempt, evidence) }
        let (host, port) = (attempt.address.host, evidence.base.port)
        return Finding(
            "no-datagram-program",
            .problem,
            .likely,
            "\(host) says that no program takes datagrams on port \(port)",
            evidence: seen(attempt),
            cause: """
                the program is not started, uses another port, speaks TCP, or listens on 127.0.0.1 only; a firewall that rejects \
                answers in the same way
                """,
            next: [
                .run(
                    "sockeye serve 'udp:*:\(port)'",
                    "on \(host), for a program that answers each datagram"
                ),
                .run("ss -lunp", "on \(host), to see who takes datagrams"),
            ]
        )
    }

    // MARK: Silence

    private static func silent(_ attempt: DatagramAttempt, _ evidence: DatagramEvidence) -> Finding {
        let (host, port) = (attempt.address.host, evidence.base.port)
        return Finding(
            "silence-no-verdict",
            .note,
            .certain,
            "no answer came, and with UDP that says nothing about whether the datagrams have arrived",
            evidence: seen(attempt),
            cause: """
                a program that took them need not answer, and most answer only what they understand; a firewall that drops them, \
                or their answer, looks the same from here; so do lost datagrams
                """,
            next: [
                .run(
                    "sockeye serve 'udp:*:\(port)'",
                    "on \(host), if the port is free there, for a program that answers each datagram"
                ),
                .run("sudo tcpdump -n udp port \(port)", "on \(host), to see whether they arrive"),
                .run(
                    "sockeye doctor --listen udp:\(port)",
                    "on \(host), where this answers the next question from here"
                ),
            ]
        )
    }

    // MARK: This computer

    private static func here(_ attempt: DatagramAttempt, _ evidence: DatagramEvidence) -> Finding {
        let (state, port) = (evidence.base.state, evidence.base.port)
        let rows = state.datagramSockets.filter { $0.local.port == port }
        func name(_ row: SocketRow) -> String {
            state.program(of: row)?.description ?? "a program of another user or container"
        }
        let lines = seen(attempt) + rows.map { "\(name($0)) takes datagrams on \($0.local)" }
        if let row = rows.first(where: { $0.takes(attempt.address) }) {
            return attempt.isSilent ? quiet(name(row), row, lines, port) : firewallHere(attempt, evidence, lines)
        }
        if attempt.isSilent { return firewallHere(attempt, evidence, lines) }
        guard attempt.errno == .connectionRefused else { return elsewhere(attempt, evidence) }
        let other = rows.first
        return Finding(
            "no-datagram-program",
            other.map { "\(name($0)) takes datagrams on port \(port), but not at this address: at \($0.local.host)" }
                ?? "no program on this computer takes datagrams on port \(port)",
            evidence: lines + (rows.isEmpty ? ["the kernel's list of UDP sockets does not have the port"] : []),
            cause: other == nil
                ? "the program is not started, has ended with an error, uses another port, or speaks TCP"
                : "the program was bound to one address, and takes datagrams that come there only",
            next: other.map {
                [
                    .run(
                        "sockeye connect \(Words.shell("udp:\($0.local)"))",
                        "to use the address that it has"
                    )
                ]
            }
                ?? [
                    "look at the program's terminal",
                    .run("sockeye serve udp:\(port)", "to start one to test with"),
                ]
        )
    }

    private static func quiet(_ name: String, _ row: SocketRow, _ lines: [String], _ port: UInt16) -> Finding {
        let isUnread = row.waiting > 0
        return Finding(
            "datagram-not-answered",
            .note,
            .certain,
            isUnread
                ? "\(name) has port \(port), and has not received what is there for it"
                : "\(name) takes datagrams on port \(port), and has not answered this one",
            evidence: lines
                + (isUnread ? ["\(row.waiting) bytes wait in its queue (the kernel's own overhead included)"] : []),
            cause: isUnread
                ? "the program is busy, or does not call recvfrom"
                : "it need not answer, and may not understand a line of text; less often a rule of the firewall drops it",
            next: [.run("sockeye connect udp:\(port)", "to send what you type")]
        )
    }

    private static func firewallHere(_ attempt: DatagramAttempt, _ evidence: DatagramEvidence, _ lines: [String])
        -> Finding
    {
        Finding(
            attempt.isSilent ? "firewall-drops-here" : "firewall-rejects-here",
            .problem,
            .likely,
            "the firewall of this computer \(attempt.isSilent ? "drops" : "refuses") datagrams for port \(evidence.base.port), even from itself",
            evidence: lines,
            cause: attempt.isSilent
                ? "within one computer nothing gets lost, and a port without a program is answered: so a rule does it"
                : "a program is there, and something refuses for it: a rule does it",
            next: [.run("sudo nft list ruleset", "to see the rules")]
        )
    }

    // MARK: The other protocol

    private static func otherProtocol(_ evidence: DatagramEvidence) -> Finding? {
        guard let attempt = evidence.overTCP.first(where: { $0.outcome == .connected }) else { return nil }
        let place = attempt.address
        return Finding(
            "other-protocol",
            .note,
            .likely,
            "port \(evidence.base.port) of \(place.host) takes TCP connections: perhaps that is what you want",
            evidence: ["connected to \(place) over TCP in \(Words.time(attempt.duration))"],
            cause:
                "UDP and TCP have ports of their own with the same numbers: a server of one does not hear the other",
            next: [
                .run("sockeye connect \(Words.shell("\(place)"))", "to talk TCP to it"),
                .run("sockeye doctor \(Words.shell("\(place)"))", "to look at that"),
            ]
        )
    }
}
