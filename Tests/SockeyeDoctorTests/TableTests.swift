import SockeyeSystem
import TestSupport
import Testing

@testable import SockeyeDoctor

/// The kernel's tables, as it prints them on a machine that keeps the low byte first.
@Suite(.inTurn) struct TableTests {
    private func row(_ line: String) -> SocketRow? { SocketRow(line[...]) }

    @Test func `a listener is read`() {
        let read = row(
            "   0: 0100007F:0539 00000000:0000 0A 00000000:00000003 00:00000000 00000000  1000        0 31337 1 0 100"
        )
        #expect(read?.local == .ipv4(.loopback, port: 1337))
        #expect(read?.state == .listen)
        #expect(read?.waiting == 3)
        #expect(read?.inode == "31337")
    }

    @Test func `the seconds of TIME_WAIT are read`() {
        let read = row(
            "  1: 0200090A:0539 0100090A:A2F4 06 00000000:00000000 03:00000BB8 00000000     0        0 0 3 0"
        )
        #expect(read?.state == .timeWait)
        #expect(read?.secondsLeft == 30)
        #expect(read?.remote == .ipv4(IPv4Address(10, 9, 0, 1), port: 41_716))
    }

    @Test func `an IPv6 address is read`() {
        let read = row(
            "  0: 00000000000000000000000001000000:0539 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 "
                + "00000000     0        0 77 1"
        )
        #expect(read?.local == .ipv6(.loopback, port: 1337))
    }

    @Test(arguments: [
        "", "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid", "0: x:y z 0A",
        "0: 0100007F:0539 00000000:0000 FF 0:0 0:0 0 0 0 1",
    ])
    func `what is no socket is left out`(line: String) {
        #expect(row(line) == nil)
    }

    @Test func `routes are read, and the longest network counts`() throws {
        let table = """
            Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT
            eth0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0
            eth0\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0
            *\t0007A8C0\t00000000\t0200\t0\t0\t0\t00FFFFFF\t0\t0\t0
            """
        let routes = Route.ipv4(table)
        #expect(routes.count == 3)
        let near = Route.best(for: .ipv4(IPv4Address(192, 168, 0, 9), port: 1), in: routes)
        #expect(near?.gateway == nil && near?.network.description == "192.168.0.0/24")
        let far = Route.best(for: .ipv4(IPv4Address(8, 8, 8, 8), port: 1), in: routes)
        #expect(far?.gateway == .ipv4(IPv4Address(192, 168, 0, 1), port: 0))
        #expect(Route.best(for: .ipv4(IPv4Address(192, 168, 7, 7), port: 1), in: routes) == nil)
        // A blackhole has no flag, and is no network of this computer either.
        var state = ComputerState()
        state.routes = routes + Route.ipv4("*\t00004D0A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0")
        #expect(state.routes.count == 4 && !state.ownNetworks.contains { $0.interface == "*" })
        let shut = SocketAddress.ipv4(IPv4Address(10, 77, 0, 5), port: 1)
        #expect(state.route(to: shut) == nil && state.forbiddingRoute(shut)?.network.description == "10.77.0.0/16")
    }

    @Test func `IPv6 routes are read without those for own addresses and groups`() {
        let zero = String(repeating: "0", count: 32)
        let table = """
            fd090000000000000000000000000000 40 \(zero) 00 \(zero) 00000100 00000001 00000000 00000001     eth0
            \(zero) 00 \(zero) 00 fd090000000000000000000000000001 00000400 00000001 00000000 00000003     eth0
            fd090000000000000000000000000002 80 \(zero) 00 \(zero) 00000000 00000002 00000000 80200001       lo
            ff000000000000000000000000000000 08 \(zero) 00 \(zero) 00000100 00000001 00000000 00000001     eth0
            \(zero) 00 \(zero) 00 \(zero) ffffffff 00000001 00000000 00200200       lo
            """
        let routes = Route.ipv6(table)
        #expect(routes.map(\.network.description) == ["fd09::/64", "::/0", "::/0"])
        #expect(routes[2].isForbidden)
        let target = SocketAddress.ipv6(IPv6Address(highBits: 0x2001_0db8 << 32, lowBits: 1), port: 80)
        #expect(Route.best(for: target, in: routes)?.gateway != nil)
        #expect(Route.best(for: target, in: [routes[2]]) == nil)
    }

