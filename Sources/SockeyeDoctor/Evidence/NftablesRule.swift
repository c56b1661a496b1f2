/// Reads one rule as `nft -nn list ruleset` shows it. What is not understood narrows the rule.
struct NftablesRule {
    private let words: [String]
    private let packet: FirewallPacket
    private let sets: [String: [NftablesSet.Element]]
    private var index = 0
    private var rule: Firewall.Rule
    /// Rules that a map of ports and verdicts stands for.
    private var mapped: [Firewall.Rule] = []
    /// It is about other packets: there is nothing to say.
    private var isOver = false

    init(_ words: [String], _ sets: [String: [NftablesSet.Element]], for packet: FirewallPacket) {
        // A count changes from one reading to the next and says nothing about the rule.
        let plain = Self.withoutCounter(words)
        self.words = plain
        self.packet = packet
        self.sets = sets
        rule = Firewall.Rule(plain.joined(separator: " "))
    }

    private static func withoutCounter(_ words: [String]) -> [String] {
        guard let index = words.firstIndex(of: "counter") else { return words }
        let isCounting = index + 4 < words.count && words[index + 1] == "packets"
        return Array(words[..<index] + words[(isCounting ? index + 5 : index + 1)...])
    }

    private func word(_ offset: Int) -> String { index + offset < words.count ? words[index + offset] : "" }

    /// Several where a map of ports stands in it, otherwise one.
    mutating func read() -> [Firewall.Rule] {
        while index < words.count, !isOver { readNext() }
        return mapped.isEmpty ? [rule] : mapped
    }

    private mutating func readNext() {
        switch (word(0), word(1)) {
        case ("tcp", packet.ownPort), ("udp", packet.ownPort), ("th", packet.ownPort): readPorts()
        case ("tcp", packet.otherPort), ("udp", packet.otherPort): readOtherPorts()
        case ("tcp", "flags"): readFlags()
        case ("meta", "l4proto"), ("ip", "protocol"), ("ip6", "nexthdr"): readProtocols()
        case ("tcp", _), ("udp", _):
            rule.transports = [word(0)]
            narrow(by: 2)
        case ("icmp", _), ("icmpv6", _), ("igmp", _), ("sctp", _), ("dccp", _), ("udplite", _), ("ah", _), ("esp", _):
            rule.transports = [word(0)]
            isOver = true
        case (packet.interfaces.name, let name), (packet.interfaces.number, let name):
            if name == "!=" { readCondition() } else { readInterfaces() }
        case ("ct", "state") where word(2) == "vmap": readStateMap()
        case ("ct", "state"), ("ct", "status"), ("fib", "daddr"), ("ip", "daddr"), ("ip6", "daddr"): readCondition()
        case ("log", _): skipLog()
        case ("comment", _): isOver = true
        default: readVerdict()
        }
    }

    private mutating func readVerdict() {
        switch word(0) {
        case "accept": rule.verdict = .accept
        case "drop": rule.verdict = .drop
        case "reject": rule.verdict = .reject
        case "return": rule.verdict = .leave
        case "jump": rule.verdict = .jump(word(1))
        case "goto": rule.verdict = .goTo(word(1))
        default: return narrow(by: 1)
        }
        // What follows a verdict (how to reject, a comment) is no condition.
        isOver = true
    }

    private mutating func narrow(by count: Int) {
        rule.isNarrowed = true
        index += count
    }

    private mutating func readCondition() {
        let condition = PacketCondition(nftables: words[index...], for: packet)
        rule.isNarrowed = rule.isNarrowed || condition.meaning == .sometimes
        isOver = condition.meaning == .never
        index += condition.length
    }

    // MARK: Values

    /// `22`, `{ 80, 443 }` or `@name`, taken from the words; nil where it cannot be read.
    private mutating func values() -> [String]? {
        if word(0).hasPrefix("@") {
            defer { index += 1 }
            return sets[String(word(0).dropFirst())].map { $0.map(\.value) }
        }
        guard word(0) == "{" else {
            defer { index += 1 }
            return [word(0)]
        }
        let end = words[index...].firstIndex(of: "}") ?? words.count
        defer { index = min(end + 1, words.count) }
        return words[min(index + 1, end)..<end].joined(separator: " ").split(separator: ",")
            .map { String($0.drop(while: \.isWhitespace)) }
    }

    private mutating func readPorts() {
        if word(0) != "th" { rule.transports = [word(0)] }
        index += 2
        if word(0) == "vmap" { return readMap() }
        let isNegated = word(0) == "!="
        if isNegated { index += 1 }
        let ranges = values().map { $0.compactMap { PortRange.parse($0, separator: "-") } } ?? []
        rule.ports = isNegated ? PortRange.others(than: ranges) : ranges
        rule.hasUnknownPorts = rule.ports.isEmpty
        rule.isNarrowed = rule.isNarrowed || rule.hasUnknownPorts
    }

