import SockeyeSystem

/// What this computer has for sockets: addresses, listeners, limits. A pure function of its state.
package enum ComputerVerdict {
    package static func findings(_ state: ComputerState) -> [Finding] {
        [wayOut(state), addresses(state), listeners(state), limits(state)].compactMap(\.self)
    }

    private static func wayOut(_ state: ComputerState) -> Finding {
        let defaults = state.routes.filter { $0.isDefault && !$0.isForbidden && $0.interface != "lo" }
        guard let route = defaults.first(where: { $0.gateway != nil }) ?? defaults.first else {
            let isAlone = state.ownNetworks.isEmpty
            return Finding(
                isAlone ? "no-network" : "no-way-out",
                isAlone ? .problem : .note,
                .certain,
                isAlone ? "this computer is in no network" : "there is no way out of the local network",
                evidence: ["the table of routes has no default line"],
                cause: isAlone
                    ? "Wi-Fi or cable is off, or no router has given this computer an address"
                    : "no router is set",
                next: [
                    .run("ip -brief address", "to see the interfaces"), .run("ip route", "to see the routes"),
                ]
            )
        }
        let line = "default route: \(route.gateway.map { "router \($0.host) on " } ?? "")\(route.interface)"
        if state.unplugged.contains(route.interface) {
            return Finding(
                "no-link",
                "\(route.interface), by which this computer reaches others, has no connection",
                evidence: [
                    line, "the kernel says that \(route.interface) has no carrier (no signal from the other end)",
                ],
                cause: "the cable is out or its other end switched off, or the Wi-Fi is not connected",
                next: [.run("ip -brief link", "to see the interfaces: NO-CARRIER or DOWN is one without a connection")]
            )
        }
        if let gateway = route.gateway, state.neighbour(gateway) == .silent {
            return Finding(
                "router-silent",
                "the router \(gateway.host) does not answer",
                evidence: [line, "asked for \(gateway.host) on \(route.interface): nobody answered"],
                cause:
                    "the Wi-Fi or cable has no connection, the router is off, or its address has changed",
                next: [
                    .run("ip neighbour", "to see who has answered"),
                    "switch Wi-Fi off and on, or renew the address (DHCP)",
                ]
            )
        }
        let families = Set(defaults.map(\.network.family))
        return Finding(
            "way-out",
            .works,
            .certain,
            "this computer has a way out" + (families == [.ipv4] ? ", over IPv4 only" : ""),
            evidence: [line],
            cause: "the router was told by the network (DHCP), or set by hand",
            next: ["sockeye doctor with HOST:PORT behind it tries the way to another computer to its end"]
        )
    }

    private static func addresses(_ state: ComputerState) -> Finding {
        Finding(
            "addresses",
            .note,
            .certain,
            "the addresses of this computer, and what each is for",
            evidence: state.interfaces.map {
                "\($0.address.host) (\($0.interface)): \(AddressPurpose.words($0))"
            },
            cause:
                "a server that listens on one of them takes clients that come there; 0.0.0.0 and :: take all",
            next: [
                .run("sockeye doctor --listen '*:1337'", "to see which line to give to the other computer")
            ]
        )
    }

    /// 20: a screen.
    private static let shownListeners = 20

    private static func listeners(_ state: ComputerState) -> Finding {
        let rows = state.listeners.sorted {
            ($0.local.port ?? 0, $0.local.description) < ($1.local.port ?? 0, $1.local.description)
        }
        let lines = rows.map { row -> String in
            let reach =
                row.local.isLoopback
                ? "this computer only" : row.local.isAny ? "every network" : "clients of that address"
            let waiting = row.waiting > 0 ? ", \(Words.waitingClients(row.waiting)) to be accepted" : ""
            return
                "\(row.local): \(state.program(of: row)?.description ?? "a program of another user"), \(reach)\(waiting)"
        }
        let more = lines.count - shownListeners
        return Finding(
            "listeners",
            .note,
            .certain,
            rows.isEmpty ? "no program listens" : "\(rows.count) listeners, and who reaches them",
            evidence: (lines.isEmpty
                ? ["the kernel's list of listeners is empty"] : Array(lines.prefix(shownListeners)))
                + (more > 0 ? ["and \(more) more"] : []),
            cause:
                "every server has one listener for each address; those for every network are reached from outside unless a firewall objects",
            next: [
                state.isRoot
                    ? .run("ss -ltnp", "to see them with all their numbers")
                    : .run("sudo ss -ltnp", "to see the programs of other users too")
            ]
        )
    }

    private static func limits(_ state: ComputerState) -> Finding {
        var lines: [String] = []
        if let files = state.openFiles {
            lines.append(
                "open files: \(files), so one server process holds about \(max(files - 10, 0)) clients at once"
            )
        }
        if let queue = state.longestQueue {
            lines.append("queue of a listener: at most \(queue) clients that are connected and not yet accepted")
        }
        if let ports = state.clientPorts {
            lines.append(
                "ports for clients: \(ports.lowerBound) to \(ports.upperBound), so \(ports.count) connections at once from here to one server's port"
            )
        }
        lines.append("ports for everyone begin at \(state.firstFreePort); those below are for the administrator")
        return Finding(
            "limits",
            .note,
            .certain,
            "the limits, counted in clients",
            evidence: lines,
            cause: """
                the 5 or 128 in listen(5) or listen(128) is the queue of clients not yet accepted, not a limit of clients; \
                nor do 65,535 ports limit a server: all its clients come to the same one
                """,
            next: [
                .run(
                    "ulimit -n 65536",
                    "to raise the limit of open files for what is started from this shell"
                )
            ]
        )
    }
}
