/// What a condition of a firewall's rule means for a new client that comes from outside to an address of this computer, which
/// is the only packet that the doctor asks about.
struct NewClientCondition: Equatable {
    enum Meaning: Equatable {
        /// It holds for each such client, and so is no condition.
        case always
        /// It is about other packets: those of connections that stand, or of this computer itself.
        case never
        /// It depends on things that are not looked at.
        case sometimes
    }

    let meaning: Meaning
    /// How many words it has.
    let length: Int

    /// The states of the kernel's connection tracking as bits, which `nft -nn` shows: invalid, established, related, new,
    /// untracked (include/uapi/linux/netfilter/nf_conntrack_common.h).
    private static let newBits = 0x08 | 0x40

    /// `ct state { 0x2, 0x4 }`, `ct state related,established`, `fib daddr type local`, `iifname "lo"`.
    init(nftables words: ArraySlice<String>) {
        let words = Array(words)
        func word(_ index: Int) -> String { words.indices.contains(index) ? words[index] : "" }
        switch (word(0), word(1)) {
        case ("ct", "state") where word(2) == "{":
            let end = words.firstIndex(of: "}") ?? words.count - 1
            meaning = Self.meaning(ofStates: words[min(3, end)..<end].joined(separator: ","))
            length = end + 1
        case ("ct", "state") where word(2) != "!=" && word(2) != "vmap":
            meaning = Self.meaning(ofStates: word(2))
            length = 3
        case ("ct", "state") where word(2) == "vmap":
            let end = words.firstIndex(of: "}") ?? words.count - 1
            // The verdicts between the states are no states, and stay without a meaning.
            let states = words[min(3, end)..<end].joined(separator: ",")
            meaning = Self.meaning(ofStates: states) == .always ? .sometimes : .never
            length = end + 1
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
            meaning = Self.meaning(ofType: word(3))
            length = 4
        case ("iifname", "!="), ("iif", "!="):
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
    static let iptablesOptions: Set = ["--ctstate", "--state", "--dst-type", "-i"]

    /// `--ctstate RELATED,ESTABLISHED`, `--dst-type LOCAL`, `! -i lo`.
    init(iptables option: String, _ value: String, isNegated: Bool) {
        length = 2
        let plain: Meaning =
            switch option {
            case "--dst-type": Self.meaning(ofType: value)
            case "-i": value == "lo" ? .never : .sometimes
            default: Self.meaning(ofStates: value)
            }
        switch plain {
        case .always: meaning = isNegated ? .never : .always
        case .never: meaning = isNegated ? .always : .never
        case .sometimes: meaning = .sometimes
        }
    }

    private static func meaning(ofStates text: String) -> Meaning {
        let states = text.lowercased().split { $0 == "," || $0 == "|" || $0 == " " }
        let isNew = states.contains { state in
            if state.hasPrefix("0x") { return (Int(state.dropFirst(2), radix: 16) ?? 0) & newBits != 0 }
            return state == "new" || state == "untracked"
        }
        return isNew ? .always : .never
    }

    private static func meaning(ofType type: String) -> Meaning {
        switch type.lowercased() {
        // 2: RTN_LOCAL of linux/rtnetlink.h, as `nft -nn` may show it.
        case "local", "2": .always
        case "multicast", "broadcast", "anycast", "unicast", "3", "5", "4", "1": .never
        default: .sometimes
        }
    }
}