    @Test func `this computer's own tables are read`() async {
        let state = await SystemProbes().state()
        #expect(state.interfaces.contains { $0.address.isLoopback })
        #expect(state.longestQueue.map { $0 > 0 } ?? true)
        #expect(state.openFiles.map { $0 > 0 } ?? true)
    }
}

/// Rules of firewalls, as their tools print them.
@Suite(.inTurn) struct FirewallTests {
    private func firewall(_ rules: String, policy: String = "accept") -> Firewall {
        var firewall = Firewall()
        firewall.chains = FirewallParser.nftables(
            Self.sets + "\tchain input {\n\t\ttype filter hook input priority filter; policy \(policy);\n"
                + rules.split(separator: "\n").map { "\t\t\($0)\n" }.joined()
                + "\t}\n\tchain more {\n\t\ttcp dport 1337 drop\n\t}\n\tchain all {\n\t\tdrop\n\t}\n"
                + "\tchain back {\n\t\treturn\n\t}\n}\n"
        )
        return firewall
    }

    private static let sets = """
        table inet filter {
        \tset s {
        \t\ttype ipv4_addr
        \t}
        \tset open {
        \t\ttype inet_service
        \t\tflags interval
        \t\telements = { 22, 80, 100-200,
        \t\t\t     1300-1400 }
        \t}
        \tset shut {
        \t\ttype inet_service
        \t\telements = { 22 }
        \t}
        \tmap doors {
        \t\ttype inet_service : verdict
        \t\telements = { 22 : drop, 1337 : accept }
        \t}

        """

    @Test(arguments: [
        ("iifname \"eth0\" jump more", ["eth0"], "closed"), ("iifname \"eth0\" jump more", ["wlan0"], "open"),
        ("iifname \"eth0\" jump more", ["eth0", "wlan0"], "partly"),
        ("iifname { \"eth0\", \"wlan0\" } drop", ["eth0", "wlan0"], "closed"),
        ("iifname \"eth*\" drop", ["eth1"], "closed"), ("iifname \"lo\" accept\ndrop", ["eth1"], "closed"),
    ])
    func `a rule for an interface is for those who come in by it`(rules: String, interfaces: [String], expected: String)
    {
        var firewall = firewall(rules, policy: "accept")
        firewall.interfaces = interfaces
        #expect(name(firewall.bearing(on: 1337)) == expected)
    }

    @Test func `each family has its own tables, and rules before the chain for input count`() {
        var firewall = Firewall()
        for (table, v4, v6) in [("ip", "closed", "open"), ("ip6", "open", "closed"), ("inet", "closed", "closed")] {
            firewall.chains = FirewallParser.nftables(
                "table \(table) t {\n\tchain c {\n\t\ttype filter hook prerouting priority -300; policy accept;\n\t\ttcp dport 1337 drop\n\t}\n}\n"
            )
            #expect(name(firewall.bearing(on: 1337, family: .ipv4)) == v4)
            #expect(name(firewall.bearing(on: 1337, family: .ipv6)) == v6)
        }
    }

    private func name(_ bearing: Firewall.Bearing) -> String {
        switch bearing {
        case .open: "open"
        case .closed: "closed"
        case .partly: "partly"
        }
    }

