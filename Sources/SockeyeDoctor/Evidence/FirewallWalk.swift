/// The way of a packet through the chains of a firewall, with each rule that decides about it.
struct FirewallWalk {
    private let chains: [Firewall.Chain]
    private let interfaces: [String]
    private let transport: String
    private let port: Int
    /// The first rule that lets some clients in, or keeps some out, by a condition that is not looked at.
    private var (letsSomeIn, keepsSomeOut): (String?, String?)
    /// 20,000: more than any person's rules, and little enough for chains that call each other over and over.
    private var rulesLeft = 20_000

    init(_ chains: [Firewall.Chain], _ interfaces: [String], _ transport: String, _ port: Int) {
        self.chains = chains
        self.interfaces = interfaces
        self.transport = transport
        self.port = port
        (letsSomeIn, keepsSomeOut) = (nil, nil)
    }

    private enum End {
        case accepted
        case refused(by: String, Firewall.Verdict)
    }

    mutating func bearing(of chain: Firewall.Chain) -> Firewall.Bearing {
        switch end(of: chain, [], isForSome: false) {
        case .refused(let by, let verdict): return closed(chain, by, verdict)
        case nil where chain.policy == .drop:
            return closed(chain, "chain \(chain.place): policy drop, and no rule for port \(port)", .drop)
        case .accepted, nil: return keepsSomeOut.map { .partly(by: $0, isDropping: true, at: chain.place) } ?? .open
        }
    }

    private func closed(_ chain: Firewall.Chain, _ by: String, _ verdict: Firewall.Verdict) -> Firewall.Bearing {
        letsSomeIn.map { .partly(by: $0, isDropping: false, at: chain.place) }
            ?? .closed(by: by, verdict: verdict, at: chain.place)
    }

    /// nil: no rule of the chain decides.
    ///
    /// - Parameter isForSome: Only some clients come here, by the condition of a jump: then nothing is decided for all.
    private mutating func end(of chain: Firewall.Chain, _ path: Set<String>, isForSome: Bool) -> End? {
        guard !path.contains(chain.name) else { return nil }
        for rule in chain.rules where rule.concerns(transport, port) {
            rulesLeft -= 1
            let isNarrowed = rule.isNarrowed || !rule.takesAll(of: interfaces)
            guard rulesLeft > 0, rule.takesAny(of: interfaces) else { continue }
            let (isSome, place) = (isNarrowed || isForSome, "\(chain.place): \(rule.text)")
            switch rule.verdict {
            case .accept:
                guard isSome else { return .accepted }
                letsSomeIn = letsSomeIn ?? place
                if !isNarrowed { return nil }
            case .drop, .reject:
                guard isSome else { return .refused(by: place, rule.verdict) }
                // Addresses that are shut out altogether are no matter of the port.
                if rule.namesPort { keepsSomeOut = keepsSomeOut ?? place }
                if !isNarrowed { return nil }
            case .jump(let name), .goTo(let name):
                let next = chains.first { $0.name == name && $0.table == chain.table }
                let end = next.flatMap { self.end(of: $0, path.union([chain.name]), isForSome: isSome) }
                if !isSome, let end { return end }
                if case .goTo = rule.verdict, !isNarrowed { return nil }
            case .leave: if !isNarrowed { return nil }
            case .none: continue
            }
        }
        return nil
    }
}
