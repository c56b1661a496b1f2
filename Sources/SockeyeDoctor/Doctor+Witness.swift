import SockeyeSystem

/// Does the line lose packets, or is nobody there?
extension Doctor {
    /// How others answer in the network in which these addresses are looked for in vain. None where that are several networks, and
    /// where somebody had answered before: then it is another one's line that is in doubt.
    ///
    /// - Parameter before: From before they were looked for.
    func witnesses(for missing: [SocketAddress], _ before: ComputerState) async -> [Witness] {
        let routes = missing.map { before.route(to: $0) }
        guard let interface = routes.first??.interface, routes.allSatisfy({ $0?.interface == interface }) else {
            return []
        }
        let silent = zip(missing, routes).map { $1?.gateway ?? $0 }
        guard !silent.contains(where: { before.neighbour($0) == .answered }) else { return [] }
        let candidates = Self.others(on: interface, before).filter { one in
            !silent.contains { $0.isSameHost(as: one) }
        }
        return await withTaskGroup(of: Witness.self) { group in
            for address in candidates.prefix(Self.mostWitnesses) { group.addTask { await question(address) } }
            var heard: [Witness] = []
            for await one in group { heard.append(one) }
            return heard
        }
    }

    /// 2: one may answer nothing at all, and more need not be troubled.
    private static let mostWitnesses = 2

    /// The routers first, which are there for everybody.
    private static func others(on interface: String, _ state: ComputerState) -> [SocketAddress] {
        let routers = state.routes.filter { $0.interface == interface }.compactMap(\.gateway)
        let neighbours = state.neighbours.filter { $0.interface == interface && $0.state == .answered }.map(\.address)
        return (routers + neighbours).reduce(into: []) { known, address in
            if !known.contains(where: { $0.isSameHost(as: address) }) { known.append(address) }
        }
    }

    /// Where servers are on routers; a port without one is answered just as well.
    private static let portsOfRouters: [UInt16] = [80, 443, 53, 22, 8080]

    /// One after the other, with time in between: what disturbs a line often lasts for a moment only.
    private func question(_ address: SocketAddress) async -> Witness {
        let overUDP = await witness(address) { _ in
            await probes.nudge(address, hops: nil, within: limits.nudge)
                .contains { $0.sender?.isSameHost(as: address) == true }
        }
        guard !overUDP.isFlawless else { return overUDP }
        return await witness(address) { number in
            let port = Self.portsOfRouters[number % Self.portsOfRouters.count]
            return await probes.connect(to: address.plain(port: port), within: limits.nudge, watching: .zero)
                .provesPresence
        }
    }

    private func witness(_ address: SocketAddress, ask: (Int) async -> Bool) async -> Witness {
        var witness = Witness(address)
        for number in 0..<Witness.questions {
            if number > 0 { await probes.pause(for: limits.betweenQuestions) }
            witness.asked += 1
            guard await ask(number) else { break }
            witness.answered += 1
        }
        return witness
    }
}