    @Test(arguments: [
        ("", "accept", "open"), ("", "drop", "closed"), ("tcp dport 1337 accept", "drop", "open"),
        ("tcp dport 1337 counter packets 5 bytes 300 reject", "accept", "closed"),
        ("tcp dport { 22, 1300-1400 } accept", "drop", "open"), ("tcp dport { 22, 80 } accept", "drop", "closed"),
        ("udp dport 1337 drop", "accept", "open"),
        ("ct state established,related accept\niif \"lo\" accept", "drop", "closed"),
        ("ip saddr 10.0.0.0/8 tcp dport 1337 accept\ndrop", "accept", "partly"), ("jump more", "accept", "closed"),
        ("iifname \"eth0\" jump more", "accept", "partly"), ("tcp dport 1337 accept\njump more", "accept", "open"),
        ("meta l4proto tcp reject with tcp reset", "accept", "closed"), ("ip saddr 10.1.1.1 drop", "accept", "open"),
        ("limit rate 5/second accept", "accept", "open"), ("counter packets 0 bytes 0 drop", "accept", "closed"),
        // A new client is neither established nor invalid, and comes to an address of this computer.
        ("ct state { 0x2, 0x4 } accept\nct state 0x1 drop\ntcp dport 1337 accept\ndrop", "accept", "open"),
        ("ct state new tcp dport 1337 accept", "drop", "open"),
        ("tcp dport 1337 ct state { new, untracked } accept", "drop", "open"),
        ("ct state established drop", "accept", "open"), ("iifname != \"lo\" drop", "accept", "closed"),
        ("fib daddr type local return\ndrop", "accept", "open"), ("ct state vmap { new : drop }", "accept", "closed"),
        ("tcp dport 1337 return\ndrop", "accept", "open"), ("jump nowhere", "accept", "open"),
        // Sets and maps, by name and in the rule itself.
        ("tcp dport @open accept", "drop", "open"), ("tcp dport @s accept", "drop", "partly"),
        ("tcp dport @shut accept", "drop", "closed"), ("tcp dport @nosuch drop", "accept", "partly"),
        ("tcp dport vmap { 22 : accept, 1300-1400 : accept }", "drop", "open"),
        ("tcp dport vmap { 22 : accept, 80 : drop }", "drop", "closed"),
        ("tcp dport vmap { 22 : accept, 1337 : drop }", "accept", "closed"),
        ("tcp dport vmap { 1337 : jump more }", "accept", "closed"), ("tcp dport vmap @doors", "drop", "open"),
        ("tcp dport vmap @nosuch", "drop", "partly"), ("tcp dport vmap @nosuch", "accept", "open"),
        ("tcp dport != 22 drop", "accept", "closed"), ("tcp dport != { 22, 1337 } drop", "accept", "open"),
        // Conditions of a jump hold for all behind it.
        ("ip saddr 10.0.0.0/8 jump all", "accept", "open"), ("ip saddr 10.0.0.0/8 jump more", "accept", "partly"),
        ("ip saddr 10.0.0.0/8 jump all\ndrop", "accept", "closed"), ("goto back\ndrop", "accept", "open"),
        ("jump back\ndrop", "accept", "closed"), ("jump back\njump back\njump more", "accept", "closed"),
        // Some are let in, and so it is not closed; nobody is kept out, and so it is open.
        ("ip saddr 10.0.0.0/8 accept", "drop", "partly"), ("ip saddr 10.0.0.0/8 accept", "accept", "open"),
        ("ip saddr 10.0.0.0/8 tcp dport 1337 accept", "accept", "open"),
        ("ip saddr 10.0.0.0/8 tcp dport 1337 drop", "accept", "partly"),
        ("tcp dport 1337 limit rate 10/second accept\ntcp dport 1337 drop", "accept", "partly"),
        // Other protocols, by their names and numbers.
        ("meta l4proto 6 reject", "accept", "closed"), ("meta l4proto { 6, 17 } th dport 1337 accept", "drop", "open"),
        ("meta l4proto { 1, 58 } accept", "drop", "closed"), ("icmp type 8 accept", "drop", "closed"),
        ("ip protocol 1 accept", "drop", "closed"), ("ip6 nexthdr 58 accept", "drop", "closed"),
        ("udp sport 67 accept", "drop", "closed"), ("ip daddr 224.0.0.251 accept", "drop", "closed"),
        ("ct status 0x20 accept", "drop", "closed"), ("meta l4proto != 17 drop", "accept", "open"),
        ("ct state vmap { 0x1 : drop, 0x2 : accept }", "drop", "closed"),
        ("ct state vmap { 0x8 : jump more }\naccept", "drop", "closed"),
        // The first packet of a new client has SYN alone.
        ("tcp flags 0x2 / 0x1,0x2,0x4,0x10 tcp dport 1337 drop", "accept", "closed"),
        ("tcp flags != 0x2 / 0x1,0x2,0x4,0x10 ct state 0x8 drop", "accept", "open"),
        ("tcp flags 0x1,0x2 / 0x1,0x2 drop", "accept", "open"), ("tcp flags 0x2 drop", "accept", "closed"),
        ("tcp flags 0x10 drop", "accept", "open"), ("tcp flags != 0x10 drop", "accept", "closed"),
        ("tcp dport 1337 log prefix \"no more: \" level info drop", "accept", "closed"),
        ("log prefix \" accept \"\ntcp dport 1337 drop", "accept", "closed"),
    ])
    func `a rule bears on the port`(rules: String, policy: String, expected: String) {
        #expect(name(firewall(rules, policy: policy).bearing(on: 1337)) == expected)
    }

