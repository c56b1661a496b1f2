/// The packet whose way through a firewall is followed: what it is called in rules, and which conditions hold for it.
package enum FirewallPacket: Sendable {
    /// A new client's first, which comes in.
    case request
    /// What the server answers to it, which goes out.
    case answer

    /// The hooks of nftables that it passes, one after the other.
    var hooks: [String] {
        self == .request ? ["ingress", "prerouting", "input"] : ["output", "postrouting", "egress"]
    }
    /// The chain of iptables that it passes.
    var chain: String { self == .request ? "INPUT" : "OUTPUT" }
    /// The server's port, in nftables and in iptables.
    var ownPort: String { self == .request ? "dport" : "sport" }
    /// The client's port.
    var otherPort: String { self == .request ? "sport" : "dport" }
    /// The interface that it passes, in nftables by name and by number, and in iptables.
    var interfaces: (name: String, number: String, option: String) {
        self == .request ? ("iifname", "iif", "-i") : ("oifname", "oif", "-o")
    }
    /// Whether a client can have one of these ports: its system gives it a high one (ip(7), ip_local_port_range).
    func mayBeClients(_ ports: [ClosedRange<Int>]) -> Bool { ports.isEmpty || ports.contains { $0.upperBound >= 1024 } }
    /// SYN, and SYN with ACK (linux/tcp.h).
    var flags: Int { self == .request ? 0x02 : 0x12 }
    /// What connection tracking makes of it: for the server's computer a connection stands as soon as it answers.
    var states: Set<String> { self == .request ? ["new", "untracked"] : ["established"] }
    /// The same as bits, which `nft -nn` shows (include/uapi/linux/netfilter/nf_conntrack_common.h).
    var stateBits: Int { self == .request ? 0x08 | 0x40 : 0x02 }
}
