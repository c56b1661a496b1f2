import Sockeye
import SockeyeSystem

/// Advice for whoever listens.
extension Advice {
    static func addressInUse(_ at: Situation) -> Advice {
        if let path = at.unixPath { return unixPathInUse(path, at) }
        let command =
            at.command == "serve"
            ? CommandAgain.serving(at.endpoint.description, now: otherPort(at), CommandLine.arguments)
            : "the same command with \(otherPort(at)) instead"
        let other = "\(command)   takes another port"
        switch at.facts.holder {
        case .program(_, Int(ThisProcess.id)):
            return Advice(
                "this command itself listens there already: the address is given twice, or one of them contains the other",
                ["the same command with each address once", other]
            )
        case .program(let name, let id):
            return Advice(
                "\(name) (process \(id)) already listens on port \(at.port)",
                ["kill \(id)   ends \(name)", other]
            )
        case .unknownProgram:
            return Advice(
                "a program of another user, or in another container, already listens on port \(at.port)",
                ["sudo ss -ltnp 'sport = :\(at.port)'   says which one", other]
            )
        case .timeWait:
            return Advice(
                "nobody listens there: connections of an earlier server fade away for up to a minute (TIME_WAIT)",
                ["the same command in a minute", other]
            )
        case .connections:
            return Advice(
                "nobody listens there, but a program still has connections on port \(at.port)",
                ["sudo ss -tnp 'sport = :\(at.port)'   says which one", other]
            )
        case .nobody, nil:
            return Advice(
                "another program already uses port \(at.port), and the kernel does not say which",
                ["sudo ss -tanp 'sport = :\(at.port)'   says which one", other]
            )
        }
    }

    private static func unixPathInUse(_ path: String, _ at: Situation) -> Advice {
        if at.facts.isNoSocket { return noSocket(at) }
        let remove = "rm \(Failure.quoted(path)) && sockeye serve \(at.typed)"
        return switch at.facts.holder {
        case .program(let name, let id):
            Advice(
                "\(name) (process \(id)) already listens there",
                ["kill \(id)   ends \(name)", "sockeye serve unix:\(path)2"]
            )
        case .nobody:
            Advice("an earlier server ended and left its file behind; no program uses it", [remove])
        default:
            at.error.detail?.contains("server runs there") == true
                ? Advice(
                    "another server is alive there, and the kernel does not say which",
                    ["sudo ss -lxp   lists Unix sockets and whose they are", "sockeye serve unix:\(path)2"]
                )
                : Advice(
                    "a file is there already: of a server that listens, or of one that has ended",
                    ["ss -lxp", remove]
                )
        }
    }

    /// One that is free, as far as anybody has looked, or else the next one.
    private static func otherPort(_ at: Situation) -> String {
        let port = at.facts.freePort ?? (at.port == .max ? at.port - 1 : at.port + 1)
        switch at.endpoint.kind {
        case .any: return "'*:\(port)'"
        case .host(let name, _): return Failure.quoted("\(name):\(port)")
        case .address(let address): return Failure.quoted(address.with(port: port)?.description ?? String(port))
        default: return String(port)
        }
    }

    static func permissionDenied(_ at: Situation) -> Advice {
        if let path = at.unixPath {
            return Advice(
                "your user may not use \(path), or the folder it is in",
                ["ls -ld \(Failure.quoted(path)) .   shows who may"]
                    + (at.error.operation == .bind ? ["sockeye serve \(inTemporaryFolder(path))"] : [])
            )
        }
        if at.error.operation == .bind, at.port < at.facts.firstFreePort {
            let free = at.port < 1000 ? at.port + 8000 : at.facts.firstFreePort
            return Advice(
                "ports below \(at.facts.firstFreePort) are for the administrator (net.ipv4.ip_unprivileged_port_start)",
                [
                    "sockeye serve \(free)   takes a port that is free for everyone",
                    "sudo sysctl net.ipv4.ip_unprivileged_port_start=\(at.port)   opens them to every program, until the next start",
                ]
            )
        }
        return Advice(
            "a firewall or a security policy of this computer forbids it",
            ["sudo nft list ruleset   shows the firewall", "sudo dmesg | tail   shows what a policy refused"]
        )
    }

    /// A folder in which everybody may make files.
    private static func inTemporaryFolder(_ path: String) -> String {
        let name = path.split(separator: "/").last.map(String.init) ?? "x.sock"
        return Failure.quoted("unix:/tmp/" + (path == "/tmp/\(name)" ? "my-\(name)" : name))
    }

    static func addressNotAvailable(_ at: Situation) -> Advice {
        let own = at.facts.ownAddresses.prefix(3).joined(separator: ", ")
        guard at.error.operation == .bind else {
            return Advice(
                "this computer has no address or no port left to connect from",
                ["ss -s   counts the sockets that are open", "ip address   lists the addresses of this computer"]
            )
        }
        return Advice(
            "a server listens on addresses of its own computer" + (own.isEmpty ? "" : ", and here those are \(own)"),
            [
                "sockeye serve '*:\(at.port)'   listens on all of them",
                "sockeye serve \(at.port)   listens for this computer only",
            ]
        )
    }
}