    @Test(arguments: [
        ("-P INPUT ACCEPT", "open"), ("-P INPUT DROP", "closed"),
        ("-P INPUT DROP\n-A INPUT -p tcp -m tcp --dport 1337 -j ACCEPT", "open"),
        ("-P INPUT DROP\n-A INPUT -p tcp -m multiport --dports 22,1337 -j ACCEPT", "open"),
        ("-P INPUT ACCEPT\n-A INPUT -p tcp -m tcp --dport 1300:1400 -j REJECT --reject-with tcp-reset", "closed"),
        (
            "-P INPUT DROP\n-A INPUT -i lo -j ACCEPT\n-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT",
            "closed"
        ),
        ("-P INPUT DROP\n-A INPUT -p tcp -m state --state NEW -m tcp --dport 1337 -j ACCEPT", "open"),
        ("-P INPUT ACCEPT\n-A INPUT -m addrtype --dst-type LOCAL -j RETURN\n-A INPUT -j DROP", "open"),
        ("-P INPUT ACCEPT\n-A INPUT -m addrtype ! --dst-type LOCAL -j DROP", "open"),
        ("-P INPUT ACCEPT\n-A INPUT ! -i lo -j DROP", "closed"),
        ("-P INPUT ACCEPT\n-A INPUT -p tcp -m tcp ! --dport 1337 -j DROP", "open"),
        ("-P INPUT ACCEPT\n-N wall\n-A INPUT -j wall\n-A wall -p tcp --dport 1337 -j DROP", "closed"),
        ("-P INPUT ACCEPT\n-N wall\n-A INPUT -s 10.0.0.0/8 -j wall\n-A wall -j DROP", "open"),
        ("-P INPUT DROP\n-A INPUT -s 10.0.0.0/8 -j ACCEPT", "partly"),
        ("-P INPUT DROP\n-A INPUT -p icmp -j ACCEPT", "closed"),
        ("-P INPUT ACCEPT\n-N wall\n-A INPUT -g wall\n-A INPUT -j DROP\n-A wall -j RETURN", "open"),
    ])
    func `iptables' rules bear on it too`(rules: String, expected: String) {
        var firewall = Firewall()
        firewall.chains = FirewallParser.iptables(rules)
        #expect(name(firewall.bearing(on: 1337)) == expected)
    }

    @Test func `what ip6tables tells is for IPv6`() {
        var firewall = Firewall()
        firewall.chains = FirewallParser.iptables("-P INPUT ACCEPT")
        firewall.chains += FirewallParser.iptables("-P INPUT DROP", table: "ip6 filter")
        #expect(name(firewall.bearing(on: 1337, family: .ipv4)) == "open")
        #expect(name(firewall.bearing(on: 1337, family: .ipv6)) == "closed")
    }

