import SockeyeSystem

/// Asks the firewall tools that are installed. Most of them tell the administrator only.
enum FirewallReader {
    /// 10 s: firewalld's tool is a Python program that asks another one, and takes seconds on a machine that is busy. Who waits longer
    /// waits for a lock.
    private static let patience: Int32 = 10_000

    static func read() -> Firewall {
        var firewall = Firewall()
        if let rules = run("nft", "-nn", "list", "ruleset") {
            if rules.status == 0 {
                firewall.chains = FirewallParser.nftables(rules.text)
                firewall.answerChains = FirewallParser.nftables(rules.text, for: .answer)
            } else {
                firewall.unreadable.append(complaint("nft list ruleset", rules))
            }
        }
        readLegacy(&firewall)
        let met = (firewall.chains + firewall.answerChains).filter(\.isFirst)
        if !met.isEmpty {
            // Tables that iptables made are marked so by its nft variant.
            firewall.manager = met.contains { $0.name == "INPUT" || $0.name == "OUTPUT" } ? .iptables : .nftables
        } else if let rules = run("iptables", "-S") {
            if rules.status == 0 {
                firewall.chains = FirewallParser.iptables(rules.text)
                firewall.answerChains = FirewallParser.iptables(rules.text, for: .answer)
                firewall.manager = .iptables
                firewall.unreadable = []
                readIPv6(&firewall)
            } else {
                firewall.unreadable.append(complaint("iptables -S", rules))
            }
        }
        if isUfwOn { firewall.manager = .ufw }
        if let status = run("firewall-cmd", "--state"), status.status == 0 {
            firewall.manager = .firewalld
            firewall.zone = zone
        }
        return firewall
    }

    /// The older tables of the kernel, which stand beside those of nftables and are not shown with them. The tool is asked only where
    /// they are in use, since asking brings them into being.
    private static func readLegacy(_ firewall: inout Firewall) {
        for (names, tool, table) in [
            ("/proc/net/ip_tables_names", "iptables-legacy", "ip legacy"),
            ("/proc/net/ip6_tables_names", "ip6tables-legacy", "ip6 legacy"),
        ] where SystemFile.text(names)?.split(separator: "\n").contains("filter") == true {
            guard let rules = run(tool, "-S") else { continue }
            if rules.status == 0 {
                add(rules.text, table, to: &firewall)
            } else {
                firewall.unreadable.append(complaint("\(tool) -S", rules))
            }
        }
    }

    /// The rules of iptables are for IPv4 alone; without those for IPv6 nothing is known of the other half.
    private static func readIPv6(_ firewall: inout Firewall) {
        guard let rules = run("ip6tables", "-S") else { return }
        if rules.status == 0 {
            add(rules.text, "ip6 filter", to: &firewall)
        } else {
            firewall.unreadable.append(complaint("ip6tables -S", rules))
        }
    }

    private static func add(_ rules: String, _ table: String, to firewall: inout Firewall) {
        firewall.chains += FirewallParser.iptables(rules, table: table)
        firewall.answerChains += FirewallParser.iptables(rules, table: table, for: .answer)
    }

    /// `ufw status` is for the administrator; whether it is switched on stands in a file that everybody may read.
    private static var isUfwOn: Bool {
        if let status = run("ufw", "status"), status.status == 0 { return status.text.contains("Status: active") }
        let settings = SystemFile.text("/etc/ufw/ufw.conf") ?? ""
        return settings.split(separator: "\n").contains { $0.filter { !$0.isWhitespace } == "ENABLED=yes" }
    }

    /// The one active zone, if it is another than the default.
    private static var zone: String? {
        guard let active = run("firewall-cmd", "--get-active-zones"), active.status == 0,
            let standard = run("firewall-cmd", "--get-default-zone"), standard.status == 0
        else { return nil }
        return FirewallParser.zone(active: active.text, standard: standard.text)
    }

    /// The command, and why it says that it cannot.
    static func complaint(_ command: String, _ outcome: OtherProgram.Outcome) -> String {
        let line = outcome.text.split(separator: "\n").first { $0.contains { !$0.isWhitespace } }
        let words = line.map { Words.printable(Array($0.utf8), most: 120) } ?? "it ended with status \(outcome.status)"
        return "\(command): \(words)"
    }

    private static func run(_ name: String, _ arguments: String...) -> OtherProgram.Outcome? {
        OtherProgram.run(name, arguments, milliseconds: patience)
    }
}
