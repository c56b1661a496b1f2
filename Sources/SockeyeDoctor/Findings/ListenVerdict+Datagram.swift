import SockeyeSystem

/// A port for datagrams that is taken. UDP knows no TIME_WAIT: a port is held by a program that lives, or not at all.
extension ListenVerdict {
    static func heldByProgram(_ binding: ListenEvidence.Binding, _ evidence: ListenEvidence, _ seen: [String])
        -> Finding
    {
        let (state, port) = (evidence.state, evidence.port)
        let other = NextStep.run(
            "sockeye serve \(evidence.typed(port: Self.other(port)))",
            "for another port"
        )
        guard let row = evidence.rows.first else {
            return Finding(
                "port-taken",
                .problem,
                .likely,
                "something holds port \(port) for UDP, and the kernel's list does not show it",
                evidence: seen + ["the kernel's list of UDP sockets has none with that port"],
                cause: "the program that holds it has just ended or been started",
                next: ["ask once more", other]
            )
        }
        let program = state.program(of: row)
        return Finding(
            "port-taken",
            program.map { "\($0) already takes datagrams on port \(port)" }
                ?? "a program of another user, or in another container, already takes datagrams on port \(port)",
            evidence: seen + ["\(row.local) is bound for UDP" + (program.map { ", by \($0)" } ?? "")],
            cause:
                "the program was started before, perhaps in another terminal; it frees the port at once when it ends",
            next: program.map { [.run("kill \($0.id)", "to end \($0.name)"), other] }
                ?? [.run("sudo ss -lunp 'sport = :\(port)'", "to see which program"), other]
        )
    }

    /// With `SO_REUSEADDR` on all of them several sockets have one port for UDP, and each datagram comes to one of them.
    static func shared(_ binding: ListenEvidence.Binding, _ evidence: ListenEvidence) -> Finding {
        let holders = evidence.rows.map { row in
            "\(row.local) is bound for UDP, by "
                + (evidence.state.program(of: row)?.description ?? "a program of another user or container")
        }
        return Finding(
            "port-shared",
            .note,
            .certain,
            "port \(evidence.port) is taken, by a program that lets others have it too",
            evidence: ["without SO_REUSEADDR: \(Errno.addressInUse); with it: free"] + holders.prefix(3),
            cause: """
                the other program has set SO_REUSEADDR, as those that take multicast do; for datagrams to one computer that means \
                that only the last one to bind gets them
                """,
            next: [
                .run("sockeye serve \(evidence.typed(port: other(evidence.port)))", "for another port"),
                "set SO_REUSEADDR before bind if it is about multicast (mDNS, games, discovery)",
            ]
        )
    }
}
