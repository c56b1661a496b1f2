/// What a condition of a firewall's rule means for a new client that comes from outside to an address of this computer, or for
/// what it is answered: the doctor asks about these two packets only.
struct PacketCondition: Equatable {
    enum Meaning: Equatable {
        /// It holds for each such packet, and so is no condition.
        case always
        /// It is about other packets: those of connections that stand, or of this computer itself.
        case never
        /// It depends on things that are not looked at.
        case sometimes
    }

    let meaning: Meaning
    /// How many words it has.
    let length: Int

    /// `ct state { 0x2, 0x4 }`, `ct state related,established`, `fib daddr type local`, `iifname "lo"`.
    init(nftables words: ArraySlice<String>, for packet: FirewallPacket) {
        let words = Array(words)
        func word(_ index: Int) -> String { words.indices.contains(index) ? words[index] : "" }
        switch (word(0), word(1)) {
        case ("ct", "state") where word(2) == "{":
            let end = words.firstIndex(of: "}") ?? words.count - 1
            meaning = Self.meaning(ofStates: words[min(3, end)..<end].joined(separator: ","), packet)
            length = end + 1
        case ("ct", "state") where word(2) != "!=" && word(2) != "vmap":
            meaning = Self.meaning(ofStates: word(2), packet)
            length = 3
        case ("ct", "status"):
            // What the firewall itself has sent on to another address (dnat, 0x20) goes there, and is no client of this port.
            meaning = word(2) == "0x20" || word(2) == "dnat" ? .never : .sometimes
            length = 3
        case ("ip", "daddr"), ("ip6", "daddr"):
            let end = word(2) == "{" ? words.firstIndex(of: "}") ?? words.count - 1 : 2
            let addresses = words[min(2, words.count)..<min(end + 1, words.count)].filter { $0 != "{" && $0 != "}" }
            meaning = addresses.allSatisfy(Self.isForMany) ? .never : .sometimes
            length = end + 1
        case ("fib", "daddr") where word(2) == "type":
            meaning = Self.meaning(ofType: word(3), packet)
            length = 4
        case (packet.interfaces.name, "!="), (packet.interfaces.number, "!="):
            meaning = word(2) == #""lo""# || word(2) == "lo" ? .always : .sometimes
            length = 3
        default:
            meaning = .sometimes
            length = 2
        }
    }

    /// Groups and broadcasts, which no connection goes to.
    private static func isForMany(_ address: String) -> Bool {
        if address.hasPrefix("ff") || address == "255.255.255.255" { return true }
        return address.split(separator: ".").first.flatMap { Int($0) }.map { (224...239).contains($0) } ?? false
    }

    /// The options of iptables that are known here.
    static func iptablesOptions(_ packet: FirewallPacket) -> Set<String> {
        ["--ctstate", "--state", "--dst-type", packet.interfaces.option]
    }

    /// `--ctstate RELATED,ESTABLISHED`, `--dst-type LOCAL`, `! -i lo`.
    init(iptables option: String, _ value: String, isNegated: Bool, for packet: FirewallPacket) {
        length = 2
        let plain: Meaning =
            switch option {
            case "--dst-type": Self.meaning(ofType: value, packet)
            case packet.interfaces.option: value == "lo" ? .never : .sometimes
            default: Self.meaning(ofStates: value, packet)
            }
        switch plain {
        case .always: meaning = isNegated ? .never : .always
        case .never: meaning = isNegated ? .always : .never
        case .sometimes: meaning = .sometimes
        }
    }

    static func meaning(ofStates text: String, _ packet: FirewallPacket) -> Meaning {
        let states = text.lowercased().split { $0 == "," || $0 == "|" || $0 == " " }.map(String.init)
        func holds(_ names: Set<String>, _ bits: Int) -> Bool {
            states.contains { state in
                state.hasPrefix("0x") ? (Int(state.dropFirst(2), radix: 16) ?? 0) & bits != 0 : names.contains(state)
            }
        }
        if holds(packet.states, packet.stateBits) { return .always }
        // Where connections are not tracked, an answer is of none.
        return packet == .answer && holds(["untracked"], 0x40) ? .sometimes : .never
    }

    /// What kind of address a packet goes to: this computer's own, or a client's.
    private static func meaning(ofType type: String, _ packet: FirewallPacket) -> Meaning {
        switch type.lowercased() {
        // The numbers are those of linux/rtnetlink.h, as `nft -nn` may show them.
        case "local", "2": packet == .request ? .always : .never
        case "unicast", "1": packet == .request ? .never : .always
        case "multicast", "broadcast", "anycast", "3", "5", "4": .never
        default: .sometimes
        }
    }
}
