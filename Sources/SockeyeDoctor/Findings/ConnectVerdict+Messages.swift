import SockeyeSystem

/// What a message of the network means, by what it says and by whom it comes from.
///
/// A router that forwards a port puts its own address into the messages about it, so a message in the name of the address that was
/// asked for may be about a computer behind it.
extension ConnectVerdict {
    /// The computer with the address says that nobody is there: so the packet was meant for somebody else.
    static func forwardedToNobody(
        _ message: NetworkMessage,
        _ attempt: Attempt,
        _ evidence: ConnectEvidence,
        _ seen: [String]
    ) -> Finding {
        let host = attempt.address.host
        return Finding(
            "nobody-there",
            .problem,
            .likely,
            "\(host) forwards port \(evidence.port) to another computer, which is off or not there",
            evidence: seen,
            cause: """
                \(host) is there itself and says "\(message.words)", so it means the computer behind it: that one is switched off, or \
                the forwarding names an address that it no longer has; less often a firewall is set to answer like this
                """,
            next: [
                .run(evidence.lookThere, "on the computer with the server, to see the address it has now"),
                "look into the settings of \(host): to which address does it forward port \(evidence.port)?",
            ]
        )
    }

    /// A router says that the way ends there: it has asked in the network of the address in vain, or knows no way to that network.
    static func endsThere(
        _ message: NetworkMessage,
        _ who: String,
        _ attempt: Attempt,
        _ evidence: ConnectEvidence,
        _ seen: [String]
    ) -> Finding {
        let host = attempt.address.host
        let isElsewhere = isPrivateElsewhere(attempt.address, evidence.state)
        let own = ownNetworkLines(evidence.state)
        func finding(_ id: String, _ confidence: Finding.Confidence, _ what: String, _ own: [String], cause: String)
            -> Finding
        {
            let step = NextStep.run(evidence.lookThere, "on the other computer, to see the addresses it has now")
            return Finding(id, .problem, confidence, what, evidence: seen + own, cause: cause, next: [step])
        }
        if message.saysHostIsMissing {
            return finding(
                "nobody-there",
                .likely,
                "the router \(who) knows the way, and says that nobody there has the address \(host)",
                isElsewhere ? own : [],
                cause:
                    "the computer is switched off, or has another address now; less often a rule of that router says so"
                    + (isElsewhere
                        ? "; or \(host) was meant for another private network than the one that is reached from here"
                        : "")
            )
        }
        guard isElsewhere else {
            return finding(
                "router-knows-no-way",
                .certain,
                "the router \(who) says that \(host) cannot be reached: \(message.words)",
                own,
                cause: "that router has no way to the network of the address, or the address is wrong"
            )
        }
        return finding(
            "wrong-network",
            .likely,
            "\(host) is an address of another private network, and no way leads there from here",
            own,
            cause:
                "addresses such as 192.168… and fd… mean something only within their own network: it is another one than yours"
        )
    }

    static func rejected(
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
            // A closed port is answered by TCP itself; ICMP comes from whoever was told to refuse. Whose it is, is another matter.
            isItself ? .likely : .certain,
            "a firewall refuses port \(evidence.port): "
                + (isItself
                    ? "the one of \(who), or of a computer that \(who) forwards the port to"
                    : "\(who), which is on the way"),
            evidence: seen,
            cause: isItself
                ? "a firewall there has a rule that rejects this port, or none that allows it; a router that forwards a port answers in its own name"
                : "\(who) is a router or firewall before \(attempt.address.host) that does not let this through",
            next: [
                isItself
                    ? .run(
                        evidence.lookThere,
                        "on the computer with the server, to see the rule and the command that opens the port"
                    )
                    : "ask whoever runs \(who) to let \(evidence.transport) port \(evidence.port) through",
                evidence.isDatagram
                    ? "another port that is allowed" : "another port that is allowed, such as 443 or 8080",
            ]
        )
    }
}
