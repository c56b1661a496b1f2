import Sockeye

/// Advice for whoever connects.
extension Advice {
    static func refused(_ at: Situation) -> Advice {
        if at.facts.isNoSocket { return noSocket(at) }
        if at.remote?.family == .unix {
            guard let path = at.unixPath else {
                return Advice(
                    "no program listens at that name",
                    ["sockeye serve \(at.typed)", "ss -lxp   lists who listens"]
                )
            }
            return Advice(
                "the socket is there, but the server that made it has ended",
                ["rm \(Failure.quoted(path)) && sockeye serve \(at.typed)"]
            )
        }
        if at.port == 0 {
            return Advice(
                "port 0 cannot be connected to: in a server it means any port that is free",
                ["use the port that the server says it listens on"]
            )
        }
        if case .any = at.endpoint.kind {
            return Advice(
                "* is where a server listens; a client connects to one computer",
                ["sockeye \(at.command) localhost:\(at.port)"]
            )
        }
        if let other = at.facts.elsewhere {
            return Advice(
                "\(other.who) listens on port \(at.port), but at \(other.place) only, and not at \(at.address)",
                [
                    "sockeye connect \(Failure.quoted("\(other.reachable)"))   goes to where it listens",
                    "sockeye doctor \(at.typed)   looks for the evidence",
                ]
            )
        }
        if at.isHere {
            return Advice(
                "no program on this computer listens on port \(at.port): the server is not started, or on another port",
                [
                    "sockeye serve \(at.echo)\(Failure.quoted(at.ownAddress))   starts a server, in another terminal",
                    "ss -ltn   lists who listens",
                ]
            )
        }
        return Advice(
            "\(at.host) is there, but nothing listens on port \(at.port), or only for itself, or a firewall says no",
            [
                "ss -ltn 'sport = :\(at.port)'   on \(at.host): 127.0.0.1 there means that others are not let in",
                "sockeye serve '*:\(at.port)'   on \(at.host): a server that others can reach",
            ]
        )
    }

    /// A file or a folder of somebody else: nothing here ever advises to remove it.
    static func noSocket(_ at: Situation) -> Advice {
        let path = at.unixPath ?? "that"
        return Advice(
            "\(path) is there, but it is a file or a folder and no socket",
            ["sockeye \(at.command) unix:\(path).sock"]
        )
    }

    static func nameNotFound(_ at: Situation) -> Advice {
        if let path = at.unixPath {
            return at.error.operation == .bind
                ? Advice("the folder of \(path) does not exist", ["mkdir -p \(Failure.quoted(folder(of: path)))"])
                : Advice(
                    "no server has made this socket: it is not started, or uses another path",
                    ["sockeye serve \(at.typed)   starts a server, in another terminal", "ss -lx   lists Unix sockets"]
                )
        }
        return Advice(
            "the name is misspelt, or only known inside another network",
            [
                "getent hosts \(Failure.quoted(at.host))   asks for it again",
                "write its address instead, as in 192.0.2.7:\(at.port)",
            ]
        )
    }

    static func nameServiceUnavailable(_ at: Situation) -> Advice {
        Advice(
            "the name servers cannot be asked: no network, or /etc/resolv.conf names the wrong ones",
            [
                "getent hosts \(Failure.quoted(at.host))   asks again",
                "sockeye \(at.command) 127.0.0.1:\(at.port)   needs no name",
            ]
        )
    }

    static func unreachable(_ at: Situation) -> Advice {
        if at.remote?.isMulticast == true {
            return Advice(
                "\(at.address) is a group of computers, and a connection goes to one",
                ["sockeye \(at.command) 127.0.0.1:\(at.port)   takes an address of one computer"]
            )
        }
        let look = "ip route get \(at.address)   says which way packets would go"
        if at.error.errno == .hostUnreachable {
            return Advice(
                "the network is there, but no computer answers at \(at.address): it is off, or a firewall says no",
                ["ping -c 3 \(at.host)", look]
            )
        }
        let isIPv6 = at.remote?.family == .ipv6
        return Advice(
            isIPv6
                ? "this computer has no way to that IPv6 address: many networks offer IPv4 only"
                : "this computer has no way to that address: it is offline, or the address is of another network",
            [look, "ip \(isIPv6 ? "-6 " : "")route   lists the ways; 'default' leads to the internet"]
        )
    }

    static func timedOut(_ at: Situation) -> Advice {
        let isConnecting = at.error.operation == .connect
        if isConnecting, at.isHere || at.facts.isOwnAddress { return silentHere(at) }
        return Advice(
            isConnecting
                ? "nothing answered: the computer is off, the address is wrong, or a firewall drops what is sent there"
                : "\(at.address) has stopped answering: it is off, or the network between has failed",
            ["ping -c 3 \(at.host)", "sockeye \(at.explaining) \(at.typed) --explain   shows where it waits"]
        )
    }

    /// This computer is there, and its address is right: neither is to be doubted.
    private static func silentHere(_ at: Situation) -> Advice {
        if at.remote?.family == .unix {
            return Advice(
                "the program there does not accept: its queue of clients is full",
                ["ss -lx   has those that wait in the third column"]
            )
        }
        return Advice(
            "the program there does not accept, and its queue of clients is full; or a firewall of this computer drops what "
                + "is sent there",
            [
                "sockeye doctor \(Failure.quoted(at.remote.map { "\($0)" } ?? at.endpoint.description))   looks for the evidence",
                "ss -ltn 'sport = :\(at.port)'   shows its queue: Recv-Q of Send-Q",
            ]
        )
    }

    static func reset(_ at: Situation) -> Advice {
        if at.error.operation == .connect {
            return Advice(
                "somebody listens there, and turns this client away: a server's --deny or limit, a firewall, or a program that crashed",
                [
                    "look at what the server printed last",
                    "sockeye connect \(Failure.quoted(at.remote.map { "\($0)" } ?? at.endpoint.description)) --explain   tries that address alone",
                ]
            )
        }
        return Advice(
            "the program at the other end crashed, was killed, or closed without reading all that was sent to it",
            [
                "look at what the other program printed last",
                "sockeye \(at.explaining) \(at.typed) --explain   shows how far the conversation came",
            ]
        )
    }

    private static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
