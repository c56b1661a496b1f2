package import SockeyeSystem

/// Why can I not connect?
extension Doctor {
    /// Where servers usually are: of those that beginners start, and of those that most computers have.
    private static let usualPorts: [UInt16] = [22, 80, 443, 1337, 3000, 5000, 8000, 8080]

    /// What was found out about a connection, and the evidence, for whoever goes on from there.
    package func connect(to endpoint: Endpoint) async -> (report: Report, evidence: ConnectEvidence) {
        if let name = endpoint.name { progress("looking up \(name)") }
        let found = await onItsLink(await probes.lookUp(endpoint))
        var evidence = ConnectEvidence(
            target: endpoint.description,
            name: endpoint.name,
            port: endpoint.port ?? 0,
            lookUp: found
        )
        // A server for a single client is gone once it has been connected to.
        let before = found.addresses.isEmpty ? ComputerState() : await probes.state()
        evidence.state = before
        progress("connecting to \(evidence.target)")
        evidence.attempts = await attempts(at: found.addresses, limits.connect)
        var steps = evidence.name.map { [Report.Step("look up \($0)", found.duration)] } ?? []
        steps += evidence.attempts.map { Report.Step("connect to \($0.address)", $0.duration) }
        await makeSure(&evidence, &steps)
        evidence.state = await probes.state()
        await lookAround(&evidence, &steps)
        if await findMissing(&evidence, &steps) {
            evidence.state = await probes.state()
            await lookAround(&evidence, &steps)
        }
        evidence.compare(with: before)
        let findings = ConnectVerdict.findings(evidence)
        return (
            Report(attempted: "connect to \(evidence.target)", findings: findings, steps: steps), evidence
        )
    }

    /// An address that exists on every link means the only one that this computer has, where it has one.
    func onItsLink(_ found: LookUp) async -> LookUp {
        guard found.addresses.contains(where: Self.lacksInterface) else { return found }
        let links = Set(
            await probes.state().interfaces.filter { $0.address.isLinkLocal && $0.address.family == .ipv6 }.map(
                \.interface
            )
        )
        guard links.count == 1, let name = links.first, let zone = Syscalls.interfaceIndex(name) else { return found }
        let addresses = found.addresses.map { address in
            guard Self.lacksInterface(address), case .ipv6(let ip, let port, _, _) = address.kind else {
                return address
            }
            return SocketAddress.ipv6(ip, port: port, zone: zone)
        }
        return LookUp(addresses, duration: found.duration)
    }

    private static func lacksInterface(_ address: SocketAddress) -> Bool {
        guard address.isLinkLocal, case .ipv6(_, _, let zone, _) = address.kind else { return false }
        return zone == 0
    }

