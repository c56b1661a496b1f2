import SockeyeSystem

/// Why a connection can or cannot be made: a pure function from evidence to findings.
///
/// The rule for every branch: what other causes would look the same is said in the cause, and lowers the confidence.
package enum ConnectVerdict {
    package static func findings(_ evidence: ConnectEvidence) -> [Finding] {
        if evidence.lookUp.failure != nil { return [nameFailure(evidence)] }
        // Something on the way may even answer for port 0, where no server can be.
        if evidence.port == 0, let attempt = evidence.attempts.first, attempt.address.family != .unix {
            return [notATarget(attempt, evidence, ["\(attempt.address): \(Words.outcome(attempt))"])]
        }
        let results = evidence.attempts.map { Result($0, evidence) }
        let failed = results.filter { !$0.isConnected }
        let connected = results.filter(\.isConnected)
        let failures = distinct(failed.map { failure($0, evidence) })
        // One that is reset at once is told only where no other is better.
        guard let first = connected.first(where: { !$0.attempt.wasReset }) ?? connected.first else {
            return whereQueueIsFull(failures)
        }
        var findings: [Finding] = []
        if first.attempt.isNotAccepted { findings.append(notAccepted(first, evidence)) }
        findings.append(works(first, evidence))
        if let lost = losses(connected, evidence) { findings.append(lost) }
        // An address is worth taking instead only if it works.
        if !failed.isEmpty, !findings.contains(where: { $0.severity == .problem }) {
            findings.append(someAddressesFail(failed, first, evidence, failures))
        }
        return findings
    }

    /// An address and the attempt that tells most about it.
    struct Result {
        let attempt: Attempt
        /// The first attempt gave no answer, and a later one did.
        let isSecondTry: Bool

        init(_ first: Attempt, _ evidence: ConnectEvidence) {
            let answers =
                first.isUnanswered ? evidence.retries(of: first.address).filter { !$0.isUnanswered } : []
            let answered = answers.first { $0.outcome == .connected } ?? answers.first
            attempt = answered ?? first
            isSecondTry = answered != nil
        }

        var address: SocketAddress { attempt.address }
        var isConnected: Bool { attempt.outcome == .connected }
    }

    /// One finding for all addresses that have the same, with the evidence of each.
    static func distinct(_ findings: [Finding]) -> [Finding] {
        var merged: [Finding] = []
        for finding in findings {
            if let index = merged.firstIndex(where: { $0.id == finding.id }) {
                let old = merged[index]
                merged[index] = Finding(
                    old.id,
                    old.severity,
                    old.confidence,
                    old.what,
                    evidence: old.evidence + finding.evidence.filter { !old.evidence.contains($0) },
                    cause: old.cause,
                    next: old.next
                )
            } else {
                merged.append(finding)
            }
        }
        return merged
    }

    /// A server that would take clients, were there room for them, is the one that is meant: that it does not listen on the
    /// other family is worth knowing, and not what keeps its clients out.
    private static func whereQueueIsFull(_ failures: [Finding]) -> [Finding] {
        guard failures.contains(where: { $0.id == "queue-full" }) else { return failures }
        let told = failures.map { $0.id == "other-family-only" ? $0.told(as: .note) : $0 }
        return told.filter { $0.severity == .problem } + told.filter { $0.severity != .problem }
    }

    // MARK: Names

    private static func nameFailure(_ evidence: ConnectEvidence) -> Finding {
        let name = evidence.name ?? evidence.target
        let isSilent = evidence.lookUp.failure == .nameServiceUnavailable
        let said = "\(isSilent ? "the name service" : "looking for \(name)"): \(evidence.lookUp.detail ?? "no answer")"
        if evidence.lookUp.failure == .nameNotFound {
            return Finding(
                "name-unknown",
                "nobody knows an address for the name \(name)",
                evidence: [said],
                cause:
                    "the name is misspelt, or only known inside another network (a company, a VPN, Docker)",
                next: [
                    .run("getent hosts \(Words.shell(name))", "to ask again"),
                    "use the address of the computer instead of its name",
                ]
            )
        }
        if evidence.lookUp.failure != .invalidAddress {
            return Finding(
                "name-service-silent",
                "the name service gave no answer, so whether \(name) exists is unknown",
                evidence: [said],
                cause: "this computer is offline, or its name server (/etc/resolv.conf) cannot be reached",
                next: [
                    .run("sockeye doctor", "to see the way out of this computer"),
                    .run("cat /etc/resolv.conf", "to see which name server it is"),
                ]
            )
        }
        return Finding(
            "address-wrong",
            "\(evidence.target) is no address that can be \(evidence.isDatagram ? "sent" : "connected") to",
            evidence: [said],
            cause:
                "the address names something that this computer does not have, such as a network interface",
            next: [.run("ip -brief address", "to see the network interfaces")]
        )
    }

    // MARK: It works

    private static func works(_ result: Result, _ evidence: ConnectEvidence) -> Finding {
        let attempt = result.attempt
        var seen = ["connected to \(attempt.address) in \(Words.time(attempt.duration))"]
        if let local = attempt.local { seen.append("from \(local)") }
        if !attempt.greeting.isEmpty {
            seen.append("the server speaks first: \"\(Words.printable(attempt.greeting))\"")
        }
        if attempt.hasEnded {
            let end = attempt.wasReset ? "reset the connection" : "closed"
            seen.append("the server \(end) at once, without a word")
        }
        let count = (evidence.attempts + evidence.retries).filter { $0.outcome == .connected }.count
        let times = count == 1 ? "once" : "\(count) times"
        let isOver = evidence.endedListeners.contains { $0.takes(attempt.address) }
        seen.append(
            isOver
                ? "the doctor connected \(times) to find out, and nobody listens any more: the server may have been made for a single client"
                : "the doctor connected \(times) to find out: a server made for a single client may have ended now"
        )
        if isOver { return workedOnce(attempt, evidence, seen) }
        if attempt.isNotAccepted { return onlyTheNetworkWorks(seen, evidence) }
        if attempt.wasReset { return resetAtOnce(attempt, evidence, seen) }
        return Finding(
            "works",
            .works,
            .certain,
            attempt.hasEnded ? "connecting works, and the server ends the connection at once" : "connecting works",
            evidence: seen,
            cause: attempt.hasEnded ? endedCause : openCause(attempt),
            next: [
                .run("sockeye connect \(Words.shell(evidence.target))", "to talk to it"),
                .run("sockeye connect --explain \(Words.shell(evidence.target))", "to see each step"),
            ]
        )
    }

    private static let endedCause = "the server takes no more clients, does not like this one, or has nothing to say"
    private static func openCause(_ attempt: Attempt) -> String {
        """
        something answers for \(attempt.address), and nothing on the way keeps out the request to connect; whether data \
        passes, and in both directions, only a doctor at the other end or your program can tell
        """
    }

    /// A server that closes at once may have nothing to say, but no server means a reset.
    private static func resetAtOnce(_ attempt: Attempt, _ evidence: ConnectEvidence, _ seen: [String]) -> Finding {
        Finding(
            "reset-at-once",
            .problem,
            .certain,
            "something at \(attempt.address) takes connections, and resets each at once",
            evidence: seen,
            cause: """
                what takes the connection only passes it on, to a server that is not there (a published port of a container, a proxy); or \
                the server has failed, or does not like this client
                """,
            next: [
                "look at the output of the server: what does it say when a client comes?",
                .run(evidence.lookThere, "on the computer with the server, to see which program has the port"),
            ]
        )
    }

    /// The server took the doctor for its only client: whoever comes now finds nobody.
    private static func workedOnce(_ attempt: Attempt, _ evidence: ConnectEvidence, _ seen: [String]) -> Finding {
        Finding(
            "works",
            .works,
            .certain,
            "connecting worked, and the server has ended since: start it again",
            evidence: seen,
            cause:
                "a program listened at \(attempt.address) and does so no more: the doctor was its only client, or it has failed",
            next: [
                "start the server again before your own client connects",
                "accept in a loop, in a server for more than one client",
            ]
        )
    }

    /// The kernel connects, and no program has the connection: whoever connects now waits as the doctor did.
    private static func onlyTheNetworkWorks(_ seen: [String], _ evidence: ConnectEvidence) -> Finding {
        Finding(
            "works",
            .works,
            .certain,
            "connecting works as far as the kernel makes the connection",
            evidence: seen,
            cause:
                "the kernel connects clients by itself as long as the queue has room, before the program accepts them",
            next: [
                .run("sockeye doctor \(Words.shell(evidence.target))", "again, when the server accepts")
            ]
        )
    }

    private static func notAccepted(_ result: Result, _ evidence: ConnectEvidence) -> Finding {
        let listener = evidence.state.listeners.first { $0.takes(result.address) }
        let program = listener.flatMap(evidence.state.program)
        let name = program.map(\.description) ?? "the server"
        return Finding(
            "not-accepted",
            "the kernel took the connection, and \(name) has not accepted it",
            evidence: [
                "connected to \(result.address)",
                "its end at the server belonged to no program for more than two seconds",
            ]
                + (listener.map { ["\($0.waiting) in the server's queue"] } ?? []),
            cause:
                "the server serves one client at a time and is busy with another, hangs or takes its time, or does not call accept in a loop",
            next: [
                .run("ss -tnp 'sport = :\(evidence.port)'", "to see whom it is talking to"),
                "a task or a thread for each client, or an event loop, in the server",
            ]
        )
    }

    private static func losses(_ connected: [Result], _ evidence: ConnectEvidence) -> Finding? {
        let again = connected.map(\.attempt.sentAgain).reduce(0, +)
        let late = connected.filter { $0.isSecondTry || $0.attempt.requestsAgain > 0 }
        let lines = late.map { result in
            let count = result.attempt.requestsAgain + 1
            return result.isSecondTry
                ? "\(result.address) gave no answer at first, and then did"
                : "\(result.address) answered the \(Words.ordinal(count)) request to connect"
        }
        guard again > 0 else { return late.isEmpty ? nil : answeredLate(late, evidence, lines) }
        return Finding(
            "packets-lost",
            .note,
            .likely,
            "packets get lost on the way: it works, with delays",
            evidence: lines + ["\(again) packets of the connection had to be sent again"],
            cause: "a weak Wi-Fi, a full line, or an overloaded server",
            next: ["the same command again: does it differ from time to time?"]
        )
    }

    /// A request that gets no answer may be lost, or have come to a server whose queue was full: both look the same from here,
    /// but nothing gets lost within one computer.
    private static func answeredLate(_ late: [Result], _ evidence: ConnectEvidence, _ lines: [String]) -> Finding {
        let isHere = late.allSatisfy { evidence.state.isOwn($0.address) }
        return Finding(
            "answered-late",
            .note,
            isHere ? .likely : .possible,
            "the first request to connect got no answer in time, and a later one did: it works, with a delay",
            evidence: lines,
            cause: isHere
                ? "the server's queue of new clients was full for a moment: it is busy, and accepts them slowly"
                : "a packet was lost, or the way is slow; or the server was busy, its queue of new clients full for a moment",
            next: ["the same command again: does it differ from time to time?"]
        )
    }

    private static func someAddressesFail(
        _ failed: [Result],
        _ working: Result,
        _ evidence: ConnectEvidence,
        _ failures: [Finding]
    ) -> Finding {
        let families = Set(failed.map(\.address.family))
        let isFamily = families.count == 1 && !families.contains(working.address.family)
        let family = families.contains(.ipv6) ? "IPv6" : "IPv4"
        let evidenceLines =
            failed.map { "\($0.address): \(Words.outcome($0.attempt))" } + ["\(working.address): connected"]
        return Finding(
            isFamily ? "one-family-only" : "one-address-of-several",
            .note,
            .certain,
            isFamily
                ? "it works over \(family == "IPv6" ? "IPv4" : "IPv6"), and over \(family) it does not"
                : "\(failed.count) of \(evidence.attempts.count) addresses of \(evidence.name ?? evidence.target) do not work",
            evidence: evidenceLines,
            cause: failures.first.map { "of those that fail: \($0.what)" } ?? "those addresses lead elsewhere",
            next: [
                .run("sockeye connect \(Words.shell("\(working.address)"))", "to use the one that works"),
                isFamily && failed.allSatisfy { $0.attempt.errno == .connectionRefused && $0.attempt.messages.isEmpty }
                    ? "let the server listen on both families: bind :: with IPV6_V6ONLY switched off, or 0.0.0.0 and :: each"
                    : .run(
                        "sockeye doctor \(Words.shell("\(failed[0].address)"))",
                        "to look at one that fails"
                    ),
            ]
        )
    }
}
