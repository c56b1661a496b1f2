import SockeyeSystem

/// Asks the firewall tools that are installed. Most of them tell the administrator only.
enum FirewallReader {
    /// 3 s: a tool that waits for a lock is not worth more.
    private static let patience: Int32 = 3000

    static func read() -> Firewall {
        var firewall = Firewall()
        if let rules = run("nft", "-nn", "list", "ruleset") {
            if rules.status == 0 {
                firewall.chains = FirewallParser.nftables(rules.text)
            } else {
                firewall.isUnreadable = true
            }
        }
        if firewall.chains.contains(where: \.isInput) {
            // Tables that iptables made are marked so by its nft variant.
            firewall.manager = firewall.chains.contains { $0.isInput && $0.name == "INPUT" } ? .iptables : .nftables
        } else if let rules = run("iptables", "-S") {
            if rules.status == 0 {
                firewall.chains = FirewallParser.iptables(rules.text)
                firewall.manager = .iptables
                firewall.isUnreadable = false
            } else {
                firewall.isUnreadable = true
            }
        }
        if let status = run("ufw", "status"), status.text.contains("Status: active") { firewall.manager = .ufw }
        if let status = run("firewall-cmd", "--state"), status.status == 0 { firewall.manager = .firewalld }
        return firewall
    }

    private static func run(_ name: String, _ arguments: String...) -> OtherProgram.Outcome? {
        OtherProgram.run(name, arguments, milliseconds: patience)
    }
}