    @Test(arguments: [
        ("tcp sport 1337 drop", "accept", "closed"), ("tcp sport 1338 drop", "accept", "open"),
        ("tcp dport 1337 drop", "accept", "open"), ("tcp dport 32768-60999 drop", "accept", "open"),
        ("ct state established accept", "drop", "open"), ("ct state new accept", "drop", "closed"),
        ("ct state 0x2,0x4 accept", "drop", "open"), ("ct state untracked accept", "drop", "partly"),
        ("ct state vmap { established : accept, invalid : drop }", "drop", "open"),
        ("ct state vmap { 0x2 : drop, 0x8 : accept }", "accept", "closed"),
        ("ct state vmap { new : accept }", "drop", "closed"),
        // What a client of this computer may ask for is no answer to anybody.
        ("tcp dport { 53, 80, 443 } accept", "drop", "closed"), ("tcp dport 80-2000 accept", "drop", "partly"),
        ("tcp dport != 80 accept", "drop", "partly"), ("meta skuid 33 accept", "drop", "partly"),
        ("oifname \"lo\" accept", "drop", "closed"), ("oifname != \"lo\" drop", "accept", "closed"),
        ("oifname \"eth0\" accept", "drop", "open"), ("iifname \"eth0\" accept", "drop", "partly"),
        ("tcp flags syn / fin,syn,rst,ack drop", "accept", "open"), ("tcp flags 0x10 drop", "accept", "closed"),
        ("tcp flags 0x12 / 0x12 drop", "accept", "closed"), ("fib daddr type local accept", "drop", "closed"),
        ("fib daddr type unicast accept", "drop", "open"), ("jump more", "accept", "open"),
        ("jump all", "accept", "closed"),
        ("th sport 1337 drop", "accept", "closed"), ("tcp sport vmap { 1337 : drop }", "accept", "closed"),
    ])
    func `what the server answers has a way of its own`(rules: String, policy: String, expected: String) {
        var firewall = Firewall()
        let text =
            "table inet filter {\n\tchain out {\n\t\ttype filter hook output priority filter; policy \(policy);\n\t\t\(rules)\n\t}\n"
            + "\tchain more {\n\t\ttcp dport 1337 drop\n\t}\n\tchain all {\n\t\tdrop\n\t}\n}\n"
        firewall.chains = FirewallParser.nftables(text)
        firewall.answerChains = FirewallParser.nftables(text, for: .answer)
        firewall.interfaces = ["eth0"]
        #expect(name(firewall.bearing(on: 1337, packet: .answer)) == expected)
        #expect(name(firewall.bearing(on: 1337)) == "open")
    }

    @Test(arguments: [
        ("-P OUTPUT DROP", "closed"), ("-P OUTPUT ACCEPT\n-A OUTPUT -p tcp -m tcp --sport 1337 -j DROP", "closed"),
        ("-P OUTPUT ACCEPT\n-A OUTPUT -p tcp --sport 1338 -j DROP", "open"), ("-P INPUT DROP", "open"),
        ("-P OUTPUT DROP\n-A OUTPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT", "open"),
        ("-P OUTPUT DROP\n-A OUTPUT -m conntrack --ctstate NEW -j ACCEPT", "closed"),
        ("-P OUTPUT DROP\n-A OUTPUT -p tcp -m multiport --dports 53,80,443 -j ACCEPT", "closed"),
        ("-P OUTPUT DROP\n-A OUTPUT -p tcp ! --dport 80 -j ACCEPT", "partly"),
        ("-P OUTPUT DROP\n-A OUTPUT -p tcp --dport 1024:65535 -j ACCEPT", "partly"),
        ("-P OUTPUT DROP\n-A OUTPUT -o lo -j ACCEPT", "closed"),
        ("-P OUTPUT DROP\n-A OUTPUT -o eth+ -j ACCEPT", "open"),
        ("-P OUTPUT ACCEPT\n-A OUTPUT -m addrtype ! --dst-type LOCAL -j DROP", "closed"),
        ("-P OUTPUT DROP\n-A OUTPUT -m owner --uid-owner 33 -j ACCEPT", "partly"),
    ])
    func `iptables' rules for what leaves bear on answers`(rules: String, expected: String) {
        var firewall = Firewall()
        firewall.answerChains = FirewallParser.iptables(rules, for: .answer)
        firewall.interfaces = ["eth0"]
        #expect(name(firewall.bearing(on: 1337, packet: .answer)) == expected)
    }