    /// The client's, of which only this much is known: it is none of the low ones.
    private mutating func readOtherPorts() {
        rule.transports = [word(0)]
        rule.isNarrowed = true
        index += 2
        if word(0) == "!=" { return narrow(by: 2) }
        guard let values = values() else { return }
        isOver = !packet.mayBeClients(values.compactMap { PortRange.parse($0, separator: "-") })
    }

    /// `vmap { 22 : accept, 1337 : drop }` or `vmap @name`.
    private mutating func readMap() {
        index += 1
        let elements: [NftablesSet.Element]
        if word(0).hasPrefix("@") {
            elements = sets[String(word(0).dropFirst())] ?? []
        } else {
            elements = (values() ?? []).map(NftablesSet.Element.init)
        }
        mapped = elements.compactMap { element in
            guard let range = PortRange.parse(element.value, separator: "-") else { return nil }
            var one = rule
            one.ports = [range]
            var verdict = NftablesRule(element.verdict, [:], for: packet)
            one.verdict = verdict.read()[0].verdict
            return one
        }
        isOver = true
        guard mapped.isEmpty else { return }
        // It may let clients in, and which ones is not known.
        (rule.verdict, rule.hasUnknownPorts, rule.isNarrowed) = (.accept, true, true)
    }

    /// `ct state vmap { established : accept, invalid : drop }`: the packet has one of the states, and goes on where none is its own.
    private mutating func readStateMap() {
        index += 3
        let elements =
            word(0).hasPrefix("@") ? nil : values().map { $0.map(NftablesSet.Element.init) }
        isOver = true
        guard let elements else { return (rule.hasUnknownPorts, rule.isNarrowed) = (true, true) }
        let own = elements.first { PacketCondition.meaning(ofStates: $0.value, packet) == .always }
        guard let own else { return }
        var verdict = NftablesRule(own.verdict, [:], for: packet)
        rule.verdict = verdict.read()[0].verdict
    }

    /// `tcp`, `6`, `{ 6, 17 }`
    private mutating func readProtocols() {
        index += 2
        if word(0) == "!=" { return narrow(by: 2) }
        guard let values = values() else { return rule.isNarrowed = true }
        let names = ["6": "tcp", "17": "udp"]
        rule.transports = Set(values.map { names[$0] ?? $0 })
    }

    private mutating func readInterfaces() {
        index += 1
        guard let values = values() else { return rule.isNarrowed = true }
        let names = values.map { $0.replacing("\"", with: "") }.filter { $0 != "lo" }
        isOver = names.isEmpty
        rule.interfaces = names
    }

    /// `tcp flags 0x2`, `tcp flags != 0x2 / 0x1,0x2,0x4,0x10`.
    private mutating func readFlags() {
        rule.transports = ["tcp"]
        index += 2
        let isNegated = word(0) == "!="
        if isNegated { index += 1 }
        func bits(_ word: String) -> Int? {
            let parts = word.split(separator: ",").map { Int($0.dropFirst(2), radix: 16) }
            return parts.contains(nil) || !word.hasPrefix("0x") ? nil : parts.reduce(0) { $0 | ($1 ?? 0) }
        }
        guard let value = bits(word(0)) else { return narrow(by: 1) }
        let hasMask = word(1) == "/"
        let mask = hasMask ? bits(word(2)) : nil
        index += hasMask ? 3 : 1
        let flags = packet.flags
        let holds = mask.map { flags & $0 == value } ?? (isNegated ? flags == value : flags & value != 0)
        isOver = holds == isNegated
    }

    /// `log prefix "a b: " level info`: it decides nothing, and the rule goes on.
    private mutating func skipLog() {
        index += 1
        while ["prefix", "level", "flags", "group", "snaplen", "queue-threshold"].contains(word(0)) {
            let isText = word(1).hasPrefix("\"") && !(word(1).count > 1 && word(1).hasSuffix("\""))
            index += 2
            guard isText else { continue }
            // The text has spaces, and was split at them.
            while index < words.count, !word(0).hasSuffix("\"") { index += 1 }
            index += 1
        }
    }
}

/// A port, or several that follow each other.
enum PortRange {
    static func parse(_ word: String, separator: Character) -> ClosedRange<Int>? {
        let ends = word.split(separator: separator).compactMap { Int($0) }
        switch ends.count {
        case 1: return ends[0]...ends[0]
        case 2 where ends[0] <= ends[1]: return ends[0]...ends[1]
        default: return nil
        }
    }

    /// What is left of all ports.
    static func others(than ranges: [ClosedRange<Int>]) -> [ClosedRange<Int>] {
        guard !ranges.isEmpty else { return [] }
        var (start, left): (Int, [ClosedRange<Int>]) = (0, [])
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > start { left.append(start...(range.lowerBound - 1)) }
            start = max(start, range.upperBound + 1)
        }
        if start <= 65_535 { left.append(start...65_535) }
        return left
    }
}
