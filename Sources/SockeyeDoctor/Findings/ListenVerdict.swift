import SockeyeSystem

/// Why a server can or cannot listen, and who reaches it: a pure function from evidence to findings.
package enum ListenVerdict {
    package static func findings(_ evidence: ListenEvidence) -> [Finding] {
        guard let binding = evidence.binding else {
            return [
                Finding(
                    "address-wrong",
                    "\(evidence.place) is no address that a server here can listen on",
                    evidence: [evidence.lookUp.detail ?? "it has no address"],
                    cause: "the name is misspelt, or names something that this computer does not have",
                    next: [
                        .run("sockeye doctor --listen \(evidence.typed("*:1337"))", "for every network"),
                        .run("sockeye doctor", "to see this computer's addresses"),
                    ]
                )
            ]
        }
        if let errno = binding.reusing {
            let blocked = cannotBind(errno, binding, evidence)
            return blocked.id == "port-taken" ? taken(blocked, evidence) : [blocked]
        }
        var findings: [Finding] = []
        if binding.plain == .addressInUse {
            findings.append(evidence.kind == .datagram ? shared(binding, evidence) : onlyWithReuse(binding, evidence))
        }
        findings.append(canListen(binding, evidence))
        // Whoever is to come has to know the port.
        return evidence.port == 0 ? findings : findings + reach(binding.address, evidence)
    }

    // MARK: It cannot be bound

    private static func cannotBind(_ errno: Errno, _ binding: ListenEvidence.Binding, _ evidence: ListenEvidence)
        -> Finding
    {
        let port = evidence.port
        let seen = ["bind \(binding.address): \(errno)"]
        switch errno {
        case .addressInUse where evidence.kind == .datagram: return heldByProgram(binding, evidence, seen)
        case .addressInUse: return inUse(binding, evidence, seen)
        case .permissionDenied where port < evidence.state.firstFreePort:
            let free = port < 1000 ? port + 8000 : evidence.state.firstFreePort
            return Finding(
                "low-port",
                "ports below \(evidence.state.firstFreePort) are for the administrator, and \(port) is one of them",
                evidence: seen + ["net.ipv4.ip_unprivileged_port_start is \(evidence.state.firstFreePort)"],
                cause: "this program does not run as administrator (root)",
                next: [
                    .run("sockeye serve \(evidence.typed(port: free))", "for a port that everybody may take"),
                    .run(
                        "sudo sysctl net.ipv4.ip_unprivileged_port_start=\(port)",
                        "if it has to be \(port): until the next start this lets every program of every user take the ports from \(port) on"
                    ),
                ]
            )
        case .addressNotAvailable:
            let own = evidence.state.interfaces.filter { !$0.address.isLinkLocal }.map { $0.address.host }
            return Finding(
                "not-own-address",
                "\(binding.address.host) is no address of this computer",
                evidence: seen + ["its addresses are \(Words.list(own))"],
                cause: "it is the router's public address, another computer's, or one that this computer had before",
                next: [
                    .run(
                        "sockeye serve \(evidence.typed("*:\(port)"))",
                        "to listen on all addresses of this computer, whatever they are"
                    ),
                    "for clients from outside: forward the port in the router to this computer",
                ]
            )
        case .invalidArgument where binding.address.isLinkLocal: return zoneMissing(binding, evidence, seen)
        case .permissionDenied, .notPermitted:
            return Finding(
                "forbidden-here",
                "this computer forbids it",
                evidence: seen,
                cause: "a security policy: a sandbox, SELinux, or a container without the right",
                next: [.run("sudo dmesg | tail", "to see what a policy refused"), "another port"]
            )
        default:
            return Finding(
                "other-error",
                .problem,
                .possible,
                "the system answers: \(errno)",
                evidence: seen,
                cause: "sockeye has no explanation for this answer here",
                next: [.run("sockeye explain '\(errno)'", "to see what is known of that answer")]
            )
        }
    }

    /// Four of the five cases in which an address is taken; the fifth, a client that closed first, leaves nothing behind.
    private static func inUse(_ binding: ListenEvidence.Binding, _ evidence: ListenEvidence, _ seen: [String])
        -> Finding
    {
        let rows = evidence.rows
        if let listener = rows.first(where: { $0.state == .listen }) { return liveListener(listener, evidence, seen) }
        let fading = rows.filter { $0.state == .timeWait }
        if !fading.isEmpty, fading.count == rows.count {
            let seconds = Int((fading.map(\.secondsLeft).max() ?? 0).rounded(.up))
            return Finding(
                "time-wait-blocks",
                "nobody listens there: connections of an earlier server fade away, for \(Words.count(seconds, "more second"))",
                evidence: seen + [
                    "\(fading.count) in TIME_WAIT on port \(evidence.port), the last one for \(seconds) s"
                ],
                cause:
                    "the earlier server closed first, and had not set SO_REUSEADDR: what it left behind can only be waited for",
                next: [
                    "wait \(Words.count(seconds, "second")) now, then start it again",
                    "set SO_REUSEADDR before bind in your server, so that it does not happen the next time",
                ]
            )
        }
        if let row = rows.first(where: { $0.state != .timeWait }) {
            return connectionsLeft(row, evidence, seen, .problem)
        }
        return boundNotListening(evidence, seen, .problem)
    }

    private static func boundNotListening(_ evidence: ListenEvidence, _ seen: [String], _ severity: Finding.Severity)
        -> Finding
    {
        let state = evidence.state
        return Finding(
            "bound-not-listening",
            severity,
            .likely,
            "a socket holds port \(evidence.port) without listening on it"
                + (severity == .note ? ": servers that set SO_REUSEADDR can have it all the same" : ""),
            evidence: seen + [
                "the kernel's list of TCP sockets has none with that port, and it lists no such sockets"
            ],
            cause:
                "a program has called bind and not (or not yet) listen, as one that forgot it, or failed between the two",
            next: [
                .run(
                    "\(state.isRoot ? "" : "sudo ")lsof -nP | grep 'protocol: TCP'",
                    "to see the programs that have such a socket (ss and netstat do not show it)"
                ),
                "call listen after bind in your server, and end the copy of it that still runs in another terminal",
                .run("sockeye serve \(evidence.typed(port: other(evidence.port)))", "for another port"),
            ]
        )
    }

    private static func connectionsLeft(
        _ row: SocketRow,
        _ evidence: ListenEvidence,
        _ seen: [String],
        _ severity: Finding.Severity
    ) -> Finding {
        let seen = seen + ["\(row.local) to \(row.remote) is in state \(words(row.state))"]
        // Binding fails with the flag too where the earlier server had not set it.
        let remedy: NextStep =
            severity == .note
            ? "set SO_REUSEADDR before bind: then it does not matter"
            : "set SO_REUSEADDR before bind in your server, so that it does not happen the next time"
        if row.inode == "0" { return undelivered(seen, severity, remedy, evidence) }
        let program = evidence.state.program(of: row)
        return Finding(
            "connections-left",
            severity,
            .certain,
            "nobody listens there, but a connection on port \(evidence.port) is still open"
                + (program.map { ": \($0) has it" } ?? ""),
            evidence: seen,
            cause:
                "the server ended, and a child of it (or a client that was given this port) lives on with a connection",
            next: [
                program.map { .run("kill \($0.id)", "to end \($0.name)") }
                    ?? .run("sudo ss -tnp 'sport = :\(evidence.port)'", "to see which program"),
                remedy,
            ]
        )
    }

    /// No program has the socket any more, and the kernel has not brought all of it to the other side.
    private static func undelivered(
        _ seen: [String],
        _ severity: Finding.Severity,
        _ remedy: NextStep,
        _ evidence: ListenEvidence
    ) -> Finding {
        Finding(
            "connections-left",
            severity,
            .certain,
            "nobody listens there, but the kernel has not done with a connection on port \(evidence.port)",
            evidence: seen + ["no program has that connection any more"],
            cause: """
                the server has ended, and what it sent at last is still on its way: to a client that does not read it, has gone without \
                a word, or cannot be reached; the kernel gives up after some minutes
                """,
            next: [
                "end the client, if you can: what it was sent is thrown away then",
                .run(
                    "ss -tno 'sport = :\(evidence.port)'",
                    "to see what is still to be sent (Send-Q), and when it is tried again"
                ),
                remedy,
            ]
        )
    }

    /// Binding works with the flag and fails without it: servers that do not set it are held up.
    private static func onlyWithReuse(_ binding: ListenEvidence.Binding, _ evidence: ListenEvidence) -> Finding {
        let seen = ["without SO_REUSEADDR: \(Errno.addressInUse); with it: free"]
        let fading = evidence.rows.filter { $0.state == .timeWait }
        if let row = evidence.rows.first(where: { $0.state != .timeWait && $0.state != .listen }) {
            return connectionsLeft(row, evidence, seen, .note)
        }
        if fading.isEmpty { return boundNotListening(evidence, seen, .note) }
        let seconds = Int((fading.map(\.secondsLeft).max() ?? 0).rounded(.up))
        return Finding(
            "time-wait",
            .note,
            .certain,
            "free for servers that set SO_REUSEADDR; the others have to wait \(Words.count(seconds, "second"))",
            evidence: seen + ["in TIME_WAIT: \(Words.count(fading.count, "connection")) of an earlier server"],
            cause:
                "the earlier server closed first; the kernel keeps its side for a minute, so that late packets find it",
            next: ["set SO_REUSEADDR before bind (in Python: s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1))"]
        )
    }

    private static func canListen(_ binding: ListenEvidence.Binding, _ evidence: ListenEvidence) -> Finding {
        let isDatagram = evidence.kind == .datagram
        if evidence.port == 0 { return canListenSomewhere(binding, evidence) }
        return Finding(
            "can-listen",
            .works,
            .certain,
            "a \(isDatagram ? "program can take datagrams" : "server can listen") on \(binding.address)",
            evidence: ["bind \(binding.address)\(isDatagram ? " for UDP" : ""): done"],
            cause: "the address is this computer's, the port is free, and nothing forbids it",
            next: [.run("sockeye serve \(evidence.typed(evidence.target))", "to start one there")]
        )
    }

    private static func canListenSomewhere(_ binding: ListenEvidence.Binding, _ evidence: ListenEvidence) -> Finding {
        Finding(
            "can-listen",
            .works,
            .certain,
            "port 0 is any port that is free: the system chooses another one each time",
            evidence: ["bind \(binding.address): done"],
            cause: "clients have to know the port, so a server that others look for has one of its own",
            next: [.run("sockeye doctor --listen \(evidence.typed(port: 1337))", "to look at a port of your choice")]
        )
    }

    private static func zoneMissing(
        _ binding: ListenEvidence.Binding,
        _ evidence: ListenEvidence,
        _ seen: [String]
    ) -> Finding {
        Finding(
            "zone-missing",
            "\(binding.address.host) exists on every link: the interface has to be named",
            evidence: seen,
            cause: "addresses that begin with fe80 are valid on one link only, that of one network interface",
            next: [
                .run(
                    "sockeye serve \(evidence.typed("*:\(evidence.port)"))",
                    "to listen on all addresses of this computer"
                ),
                .run("ip -brief address", "to see the interfaces, one of which goes behind the address: %eth0"),
            ]
        )
    }

    static func other(_ port: UInt16) -> UInt16 { port == .max ? port - 1 : port + 1 }

    private static func words(_ state: SocketRow.State) -> String {
        switch state {
        case .established: "ESTABLISHED"
        case .synSent: "SYN_SENT"
        case .synReceived: "SYN_RECV"
        case .finWait1: "FIN_WAIT1"
        case .finWait2: "FIN_WAIT2"
        case .timeWait: "TIME_WAIT"
        case .closed: "CLOSE"
        case .closeWait: "CLOSE_WAIT"
        case .lastAck: "LAST_ACK"
        case .listen: "LISTEN"
        case .closing: "CLOSING"
        }
    }
}
