import Sockeye
import SockeyeSystem

/// A relay whose target is the relay itself: each client would make it connect to itself, and that to itself, until no
/// descriptor is left.
enum RelayLoop {
    /// 1 s for looking up a name, which is asked only if the ports are the same.
    private static let patience = Duration.seconds(1)

    /// Refuses a target that leads back, as far as it can be known before any connection.
    static func check(listen: TypedAddress, target: TypedAddress) async throws(Failure) {
        guard listen.endpoint.port == target.endpoint.port, listen.endpoint.port != 0 else { return }
        try check(await addresses(of: listen), listen: listen, target: target, await addresses(of: target))
    }

    /// The same once the kernel has chosen the port.
    static func check(bound: SocketAddress, listen: TypedAddress, target: TypedAddress) async throws(Failure) {
        guard listen.endpoint.port == 0, bound.port == target.endpoint.port else { return }
        try check([bound], listen: listen, target: target, await addresses(of: target))
    }

    private static func check(
        _ bound: [SocketAddress],
        listen: TypedAddress,
        target: TypedAddress,
        _ targets: [SocketAddress]
    ) throws(Failure) {
        let own = InterfaceAddress.all().map(\.address)
        let back = targets.filter { target in bound.contains { leads(target, backTo: $0, own: own) } }
        guard !back.isEmpty else { return }
        throw failure(listen: listen, target: target, others: targets.filter { !back.contains($0) })
    }

    /// None for a name that is not known: that is told when somebody is to be connected to.
    private static func addresses(of typed: TypedAddress) async -> [SocketAddress] {
        var resolver = Resolver.system
        resolver.timeLimit = patience
        return (try? await resolver.addresses(of: typed.endpoint)) ?? []
    }

    /// Whether who connects to `target` comes to who listens at `listen`.
    ///
    /// - Parameter own: The addresses of this computer.
    static func leads(_ target: SocketAddress, backTo listen: SocketAddress, own: [SocketAddress]) -> Bool {
        guard target.family != .unix, listen.family != .unix else { return target == listen }
        guard target.port == listen.port else { return false }
        let (to, from) = (target.unmapped, listen.unmapped)
        // An IPv6 socket for every address takes IPv4 clients, too.
        guard to.family == from.family || (from.isAny && from.family == .ipv6) else { return false }
        if from.isAny { return to.isAny || to.isLoopback || own.contains { $0.with(port: 0) == to.with(port: 0) } }
        // To connect to no address in particular is to connect to this computer.
        return to == from || (to.isAny && from.isLoopback)
    }

    private static func failure(listen: TypedAddress, target: TypedAddress, others: [SocketAddress]) -> Failure {
        let prefix = listen.kind == .datagram ? "udp:" : ""
        var next: [String] = []
        if let port = listen.endpoint.port {
            let other = port == .max ? port - 1 : port + 1
            next = others.map { address in
                let listen = Failure.quoted(listen.text)
                return "sockeye relay \(listen) \(Failure.quoted("\(prefix)\(address)"))   for a server at that address"
            }
            let host = listen.text.dropLast(String(port).count)
            next.append(
                "sockeye relay \(Failure.quoted("\(host)\(other)")) \(Failure.quoted(target.text))   and let the client connect to port "
                    + "\(other) instead"
            )
        } else {
            next = ["sockeye relay \(Failure.quoted(listen.text + ".relay")) \(Failure.quoted(target.text))"]
        }
        return Failure(
            attempted: "relay from \(SafeText.line(listen.text)) to \(SafeText.line(target.text))",
            happened: "what is sent to the target comes back to the relay: it would talk to itself",
            cause: "both are the same place: the server keeps its address, and the relay needs another one",
            next: next,
            status: Failure.wrongUsage
        )
    }
}

extension SocketAddress {
    /// The IPv4 address that an IPv6 address holds, where it does: the same computer, and another notation.
    fileprivate var unmapped: SocketAddress {
        guard case .ipv6(let ip, let port, _, _) = kind, let ipv4 = ip.mappedIPv4 else { return self }
        return .ipv4(ipv4, port: port)
    }
}
