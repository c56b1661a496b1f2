/// Reads what `nft -nn list ruleset` and `iptables -S` print. Whatever is not understood narrows a rule: then it is shown, and
/// nothing certain is said about it.
package enum FirewallParser {
    package static func nftables(_ text: String) -> [Firewall.Chain] {
        var chains: [Firewall.Chain] = []
        var table = ""
        var chain: Firewall.Chain?
        for line in text.split(separator: "\n") {
            var words = line.split(whereSeparator: \.isWhitespace).map(String.init)
            if words.first == "table", words.count >= 3 {
                table = "\(words[1]) \(words[2])"
            } else if words.first == "chain", words.count >= 2 {
                chain = Firewall.Chain(table: table, name: words[1])
            } else if words == ["}"] {
                if let done = chain { chains.append(done) }
                chain = nil
            } else if words.first == "type" {
                chain?.isInput = pair("hook", "input", in: words) && words.dropFirst().first == "filter"
                if pair("policy", "drop;", in: words) || pair("policy", "drop", in: words) { chain?.policy = .drop }
            } else if chain != nil, !words.isEmpty {
                // A count changes from one reading to the next and says nothing about the rule.
                if let index = words.firstIndex(of: "counter") {
                    let isCounting = index + 4 < words.count && words[index + 1] == "packets"
                    words.removeSubrange(index..<(isCounting ? index + 5 : index + 1))
                }
                chain?.rules.append(nftablesRule(words))
            }
        }
        return chains
    }

    private static func pair(_ one: String, _ other: String, in words: [String]) -> Bool {
        zip(words, words.dropFirst()).contains { $0 == one && $1 == other }
    }

    private static func nftablesRule(_ words: [String]) -> Firewall.Rule {
        var rule = Firewall.Rule(words.joined(separator: " "))
        var index = 0
        func word(_ offset: Int) -> String { index + offset < words.count ? words[index + offset] : "" }
        while index < words.count {
            switch (word(0), word(1)) {
            case ("tcp", "dport"), ("udp", "dport"), ("th", "dport"):
                if word(0) != "th" { rule.transport = word(0) }
                index += 2
                let (ports, next) = set(words, from: index)
                rule.ports = ports
                if ports.isEmpty { rule.isNarrowed = true }
                index = next
            case ("meta", "l4proto"), ("ip", "protocol"):
                if word(2) == "tcp" || word(2) == "udp" { rule.transport = word(2) } else { rule.isNarrowed = true }
                // The names of several protocols stand in braces, which the rest of the loop walks over.
                index += word(2) == "{" ? 2 : 3
            case ("ct", "state"), ("fib", "daddr"), ("iifname", _), ("iif", _):
                let condition = NewClientCondition(nftables: words[index...])
                if condition.meaning == .never { return rule }
                rule.isNarrowed = rule.isNarrowed || condition.meaning == .sometimes
                index += condition.length
            case ("accept", _), ("drop", _), ("return", _), ("reject", _):
                rule.verdict =
                    ["accept": .accept, "drop": .drop, "return": .leave][word(0)] ?? .reject
                // What follows a verdict (how to reject, a comment) is no condition.
                index = words.count
            case ("jump", let name), ("goto", let name):
                rule.verdict = .jump(name)
                index = words.count
            case ("comment", _):
                index = words.count
            default:
                rule.isNarrowed = true
                index += 1
            }
        }
        return rule
    }

    /// `22`, `8000-8100` or `{ 80, 443 }`, and where the rule goes on.
    private static func set(_ words: [String], from start: Int) -> (ports: [ClosedRange<Int>], next: Int) {
        guard start < words.count else { return ([], start) }
        guard words[start] == "{" else { return (range(words[start], separator: "-").map { [$0] } ?? [], start + 1) }
        let end = words[start...].firstIndex(of: "}") ?? words.count
        let ports = words[(start + 1)..<end].compactMap { range($0.replacing(",", with: ""), separator: "-") }
        return (ports, min(end + 1, words.count))
    }

    private static func range(_ word: String, separator: Character) -> ClosedRange<Int>? {
        let ends = word.split(separator: separator).compactMap { Int($0) }
        switch ends.count {
        case 1: return ends[0]...ends[0]
        case 2 where ends[0] <= ends[1]: return ends[0]...ends[1]
        default: return nil
        }
    }

    /// `-P INPUT DROP`, `-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT`.
    package static func iptables(_ text: String) -> [Firewall.Chain] {
        var chains: [Firewall.Chain] = []
        func chain(_ name: String) -> Int {
            if let index = chains.firstIndex(where: { $0.name == name }) { return index }
            var new = Firewall.Chain(table: "ip filter", name: name)
            new.isInput = name == "INPUT"
            chains.append(new)
            return chains.count - 1
        }
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            guard words.count >= 2 else { continue }
            switch words[0] {
            case "-P" where words.count >= 3: chains[chain(words[1])].policy = words[2] == "DROP" ? .drop : .accept
            case "-N": _ = chain(words[1])
            case "-A": chains[chain(words[1])].rules.append(iptablesRule(words))
            default: continue
            }
        }
        return chains
    }

    private static func iptablesRule(_ words: [String]) -> Firewall.Rule {
        var rule = Firewall.Rule(words.joined(separator: " "))
        var index = 2
        while index < words.count {
            let value = index + 1 < words.count ? words[index + 1] : ""
            switch words[index] {
            case "-p": rule.transport = value
            case "-m":
                let known = ["tcp", "udp", "multiport", "comment", "conntrack", "state", "addrtype"]
                rule.isNarrowed = rule.isNarrowed || !known.contains(value)
            case "--ctstate", "--state", "--dst-type", "-i":
                let condition = NewClientCondition(iptables: words[index], value, isNegated: words[index - 1] == "!")
                if condition.meaning == .never { return rule }
                rule.isNarrowed = rule.isNarrowed || condition.meaning == .sometimes
            case "!":
                // The next word is the option that is turned round.
                rule.isNarrowed = rule.isNarrowed || !NewClientCondition.iptablesOptions.contains(value)
                index -= 1
            case "--dport", "--dports":
                rule.ports = value.split(separator: ",").compactMap { range(String($0), separator: ":") }
            case "--comment", "--reject-with": break
            case "-j", "-g":
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
