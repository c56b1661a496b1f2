/// The rules of this computer's own firewall that decide about clients from outside, as far as they can be read.
package struct Firewall: Sendable, Equatable {
    /// The program that people set the rules with, for the command that opens a port.
    package enum Manager: String, Sendable {
        case ufw, firewalld, nftables, iptables
    }

    package enum Verdict: Sendable, Equatable {
        case accept, drop, reject
        /// On to another list of rules; with `goto` there is no way back.
        case jump(String)
        case leave
        /// Counting, logging and the like.
        case none
    }

    package struct Rule: Sendable, Equatable {
        /// As the firewall's own tool shows it.
        package let text: String
        /// `tcp` or `udp`; nil for both.
        package var transport: String?
        /// Empty for all.
        package var ports: [ClosedRange<Int>] = []
        package var verdict = Verdict.none
        /// It has conditions that are not looked at here: an interface, an address, a state, a rate.
        package var isNarrowed = false

        package init(_ text: String) {
            self.text = text
        }

        func concerns(_ transport: String, _ port: Int) -> Bool {
            (self.transport == nil || self.transport == transport)
                && (ports.isEmpty || ports.contains { $0.contains(port) })
        }
    }

    package struct Chain: Sendable, Equatable {
        /// `inet filter`
        package let table: String
        package let name: String
        /// What new clients meet first; other chains are reached by jumps.
        package var isInput = false
        package var policy = Verdict.accept
        package var rules: [Rule] = []

        package init(table: String, name: String) {
            self.table = table
            self.name = name
        }
    }

    package var manager: Manager?
    /// firewalld's zone for the network that this computer is in, where it is not the one that commands go to by themselves.
    package var zone: String?
    package var chains: [Chain] = []
    /// What could not be read, with the answer of each tool: `nft list ruleset: Operation not permitted`.
    package var unreadable: [String] = []

    /// There is a firewall tool, and it does not tell this program its rules.
    package var isUnreadable: Bool { !unreadable.isEmpty }

    package init() {}

    /// What becomes of a new client from outside.
    package enum Bearing: Sendable, Equatable {
        case open
        /// The rule or policy that keeps clients away, in the words of the tool.
        case closed(by: String, verdict: Verdict)
        /// A rule lets some in and others not.
        case partly(String)
    }

    /// Every chain for input has to let a packet pass.
    package func bearing(on port: Int, transport: String = "tcp") -> Bearing {
        var partly: Bearing?
        for chain in chains where chain.isInput {
            var visited: Set<String> = []
            switch walk(chain, transport, port, &visited) {
            case .closed(let by, let verdict): return .closed(by: by, verdict: verdict)
            case .partly(let text): partly = .partly(text)
            case .open: continue
            case nil:
                if chain.policy == .drop {
                    return .closed(
                        by: "chain \(chain.table) \(chain.name): policy drop, and no rule for port \(port)",
                        verdict: .drop
                    )
                }
            }
        }
        return partly ?? .open
    }

    /// nil: no rule of the chain decides.
    private func walk(_ chain: Chain, _ transport: String, _ port: Int, _ visited: inout Set<String>) -> Bearing? {
        guard visited.insert(chain.name).inserted else { return nil }
        for rule in chain.rules where rule.concerns(transport, port) {
            let place = "\(chain.table) \(chain.name): \(rule.text)"
            switch rule.verdict {
            case .accept where !rule.isNarrowed: return .open
            // A narrowed rule speaks about this port only if it names it: "established accept" is for others.
            case .accept where !rule.ports.isEmpty: return .partly(place)
            case .drop where !rule.isNarrowed, .reject where !rule.isNarrowed:
                return .closed(by: place, verdict: rule.verdict)
            case .jump(let name):
                let next = chains.first { $0.name == name && $0.table == chain.table }
                if let next, let bearing = walk(next, transport, port, &visited) { return bearing }
            case .leave where !rule.isNarrowed: return nil
            default: continue
            }
        }
        return nil
    }

    private var zoneOption: String { zone.map { "--zone=\($0) " } ?? "" }

    /// The command that keeps the port open after a restart, where that is another one.
    package func keepingOpen(_ port: Int, transport: String = "tcp") -> String? {
        guard manager == .firewalld else { return nil }
        return "sudo firewall-cmd --permanent \(zoneOption)--add-port=\(port)/\(transport)"
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
    package func opening(_ port: Int, transport: String = "tcp") -> String {
        switch manager {
        case .ufw: return "sudo ufw allow \(port)/\(transport)"
        case .firewalld: return "sudo firewall-cmd \(zoneOption)--add-port=\(port)/\(transport)"
        case .iptables: return "sudo iptables -I INPUT -p \(transport) --dport \(port) -j ACCEPT"
        case .nftables, nil:
            let closing = chains.first { $0.isInput && ($0.policy == .drop || !$0.rules.isEmpty) }
            let place = closing.map { "\($0.table) \($0.name)" } ?? "inet filter input"
            return "sudo nft insert rule \(place) \(transport) dport \(port) accept"
        }
    }
}
