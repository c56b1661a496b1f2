import SockeyeSystem

/// A port that is taken because a server has it: who asks about it wants to start another one, or to know why nobody reaches the
/// one that runs. Both are answered.
extension ListenVerdict {
    /// - Parameter blocked: That nobody else can have the port.
    static func taken(_ blocked: Finding, _ evidence: ListenEvidence) -> [Finding] {
        guard let server = reachableServer(evidence) else { return [blocked] + loopbackOnly(evidence) }
        return [serverThere(server, evidence)] + reach(server.local, evidence) + [blocked]
    }

    /// The listener that other computers may reach; one for every address before one for a single address.
    private static func reachableServer(_ evidence: ListenEvidence) -> SocketRow? {
        // A socket for datagrams is never in that state.
        let open = evidence.rows.filter { $0.state == .listen && !$0.local.isLoopback }
        return open.first { $0.local.isAny && $0.local.family == .ipv6 } ?? open.first { $0.local.isAny } ?? open.first
    }

    private static func serverThere(_ row: SocketRow, _ evidence: ListenEvidence) -> Finding {
        let program = evidence.state.program(of: row)
        return Finding(
            "server-there",
            .works,
            .certain,
            program.map { "a server is there already, \($0): it listens on \(row.local)" }
                ?? "a server is there already, of another user or in another container: it listens on \(row.local)",
            evidence: inList(row, program)
                + (evidence.isFreeForIPv4
                    ? ["bind 0.0.0.0:\(evidence.port): done, so nobody takes clients over IPv4"] : []),
            cause: evidence.isFreeForIPv4
                ? "it takes clients that come over IPv6 (it was told to with IPV6_V6ONLY), as far as the firewall lets them in"
                : row.local.isAny
                    ? "it takes clients at every address of this computer, as far as the firewall lets them in"
                    : "it takes clients that come to \(row.local.host), as far as the firewall lets them in",
            next: [
                .run(
                    "sockeye connect \(Words.shell(row.local.isAny ? "\(evidence.port)" : "\(row.local)"))",
                    "to reach it from this computer"
                )
            ]
        )
    }

    /// What the kernel's list says of a listener, and of those whom the server has not accepted yet.
    private static func inList(_ row: SocketRow, _ program: ComputerState.Program?) -> [String] {
        ["\(row.local) is in state LISTEN" + (program.map { ", held by \($0)" } ?? "")]
            + (row.waiting == 0
                ? [] : ["at this moment \(Words.waitingClients(row.waiting)) in its queue, not accepted yet"])
    }

    static func liveListener(_ row: SocketRow, _ evidence: ListenEvidence, _ seen: [String]) -> Finding {
        let program = evidence.state.program(of: row)
        let other = NextStep.run(
            "sockeye serve \(evidence.typed(port: other(evidence.port)))",
            "for another port"
        )
        let asked = evidence.binding?.address ?? row.local
        let who = program?.description ?? "a program of another user, or in another container,"
        // That a program is seen makes it this user's own, and perhaps the server that is meant: then nothing is wrong.
        return Finding(
            "port-taken",
            program == nil ? .problem : .note,
            .certain,
            program == nil
                ? "no other server can have \(asked): \(who) already listens on \(row.local)"
                : "a second server cannot have \(asked), since \(who) already listens on \(row.local): as it should be, if that is the server you mean",
            evidence: seen + inList(row, program),
            cause: """
                the server was started before, perhaps in another terminal. One address with one port has one live server, and 0.0.0.0 \
                and :: stand for every address; only servers of one user that all set SO_REUSEPORT share
                """,
            next: [other]
                + (asked.isAny && !row.local.isAny
                    ? ["listen on one other address of this computer: there the same port is free for a second server"]
                    : [])
                + (program.map {
                    [.run("kill \($0.id)", "to end \($0.name), if you want the port for another program")]
                }
                    ?? [.run("sudo ss -ltnp 'sport = :\(evidence.port)'", "to see which program has it")])
        )
    }

    /// Whoever asks about the port of a server that runs may want to know why nobody reaches it.
    private static func loopbackOnly(_ evidence: ListenEvidence) -> [Finding] {
        let isDatagram = evidence.kind == .datagram
        let listeners = evidence.rows.filter { isDatagram || $0.state == .listen }
        guard let one = listeners.first, listeners.allSatisfy(\.local.isLoopback) else { return [] }
        let name = evidence.state.program(of: one).map { "\($0.name)" } ?? "that program"
        // Who asks about 127.0.0.1 itself gets what was asked for.
        let isWanted = evidence.binding?.address.isLoopback == true
        let listens = "\(name) \(isDatagram ? "takes datagrams" : "listens") on \(one.local.host) only"
        return [
            Finding(
                "loopback-only",
                isWanted ? .note : .problem,
                .certain,
                isWanted
                    ? "\(listens): this computer reaches it there, and nobody else does"
                    : "\(listens): if it is your server, nobody on another computer reaches it",
                evidence: [
                    isDatagram
                        ? "\(one.local) is bound, and no other address with that port is"
                        : "\(one.local) is in state LISTEN, and no other address with that port is"
                ],
                cause: isWanted
                    ? "it was bound to 127.0.0.1 or localhost, which is right for a server that only this computer uses"
                    : "it was bound to 127.0.0.1 or localhost, which keeps everyone else out",
                next: [
                    isWanted
                        ? "for clients on other computers: let it bind 0.0.0.0 (or ::) instead"
                        : "let it bind 0.0.0.0 (or ::) instead, then ask here again",
                    .run(
                        "sockeye connect \(evidence.typed("\(evidence.port)"))",
                        "to reach it from this computer"
                    ),
                ]
            )
        ]
    }
}
