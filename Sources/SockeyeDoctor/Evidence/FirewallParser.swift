/// Reads what `nft -nn list ruleset` and `iptables -S` print. Whatever is not understood narrows a rule: then it is shown, and
/// nothing certain is said about it.
package enum FirewallParser {
    package static func nftables(_ text: String, for packet: FirewallPacket = .request) -> [Firewall.Chain] {
        var chains: [Firewall.Chain] = []
        var table = ""
        var chain: Firewall.Chain?
        let sets = NftablesSet.all(in: text)
        for line in text.split(separator: "\n") {
            let words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            if words.first == "table", words.count >= 3 {
                table = "\(words[1]) \(words[2])"
            } else if words.first == "chain", words.count >= 2 {
                chain = Firewall.Chain(table: table, name: words[1])
            } else if words == ["}"] {
                if let done = chain { chains.append(done) }
                chain = nil
            } else if words.first == "type" {
                let isFirst = packet.hooks.contains { pair("hook", $0, in: words) }
                chain?.isFirst = isFirst && words.dropFirst().first == "filter"
                if pair("policy", "drop;", in: words) || pair("policy", "drop", in: words) { chain?.policy = .drop }
            } else if chain != nil, !words.isEmpty {
                var rule = NftablesRule(words, sets, for: packet)
                chain?.rules += rule.read()
            }
        }
        return chains
    }

    private static func pair(_ one: String, _ other: String, in words: [String]) -> Bool {
        zip(words, words.dropFirst()).contains { $0 == one && $1 == other }
    }

    /// `-P INPUT DROP`, `-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT`.
    ///
    /// - Parameter table: `ip6 filter` for what `ip6tables` prints.
    package static func iptables(
        _ text: String,
        table: String = "ip filter",
        for packet: FirewallPacket = .request
    ) -> [Firewall.Chain] {
        var chains: [Firewall.Chain] = []
        func chain(_ name: String) -> Int {
            if let index = chains.firstIndex(where: { $0.name == name }) { return index }
            var new = Firewall.Chain(table: table, name: name)
            new.isFirst = name == packet.chain
            chains.append(new)
            return chains.count - 1
        }
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count >= 2 else { continue }
            switch words[0] {
            case "-P" where words.count >= 3: chains[chain(words[1])].policy = words[2] == "DROP" ? .drop : .accept
            case "-N": _ = chain(words[1])
            case "-A": chains[chain(words[1])].rules.append(iptablesRule(words, packet))
            default: continue
            }
        }
        return chains
    }

    private static func iptablesRule(_ words: [String], _ packet: FirewallPacket) -> Firewall.Rule {
        var rule = Firewall.Rule(words.joined(separator: " "))
        let interface = packet.interfaces.option
        let (own, other) = ("--\(packet.ownPort)", "--\(packet.otherPort)")
        var index = 2
        while index < words.count {
            let value = index + 1 < words.count ? words[index + 1] : ""
            switch words[index] {
            case "-p": rule.transports = [value]
            case "-m":
                let known = ["tcp", "udp", "multiport", "comment", "conntrack", "state", "addrtype"]
                rule.isNarrowed = rule.isNarrowed || !known.contains(value)
            case "--ctstate", "--state", "--dst-type", interface:
                let isNegated = words[index - 1] == "!"
                if words[index] == interface, value != "lo", !isNegated {
                    // A plus at the end stands for all that begin so.
                    rule.interfaces = [value.replacing("+", with: "*")]
                    break
                }
                let condition = PacketCondition(iptables: words[index], value, isNegated: isNegated, for: packet)
                if condition.meaning == .never { return rule }
                rule.isNarrowed = rule.isNarrowed || condition.meaning == .sometimes
            case "!":
                // The next word is the option that is turned round.
                let known = PacketCondition.iptablesOptions(packet).union([own, own + "s"])
                rule.isNarrowed = rule.isNarrowed || !known.contains(value)
                index -= 1
            case other, other + "s":
                if words[index - 1] != "!", !packet.mayBeClients(ranges(value)) { return rule }
                rule.isNarrowed = true
            case own, own + "s":
                let ranges = ranges(value)
                rule.ports = words[index - 1] == "!" ? PortRange.others(than: ranges) : ranges
            case "--comment", "--reject-with": break
            case "-g": rule.verdict = .goTo(value)
            case "-j":
                rule.verdict =
                    switch value {
                    case "ACCEPT": .accept
                    case "DROP": .drop
                    case "REJECT": .reject
                    case "RETURN": .leave
                    case "LOG", "MARK", "": .none
                    default: .jump(value)
                    }
            default:
                // A condition of its own, with or without a value.
                rule.isNarrowed = true
                index -= value.hasPrefix("-") ? 1 : 0
            }
            index += 2
        }
        return rule
    }

    /// `80`, `22,100:200`
    private static func ranges(_ value: String) -> [ClosedRange<Int>] {
        value.split(separator: ",").compactMap { PortRange.parse(String($0), separator: ":") }
    }

    /// What `firewall-cmd --get-active-zones` prints: names at the beginning of a line, and what is in them indented below.
    ///
    /// - Returns: the only zone that is active; nil when it is the default one, or when there are several.
    package static func zone(active: String, standard: String) -> String? {
        let names = active.split(separator: "\n").filter { $0.first?.isWhitespace == false }
            .compactMap { $0.split(separator: " ").first.map(String.init) }
        guard names.count == 1, names[0] != standard.split(separator: "\n").first.map(String.init) else { return nil }
        return names[0]
    }
}