    @Test func `the command that lets answers out is that of the table`() {
        let firewall = Firewall()
        #expect(
            firewall.lettingOut(80, transport: "tcp", at: "inet f out")
                == "sudo nft insert rule inet f out tcp sport 80 accept"
        )
        #expect(
            firewall.lettingOut(80, transport: "udp", at: "ip6 filter OUTPUT")
                == "sudo ip6tables -I OUTPUT -p udp --sport 80 -j ACCEPT"
        )
    }

    @Test func `the opening command is that of whoever manages the rules`() {
        var firewall = firewall("", policy: "drop")
        #expect(firewall.opening(80) == "sudo nft insert rule inet filter input tcp dport 80 accept")
        #expect(firewall.opening(80, at: "ip6 filter INPUT") == "sudo ip6tables -I INPUT -p tcp --dport 80 -j ACCEPT")
        #expect(
            firewall.opening(80, at: "ip legacy INPUT") == "sudo iptables-legacy -I INPUT -p tcp --dport 80 -j ACCEPT"
        )
        #expect(firewall.opening(80, at: "ip t c") == "sudo nft insert rule ip t c tcp dport 80 accept")
        firewall.manager = .ufw
        #expect(firewall.opening(80) == "sudo ufw allow 80/tcp")
        firewall.manager = .firewalld
        #expect(firewall.opening(80) == "sudo firewall-cmd --add-port=80/tcp")
        firewall.zone = "home"
        #expect(firewall.opening(80, transport: "udp") == "sudo firewall-cmd --zone=home --add-port=80/udp")
        #expect(firewall.keepingOpen(80) == "sudo firewall-cmd --permanent --zone=home --add-port=80/tcp")
        firewall.manager = .ufw
        #expect(firewall.keepingOpen(80) == nil)
    }

    @Test(arguments: [
        (
            "Operation not permitted (you must be root)\n",
            "nft list ruleset: Operation not permitted (you must be root)"
        ),
        ("\n  \nfirst\nsecond\n", "nft list ruleset: first"), ("", "nft list ruleset: it ended with status 1"),
        ("a\u{1B}[31mb\n", "nft list ruleset: a·[31mb"),
    ])
    func `why a tool did not tell its rules is said in its own words`(text: String, expected: String) {
        let outcome = OtherProgram.Outcome(text: text, status: 1)
        #expect(FirewallReader.complaint("nft list ruleset", outcome) == expected)
    }

    @Test(arguments: [
        ("public (default)\n  interfaces: eth0\n", "public", nil), ("home\n  interfaces: eth0\n", "public", "home"),
        ("home\n  interfaces: eth0\nwork\n  sources: 10.0.0.0/8\n", "public", nil), ("", "public", nil),
    ])
    func `firewalld's zone is named where it is not the default`(active: String, standard: String, zone: String?) {
        #expect(FirewallParser.zone(active: active, standard: standard + "\n") == zone)
    }

    @Test func `a chain that jumps to itself ends`() {
        var firewall = Firewall()
        firewall.chains = FirewallParser.iptables("-P INPUT ACCEPT\n-N a\n-A INPUT -j a\n-A a -j a")
        #expect(name(firewall.bearing(on: 1)) == "open")
    }
}