    private func attempts(at addresses: [SocketAddress], _ limit: Duration, watch: Duration? = nil)
        async -> [Attempt]
    {
        let watching = watch ?? limits.watch
        return await withTaskGroup(of: (Int, Attempt).self) { group in
            for (index, address) in addresses.enumerated() {
                group.addTask {
                    (index, await probes.connect(to: address, within: limit, watching: watching))
                }
            }
            var done: [(Int, Attempt)] = []
            for await one in group { done.append(one) }
            return done.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    // MARK: Silence

    /// Silence is believed after several attempts only: packets get lost, and the kernel's questions for a neighbour do too.
    private func makeSure(_ evidence: inout ConnectEvidence, _ steps: inout [Report.Step]) async {
        guard !evidence.unanswered.isEmpty else { return }
        // Those who may tell of the line are asked meanwhile. The state is from before the attempts.
        let (missing, state) = (evidence.missingNeighbours, evidence.state)
        async let witnesses = self.witnesses(for: missing, state)
        await tryAgain(evidence.unanswered, &evidence, &steps)
        evidence.witnesses = await witnesses
    }

    /// The other rounds, for neighbours alone. Attempts at one that is looked for share the kernel's questions for it, so they are
    /// made one after the other.
    ///
    /// - Returns: Whether there was any, so that what was seen around is old.
    private func findMissing(_ evidence: inout ConnectEvidence, _ steps: inout [Report.Step]) async -> Bool {
        let before = evidence.retries.count
        for _ in 1..<Self.rounds {
            let open = evidence.missingNeighbours
            let isUnplugged = open.allSatisfy { evidence.state.isUnplugged($0) }
            guard !open.isEmpty, !evidence.isLineSound, !isUnplugged else { break }
            await tryAgain(open, &evidence, &steps)
        }
        return evidence.retries.count > before
    }

    /// Three times for each: on a line that loses every third packet, silence comes by chance once in a thousand.
    private func tryAgain(
        _ open: [SocketAddress],
        _ evidence: inout ConnectEvidence,
        _ steps: inout [Report.Step]
    ) async {
        progress(
            "no answer from \(open.count == 1 ? open[0].description : "\(open.count) addresses"): trying again"
        )
        let clock = Deadline(in: .zero)
        evidence.retries += await attempts(at: open + open + open, limits.connect)
        steps.append(Report.Step("\(open.count * 3) more attempts", clock.elapsed))
    }

    // MARK: Around it

    /// Where nothing worked: who else is there, and does the own router answer?
    private func lookAround(_ evidence: inout ConnectEvidence, _ steps: inout [Report.Step]) async {
        guard evidence.failed.count == evidence.attempts.count else { return }
        let away = evidence.failed.filter {
            !evidence.state.isOwn($0) && $0.family != .unix && !$0.isAny && !$0.isMulticast
        }
        guard !away.isEmpty else { return }
        progress("looking at other ports, and at the router")
        let clock = Deadline(in: .zero)
        // Two addresses of each computer are enough: a name may have dozens.
        let others = away.prefix(2).flatMap { address in
            Self.usualPorts.filter { $0 != evidence.port }.map { address.plain(port: $0) }
        }
        async let answers = attempts(at: others, limits.otherPorts, watch: .zero)
        for address in away.prefix(2) { await askRouter(on: address, &evidence) }
        evidence.otherPorts = await answers
        evidence.state = await probes.state()
        steps.append(Report.Step("other ports, and the router", clock.elapsed))
        // Where others answer late, or the neighbour was found in the end, silence may have been chance.
        let doubtful = evidence.unanswered.filter(evidence.showsLoss)
        if !doubtful.isEmpty { await tryAgain(doubtful, &evidence, &steps) }
    }

    private func askRouter(on address: SocketAddress, _ evidence: inout ConnectEvidence) async {
        guard let gateway = evidence.state.route(to: address)?.gateway else {
            // Who else is in the network? The router is asked, so that the kernel's table knows.
            let router = evidence.state.routes.first {
                $0.isDefault && $0.network.family == address.family
            }?.gateway
            if let router { _ = await probes.nudge(router, hops: nil, within: limits.nudge) }
            return
        }
        _ = await probes.nudge(gateway, hops: nil, within: limits.nudge)
        guard !address.isPrivate, address.family == .ipv4 else { return }
        evidence.oneHop[address] = await oneHop(address)
        if evidence.oneHopElsewhere.isEmpty {
            evidence.oneHopElsewhere = await oneHop(Self.certainlyElsewhere)
        }
    }

    /// That nothing comes back counts as evidence too, so one lost datagram must not make it.
    private func oneHop(_ address: SocketAddress) async -> [NetworkMessage] {
        for _ in 0..<Self.rounds {
            let messages = await probes.nudge(address, hops: 1, within: limits.nudge)
            if !messages.isEmpty { return messages }
        }
        return []
    }

    /// 198.51.100.1, which is nobody's (RFC 5737): with one hop allowed the packet ends at the own router anyway.
    private static let certainlyElsewhere = SocketAddress.ipv4(IPv4Address(198, 51, 100, 1), port: 0)
}
