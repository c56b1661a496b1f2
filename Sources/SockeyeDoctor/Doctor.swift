package import SockeyeSystem

/// Finds out why a connection cannot be made or a server not be reached: gathers the evidence with its probes, and leaves the
/// verdict to the pure functions ``ConnectVerdict``, ``ListenVerdict`` and ``ComputerVerdict``.
///
///     let report = await Doctor().connect(to: "example.org:1337")
///     for finding in report.findings { print(finding.what) }
///
/// **Cancellation.** A probe that runs goes on to its own time limit, a few seconds, and its answer is dropped.
package struct Doctor: Sendable {
    let probes: any Probes
    let limits: Limits
    let progress: Progress

    /// Is told what is waited for, each time that it is something else.
    package typealias Progress = @Sendable (String) -> Void

    /// How long the doctor waits for what.
    package struct Limits: Sendable {
        /// For an answer to a request to connect. 4 s: three of the kernel's attempts, and longer than the 3 s that it
        /// takes to find out that a neighbour is not there.
        package var connect = Duration.seconds(4)
        /// For what a server says by itself, and for it to accept.
        package var watch = Duration.milliseconds(700)
        /// For an answer to a datagram. 3.6 s: a little longer than it takes to find out that a neighbour is not there.
        package var datagram = Duration.milliseconds(3600)
        /// For other ports of a computer that did not answer.
        package var otherPorts = Duration.milliseconds(1500)
        /// For a router to answer. Less than the second after which the kernel sends a request to connect again.
        package var nudge = Duration.milliseconds(700)
        /// Between two questions to a witness.
        package var betweenQuestions = Duration.milliseconds(400)

        package init() {}
    }

    package init(
        probes: any Probes = SystemProbes(),
        limits: Limits = Limits(),
        progress: @escaping Progress = { _ in }
    ) {
        self.probes = probes
        self.limits = limits
        self.progress = progress
    }

    /// How often it is made sure that nobody answers for an address of the own network. 3: on a line that loses two packets of
    /// five in each direction all of the kernel's questions get lost once in two hundred times then. The first round is enough
    /// where a ``Witness`` shows that the line loses nothing.
    static let rounds = 3

    // MARK: Listening

    /// - Parameter kind: `.stream` for a server of TCP, `.datagram` for a program that takes datagrams.
    package func listen(on endpoint: Endpoint, kind: SocketKind = .stream) async -> Report {
        let found: LookUp
        if case .any(let port) = endpoint.kind {
            found = LookUp([.ipv6(.any, port: port), .ipv4(.any, port: port)])
        } else if case .loopback(let port) = endpoint.kind {
            found = LookUp([.ipv4(.loopback, port: port)])
        } else {
            found = await probes.lookUp(endpoint)
        }
        var evidence = ListenEvidence(target: endpoint.description, port: endpoint.port ?? 0, lookUp: found)
        evidence.kind = kind
        for address in found.addresses {
            let plain = await probes.bind(to: address, kind: kind, reuse: .off)
            let reusing = await probes.bind(to: address, kind: kind, reuse: .on)
            evidence.binding = ListenEvidence.Binding(address, plain: plain, reusing: reusing)
            // A computer without IPv6 listens on IPv4.
            guard reusing == .addressFamilyNotSupported || (address.isAny && reusing == .addressNotAvailable) else {
                break
            }
        }
        if let binding = evidence.binding, binding.address.isAny, binding.address.family == .ipv6,
            binding.plain == .addressInUse
        {
            // Who has the port for IPv6 and for IPv4 would be in the way of this.
            let free = await probes.bind(to: .ipv4(.any, port: evidence.port), kind: kind, reuse: .off) == nil
            evidence.isFreeForIPv4 = free
        }
        evidence.state = await probes.state()
        progress("reading the rules of the firewall")
        evidence.firewall = await probes.firewall()
        evidence.firewall.interfaces = outerInterfaces(evidence.state)
        let attempted = "\(kind == .datagram ? "take datagrams" : "listen") on \(evidence.place)"
        return Report(attempted: attempted, findings: ListenVerdict.findings(evidence))
    }

    /// Those by which clients on other computers come.
    private func outerInterfaces(_ state: ComputerState) -> [String] {
        let outer = state.interfaces.filter { ![.thisComputer, .containers].contains(AddressPurpose(of: $0)) }
        return Set(outer.map(\.interface)).sorted()
    }

    // MARK: This computer

    /// 12 of 0.7 s: the kernel asks for a neighbour three times, a second apart, and begins again when it is asked to.
    private static let routerQuestions = 12

    package func computer() async -> Report {
        var state = await probes.state()
        if let router = state.routes.first(where: { $0.isDefault && !$0.isForbidden })?.gateway {
            progress("asking whether the router \(router.host) is there")
            // A question on its way, or one that got lost, looks like a router that is silent.
            for _ in 0..<Self.routerQuestions {
                _ = await probes.nudge(router, hops: nil, within: limits.nudge)
                state = await probes.state()
                guard state.neighbour(router) == .silent, !state.isUnplugged(router) else { break }
            }
        }
        return Report(attempted: "look at this computer", findings: ComputerVerdict.findings(state))
    }
}

extension Endpoint {
    /// The name that is to be looked up, where the endpoint has one.
    var name: String? {
        guard case .host(let name, _) = kind else { return nil }
        return name
    }
}
