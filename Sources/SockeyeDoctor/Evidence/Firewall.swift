package import SockeyeSystem

/// The rules of this computer's own firewall that decide about clients from outside, as far as they can be read.
package struct Firewall: Sendable, Equatable {
    /// The program that people set the rules with, for the command that opens a port.
    package enum Manager: String, Sendable {
        case ufw, firewalld, nftables, iptables
    }

    package enum Verdict: Sendable, Equatable {
        case accept, drop, reject
        /// On to another list of rules, and back where that decides nothing.
        case jump(String)
        /// On to another list of rules, without a way back.
        case goTo(String)
        case leave
        /// Counting, logging and the like.
        case none
    }

    package struct Rule: Sendable, Equatable {
        /// As the firewall's own tool shows it.
        package let text: String
        /// `tcp`, `udp` and others; nil for all.
        package var transports: Set<String>?
        /// Empty for all.
        package var ports: [ClosedRange<Int>] = []
        /// It names ports, and which ones could not be read.
        package var hasUnknownPorts = false
        /// Names of the interfaces that packets have to come in by, with a star at the end for all that begin so; nil for all.
        package var interfaces: [String]?
        package var verdict = Verdict.none
        /// It has conditions that are not looked at here: an address, a state, a rate.
        package var isNarrowed = false

        package init(_ text: String) {
            self.text = text
        }

        func concerns(_ transport: String, _ port: Int) -> Bool {
            transports?.contains(transport) != false && (ports.isEmpty || ports.contains { $0.contains(port) })
        }

        var namesPort: Bool { !ports.isEmpty || hasUnknownPorts }

        /// Whether it is for packets of all of these interfaces. Of none nothing is known.
        func takesAll(of names: [String]) -> Bool {
            interfaces == nil || (!names.isEmpty && names.allSatisfy(takes))
        }

        /// Whether it is for packets of one of these interfaces at least.
        func takesAny(of names: [String]) -> Bool { interfaces == nil || names.isEmpty || names.contains(where: takes) }

        private func takes(_ name: String) -> Bool {
            interfaces?.contains { $0.hasSuffix("*") ? name.hasPrefix($0.dropLast()) : name == $0 } ?? true
        }
    }

    package struct Chain: Sendable, Equatable {
        /// `inet filter`
        package let table: String
        package let name: String
        /// The packet meets it by itself; other chains are reached by jumps.
        package var isFirst = false
        package var policy = Verdict.accept
        package var rules: [Rule] = []

        package init(table: String, name: String) {
            self.table = table
            self.name = name
        }

        var place: String { "\(table) \(name)" }

        /// Tables named `ip` and `ip6` see one family, all others both.
        func concerns(_ family: AddressFamily) -> Bool {
            switch table.split(separator: " ").first {
            case "ip": family == .ipv4
            case "ip6": family == .ipv6
            default: true
            }
        }
    }

    package var manager: Manager?
    /// firewalld's zone for the network that this computer is in, where it is not the one that commands go to by themselves.
    package var zone: String?
    /// As the packet of a new client meets them.
    package var chains: [Chain] = []
    /// As what the server answers meets them.
    package var answerChains: [Chain] = []
    /// This computer's interfaces but its loopback, for rules that are about one of them.
    package var interfaces: [String] = []
    /// What could not be read, with the answer of each tool: `nft list ruleset: Operation not permitted`.
    package var unreadable: [String] = []

    /// There is a firewall tool, and it does not tell this program its rules.
    package var isUnreadable: Bool { !unreadable.isEmpty }

    package init() {}

    /// What becomes of a new client from outside, or of what it is answered.
    package enum Bearing: Sendable, Equatable {
        case open
        /// The rule or policy that keeps it from passing, in the words of the tool, and the chain that packets meet first.
        case closed(by: String, verdict: Verdict, at: String)
        /// A rule lets some in, or keeps some out, and others not; with the chain that packets meet first.
        case partly(by: String, isDropping: Bool, at: String)
    }

    /// Every chain of a packet's way has to let it pass.
    package func bearing(
        on port: Int,
        transport: String = "tcp",
        family: AddressFamily = .ipv4,
        packet: FirewallPacket = .request
    ) -> Bearing {
        let chains = packet == .request ? chains : answerChains
        var partly: Bearing?
        for chain in chains where chain.isFirst && chain.concerns(family) {
            var walk = FirewallWalk(chains, interfaces, transport, port)
            let one = walk.bearing(of: chain)
            switch one {
            case .closed: return one
            case .partly: partly = partly ?? one
            case .open: continue
            }
        }
        return partly ?? .open
    }

    private var zoneOption: String { zone.map { "--zone=\($0) " } ?? "" }

    /// The command that keeps the port open after a restart, where that is another one.
    package func keepingOpen(_ port: Int, transport: String = "tcp") -> String? {
        guard manager == .firewalld else { return nil }
        return "sudo firewall-cmd --permanent \(zoneOption)--add-port=\(port)/\(transport)"
    }

    /// The command that lets the server's answers out.
    ///
    /// - Parameter place: The chain that keeps them back, `inet filter output`.
    package func lettingOut(_ port: Int, transport: String, at place: String) -> String {
        let tools = [
            "ip filter OUTPUT": "iptables", "ip6 filter OUTPUT": "ip6tables", "ip legacy OUTPUT": "iptables-legacy",
            "ip6 legacy OUTPUT": "ip6tables-legacy",
        ]
        guard let tool = tools[place] else { return "sudo nft insert rule \(place) \(transport) sport \(port) accept" }
        return "sudo \(tool) -I OUTPUT -p \(transport) --sport \(port) -j ACCEPT"
    }

    /// The command that shows the rules as their manager has them.
    package var showing: String {
        switch manager {
        case .ufw: "sudo ufw status verbose"
        case .firewalld: "sudo firewall-cmd --list-all-zones"
        case .iptables: "sudo iptables -S"
        case .nftables, nil: "sudo nft list ruleset"
        }
    }

    /// The command that lets clients in.
    ///
    /// - Parameter place: The chain that keeps them out, `inet filter input`.
    package func opening(_ port: Int, transport: String = "tcp", at place: String = "inet filter input") -> String {
        switch (manager, place) {
        case (.ufw, _): return "sudo ufw allow \(port)/\(transport)"
        case (.firewalld, _): return "sudo firewall-cmd \(zoneOption)--add-port=\(port)/\(transport)"
        case (_, "ip filter INPUT"): return "sudo iptables -I INPUT -p \(transport) --dport \(port) -j ACCEPT"
        case (_, "ip6 filter INPUT"): return "sudo ip6tables -I INPUT -p \(transport) --dport \(port) -j ACCEPT"
        case (_, "ip legacy INPUT"): return "sudo iptables-legacy -I INPUT -p \(transport) --dport \(port) -j ACCEPT"
        case (_, "ip6 legacy INPUT"): return "sudo ip6tables-legacy -I INPUT -p \(transport) --dport \(port) -j ACCEPT"
        default: return "sudo nft insert rule \(place) \(transport) dport \(port) accept"
        }
    }
}
