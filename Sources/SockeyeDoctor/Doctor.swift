package import SockeyeSystem

/// Finds out why a connection cannot be made or a server not be reached: gathers the evidence with its probes, and leaves the
/// verdict to the pure functions ``ConnectVerdict``, ``ListenVerdict`` and ``ComputerVerdict``.
///
///     let report = await Doctor().connect(to: "example.org:1337")
///     for finding in report.findings { print(finding.what) }
///
/// **Cancellation.** A probe that runs goes on to its own time limit, a few seconds, and its answer is dropped.
package struct Doctor: Sendable {
    private let probes: any Probes
    private let limits: Limits

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
        /// For a router to answer.
        package var nudge = Duration.milliseconds(700)

        package init() {}
    }

    package init(probes: any Probes = SystemProbes(), limits: Limits = Limits()) {
        self.probes = probes
        self.limits = limits
    }

    /// Where servers usually are: of those that beginners start, and of those that most computers have.
    private static let usualPorts: [UInt16] = [22, 80, 443, 1337, 3000, 5000, 8000, 8080]

    // MARK: Connecting

    /// What was found out about a connection, and the evidence, for whoever goes on from there.
    package func connect(to endpoint: Endpoint) async -> (report: Report, evidence: ConnectEvidence) {
        let found = await probes.lookUp(endpoint)
        var evidence = ConnectEvidence(
            target: endpoint.description,
            name: endpoint.name,
            port: endpoint.port ?? 0,
            lookUp: found
        )
        // A server for a single client is gone once it has been connected to.
        let before = found.addresses.isEmpty ? ComputerState() : await probes.state()
        evidence.attempts = await attempts(at: found.addresses, limits.connect)
        let silent = evidence.attempts.filter { $0.outcome == .silent }.map(\.address)
        // Three times more for each: on a line that loses every third packet, silence comes by chance once in a thousand.
        evidence.retries = await attempts(at: silent + silent + silent, limits.connect)
        let failed = evidence.attempts.map(\.address).filter { address in
            !(evidence.attempts + evidence.retries).contains { $0.address == address && $0.outcome == .connected }
        }
        evidence.state = await probes.state()
        let isHopeless = failed.count == evidence.attempts.count
        if isHopeless, !failed.isEmpty { await lookAround(failed, &evidence) }
        evidence.compare(with: before)
        var steps = evidence.name == nil ? [] : [Report.Step("look up \(evidence.name ?? "")", found.duration)]
        steps += evidence.attempts.map { Report.Step("connect to \($0.address)", $0.duration) }
        let findings = ConnectVerdict.findings(evidence)
        return (Report(attempted: "connect to \(evidence.target)", findings: findings, steps: steps), evidence)
    }

    private func attempts(at addresses: [SocketAddress], _ limit: Duration, watch: Duration? = nil) async -> [Attempt] {
        let watching = watch ?? limits.watch
        return await withTaskGroup(of: (Int, Attempt).self) { group in
            for (index, address) in addresses.enumerated() {
                group.addTask { (index, await probes.connect(to: address, within: limit, watching: watching)) }
            }
            var done: [(Int, Attempt)] = []
            for await one in group { done.append(one) }
            return done.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    /// Nothing worked: who else is there, and does the own router answer?
    private func lookAround(_ failed: [SocketAddress], _ evidence: inout ConnectEvidence) async {
        let away = failed.filter { !evidence.state.isOwn($0) && $0.family != .unix && !$0.isAny && !$0.isMulticast }
        guard !away.isEmpty else { return }
        // Two addresses of each computer are enough: a name may have dozens.
        let others = away.prefix(2).flatMap { address in
            Self.usualPorts.filter { $0 != evidence.port }.map { address.plain(port: $0) }
        }
        async let answers = attempts(at: others, limits.otherPorts, watch: .zero)
        for address in away.prefix(2) {
            guard let gateway = evidence.state.route(to: address)?.gateway else {
                // Who else is in the network? The router is asked, so that the kernel's table knows.
                let router = evidence.state.routes.first { $0.isDefault && $0.network.family == address.family }?
                    .gateway
                if let router { _ = await probes.nudge(router, hops: nil, within: limits.nudge) }
                continue
            }
            _ = await probes.nudge(gateway, hops: nil, within: limits.nudge)
            guard !address.isPrivate, address.family == .ipv4 else { continue }
            evidence.oneHop[address] = await probes.nudge(address, hops: 1, within: limits.nudge)
            if evidence.oneHopElsewhere.isEmpty {
                evidence.oneHopElsewhere = await probes.nudge(Self.certainlyElsewhere, hops: 1, within: limits.nudge)
            }
        }
        evidence.otherPorts = await answers
        evidence.state = await probes.state()
    }

    /// 198.51.100.1, which is nobody's (RFC 5737): with one hop allowed the packet ends at the own router anyway.
    private static let certainlyElsewhere = SocketAddress.ipv4(IPv4Address(198, 51, 100, 1), port: 0)

    // MARK: Datagrams

    /// What can be said about UDP from one end.
    package func ask(_ endpoint: Endpoint) async -> Report {
        let found = await probes.lookUp(endpoint)
        var base = ConnectEvidence(
            target: "udp:\(endpoint)",
            name: endpoint.name,
            port: endpoint.port ?? 0,
            lookUp: found
        )
        base.transport = "UDP"
        var evidence = DatagramEvidence(base)
        evidence.attempts = await withTaskGroup(of: (Int, DatagramAttempt).self) { group in
            for (index, address) in found.addresses.enumerated() {
                group.addTask { (index, await probes.datagram(to: address, within: limits.datagram)) }
            }
            var done: [(Int, DatagramAttempt)] = []
            for await one in group { done.append(one) }
            return done.sorted { $0.0 < $1.0 }.map(\.1)
        }
        if !evidence.attempts.contains(where: { $0.answer != nil }) {
            let targets = found.addresses.filter { !$0.isAny && !$0.isMulticast && $0.port != 0 }
            evidence.overTCP = await attempts(at: Array(targets.prefix(2)), limits.otherPorts, watch: .zero)
        }
        evidence.base.state = await probes.state()
        var steps = base.name == nil ? [] : [Report.Step("look up \(base.name ?? "")", found.duration)]
        steps += evidence.attempts.map { Report.Step("ask \($0.address)", $0.duration) }
        let findings = DatagramVerdict.findings(evidence)
        return Report(attempted: "send datagrams to \(base.target)", findings: findings, steps: steps)
    }

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
        evidence.state = await probes.state()
        evidence.firewall = await probes.firewall()
        let attempted = "\(kind == .datagram ? "take datagrams" : "listen") on \(evidence.place)"
        return Report(attempted: attempted, findings: ListenVerdict.findings(evidence))
    }

    // MARK: This computer

    package func computer() async -> Report {
        var state = await probes.state()
        if let router = state.routes.first(where: { $0.isDefault && !$0.isForbidden })?.gateway {
            _ = await probes.nudge(router, hops: nil, within: limits.nudge)
            state = await probes.state()
        }
        return Report(attempted: "look at this computer", findings: ComputerVerdict.findings(state))
    }
}

extension Endpoint {
    /// The name that is to be looked up, where the endpoint has one.
    fileprivate var name: String? {
        guard case .host(let name, _) = kind else { return nil }
        return name
    }
}
