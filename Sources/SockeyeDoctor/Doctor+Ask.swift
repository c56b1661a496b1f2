package import SockeyeSystem

/// Do datagrams get there?
extension Doctor {
    /// What can be said about UDP from one end.
    package func ask(_ endpoint: Endpoint) async -> Report {
        if let name = endpoint.name { progress("looking up \(name)") }
        let found = await onItsLink(await probes.lookUp(endpoint))
        var base = ConnectEvidence(
            target: "udp:\(endpoint)",
            name: endpoint.name,
            port: endpoint.port ?? 0,
            lookUp: found
        )
        base.isDatagram = true
        var evidence = DatagramEvidence(base)
        let before = await probes.state()
        progress("waiting for an answer to a datagram from \(evidence.base.target)")
        evidence.attempts = await questions(to: found.addresses)
        await makeSure(&evidence, before)
        if !evidence.attempts.contains(where: { $0.answer != nil }) {
            progress("trying the same port over TCP")
            let targets = found.addresses.filter { !$0.isAny && !$0.isMulticast && $0.port != 0 }
            evidence.overTCP = await overTCP(Array(targets.prefix(2)))
        }
        evidence.base.state = await probes.state()
        var steps = base.name == nil ? [] : [Report.Step("look up \(base.name ?? "")", found.duration)]
        steps += evidence.attempts.map { Report.Step("ask \($0.address)", $0.duration) }
        let findings = DatagramVerdict.findings(evidence)
        return Report(attempted: "send datagrams to \(base.target)", findings: findings, steps: steps)
    }

    private func questions(to addresses: [SocketAddress]) async -> [DatagramAttempt] {
        await withTaskGroup(of: (Int, DatagramAttempt).self) { group in
            for (index, address) in addresses.enumerated() {
                group.addTask { (index, await probes.datagram(to: address, within: limits.datagram)) }
            }
            var done: [(Int, DatagramAttempt)] = []
            for await one in group { done.append(one) }
            return done.sorted { $0.0 < $1.0 }.map(\.1)
        }
    }

    private func overTCP(_ addresses: [SocketAddress]) async -> [Attempt] {
        var attempts: [Attempt] = []
        for address in addresses {
            attempts.append(await probes.connect(to: address, within: limits.otherPorts, watching: .zero))
        }
        return attempts
    }

    /// The kernel's questions for a neighbour get lost as other packets do: that nobody has an address is believed after several
    /// rounds only, or where others show that nothing gets lost.
    private func makeSure(_ evidence: inout DatagramEvidence, _ before: ComputerState) async {
        for round in 1...Self.rounds {
            evidence.base.state = await probes.state()
            let open = evidence.attempts.filter { evidence.isNeighbourMissing($0) }.map(\.address)
            guard !open.isEmpty, !evidence.attempts.contains(where: { $0.answer != nil }) else { return }
            guard !evidence.base.isLineSound, !open.allSatisfy(evidence.base.state.isUnplugged) else { return }
            progress("nobody answers for \(open[0].host): asking again")
            async let witnesses = round == 1 ? self.witnesses(for: open, before) : []
            for var again in await questions(to: open) {
                guard let index = evidence.attempts.firstIndex(where: { $0.address == again.address })
                else { continue }
                again.sent += evidence.attempts[index].sent
                again.duration += evidence.attempts[index].duration
                evidence.attempts[index] = again
            }
            evidence.base.witnesses += await witnesses
        }
    }
}
