import SockeyeSystem

/// Lines in this computer's own table of routes that say that there is no way: nothing leaves, and no firewall is concerned.
extension ConnectVerdict {
    /// nil where the answer is not one that such a line gives, or no such line is known.
    static func forbiddenByRoute(_ attempt: Attempt, _ evidence: ConnectEvidence, _ seen: [String]) -> Finding? {
        let state = evidence.state
        guard let errno = attempt.errno, let kind = kinds[errno], let route = state.forbiddingRoute(attempt.address),
            attempt.messages.allSatisfy({ $0.isOwnVoice(state) })
        else { return nil }
        let host = attempt.address.host
        return Finding(
            "no-route",
            "a route of this computer itself forbids the way to \(host): nothing was sent",
            evidence: seen + ["its table of routes has a line without a way for \(route.network)"],
            cause:
                "a line of the kind \"\(kind)\" was set here by hand, by a VPN or by a program that shuts out addresses",
            next: [
                .run("ip route get \(host)", "to ask the kernel for the way, which answers as it did here"),
                .run(
                    "\(attempt.address.family == .ipv6 ? "ip -6" : "ip") route show type \(kind)",
                    "to see such lines; \"sudo ip route del \(kind) \(route.network)\" takes this one away"
                ),
            ]
        )
    }

    /// What `connect` fails with for a line of each kind (fib_props of net/ipv4/fib_semantics.c, and those of IPv6).
    private static let kinds: [Errno: String] = [
        .invalidArgument: "blackhole", .permissionDenied: "prohibit", .hostUnreachable: "unreachable",
        .networkUnreachable: "throw",
    ]
}
