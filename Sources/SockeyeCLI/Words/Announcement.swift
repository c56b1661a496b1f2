import Sockeye
import SockeyeSystem

/// What a server says when it is ready: where it listens, who can reach it there, and how to let others in.
struct Announcement {
    let lines: [String]

    /// - Parameters:
    ///   - family: What `-4` and `-6` say.
    ///   - place: Whether it is one of several.
    ///   - options: Who is let in.
    init(
        of address: SocketAddress,
        _ typed: TypedAddress,
        _ family: FamilyPreference = .any,
        isQuiet: Bool,
        place: Place = .only,
        _ options: ServeOptions = ServeOptions()
    ) {
        // A wildcard of IPv6 that is no * takes IPv6 alone.
        var takesIPv4 = false
        if case .any = typed.endpoint.kind { takesIPv4 = family.family != .ipv6 }
        let interfaces = address.isAny ? InterfaceAddress.reachable() : []
        self.init(
            of: address,
            isQuiet: isQuiet,
            interfaces: interfaces,
            kind: typed.kind,
            place: place,
            takesIPv4: takesIPv4,
            typed: typed.text,
            options
        )
    }

    /// Among the addresses of one server.
    enum Place {
        case only
        case earlier
        case last
    }

    /// - Parameters:
    ///   - interfaces: The addresses of this computer that others can reach.
    ///   - takesIPv4: Whether a wildcard of IPv6 takes clients over IPv4 too.
    ///   - typed: The address as it was typed.
    ///   - options: Who is let in: nobody is sent where he is turned away.
    init(
        of address: SocketAddress,
        isQuiet: Bool,
        interfaces: [InterfaceAddress],
        kind: SocketKind = .stream,
        place: Place = .only,
        takesIPv4: Bool = true,
        typed: String = "",
        _ options: ServeOptions = ServeOptions()
    ) {
        let udp = kind == .datagram && address.family != .unix ? "udp:" : ""
        let shown = TypedAddress.text(for: address, kind)
        // The first line always: with port 0 nothing else tells the port.
        var lines = ["Listening on \(shown)"]
        let port = address.port ?? 0
        if isQuiet {
            // Nothing more was asked for.
        } else if address.family == .unix {
            lines.append("Only programs on this computer can reach it: sockeye connect \(Failure.quoted(shown))")
        } else if address.isLoopback, !options.admits(address) {
            lines.append("Nobody reaches it: only this computer could, and --allow and --deny keep it out.")
        } else if address.isLoopback {
            lines.append(
                "Only this computer can reach it: sockeye connect \(Failure.quoted(udp + Self.local(address, port)))"
            )
            // A server with several addresses would lose the others with it.
            if place == .only {
                let again = CommandAgain.serving(typed, now: "'\(udp)*:\(port)'", CommandLine.arguments)
                lines.append("To let other computers in: \(again)")
            }
        } else if address.isAny {
            let isBoth = address.family == .ipv6 && takesIPv4
            let reachable = interfaces.filter { isBoth || $0.address.family == address.family }
            let admitted = reachable.filter { options.admits($0.address) }
            for one in admitted {
                let other = Failure.quoted(udp + one.endpointText(port: port))
                lines.append("Others reach it with: sockeye connect \(other)   (\(one.interface))")
            }
            if reachable.isEmpty {
                lines.append("Others cannot reach it: this computer has no address in a network.")
            } else if admitted.isEmpty {
                lines.append(Self.otherNetworks)
            }
            // A port alone is an address of IPv4 first, and over UDP of nothing else.
            let isIPv4 = isBoth || address.family == .ipv4
            let own = isIPv4 ? SocketAddress.ipv4(.loopback, port: port) : .ipv6(.loopback, port: port)
            if options.admits(own) {
                let typed = Failure.quoted(udp + (isIPv4 ? String(port) : own.description))
                lines.append("This computer reaches it with: sockeye connect \(typed)")
            }
        } else if case .ipv6(let ip, _, let zone, _) = address.kind, zone != 0 {
            let other = "'\(udp)[\(ip)%eth0]:\(port)'"
            lines.append("Others on this network segment reach it with: sockeye connect \(other)   (their interface)")
        } else if !options.admits(address) {
            lines.append(Self.otherNetworks)
        } else {
            lines.append("Others reach it with: sockeye connect \(Failure.quoted(shown))")
        }
        if !isQuiet, place != .earlier { lines.append("Ctrl-C ends it.") }
        self.lines = lines
    }

    /// A client has mostly an address of the network in which it reaches this computer; a router may bring others.
    private static let otherNetworks =
        "--allow and --deny keep out the networks in which this computer is; clients of other networks may reach it."

    /// The shortest form that leads there.
    private static func local(_ address: SocketAddress, _ port: UInt16) -> String {
        address == .ipv4(.loopback, port: port) ? String(port) : address.description
    }

    func say() {
        for line in lines { Console.say(line) }
    }
}
