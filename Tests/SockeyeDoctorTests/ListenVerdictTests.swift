import SockeyeSystem
import TestSupport
import Testing

@testable import SockeyeDoctor

/// The five cases of an address in use, and the other reasons why a server cannot listen or is not reached.
@Suite(.inTurn) struct ListenVerdictTests {
    static let address = SocketAddress.ipv4(.any, port: 1337)
    static let server = SocketAddress.ipv4(IPv4Address(192, 168, 0, 2), port: 1337)

    struct Row: Sendable {
        let plain: Errno?
        let reusing: Errno?
        var rows: [SocketRow] = []
        let ids: [String]
    }

    static let rows: [Row] = [
        Row(plain: nil, reusing: nil, ids: ["can-listen", "reach", "not-from-outside"]),
        Row(
            plain: .addressInUse,
            reusing: .addressInUse,
            rows: [SocketRow(local: server, state: .listen, inode: "7")],
            ids: ["server-there", "reach", "not-from-outside", "port-taken"]
        ),
        Row(
            plain: .addressInUse,
            reusing: .addressInUse,
            rows: [SocketRow(local: server, state: .timeWait, secondsLeft: 41.2)],
            ids: ["time-wait-blocks"]
        ),
        Row(
            plain: .addressInUse,
            reusing: nil,
            rows: [SocketRow(local: server, state: .timeWait, secondsLeft: 41.2)],
            ids: ["time-wait", "can-listen", "reach", "not-from-outside"]
        ),
        Row(
            plain: .addressInUse,
            reusing: nil,
            rows: [SocketRow(local: server, state: .established, inode: "7")],
            ids: ["connections-left", "can-listen", "reach", "not-from-outside"]
        ),
        Row(
            plain: .addressInUse,
            reusing: .addressInUse,
            rows: [SocketRow(local: server, state: .closeWait, inode: "7")],
            ids: ["connections-left"]
        ),
        Row(plain: .addressInUse, reusing: .addressInUse, ids: ["bound-not-listening"]),
        Row(plain: .permissionDenied, reusing: .permissionDenied, ids: ["forbidden-here"]),
        Row(plain: .addressNotAvailable, reusing: .addressNotAvailable, ids: ["not-own-address"]),
        Row(plain: .stale, reusing: .stale, ids: ["other-error"]),
        Row(
            plain: .addressInUse,
            reusing: nil,
            ids: ["bound-not-listening", "can-listen", "reach", "not-from-outside"]
        ),
    ]

    static func evidence(_ row: Row) throws -> ListenEvidence {
        var evidence = ListenEvidence(target: "*:1337", port: 1337, lookUp: LookUp([Self.address]))
        evidence.binding = ListenEvidence.Binding(Self.address, plain: row.plain, reusing: row.reusing)
        evidence.state = try ConnectVerdictTests.home()
        evidence.state.sockets = row.rows
        evidence.state.programs = ["7": ComputerState.Program(name: "python3", id: 42)]
        return evidence
    }

    @Test(arguments: 0..<11)
    func `what bind answers leads to its finding`(index: Int) throws {
        let row = Self.rows[index]
        let findings = ListenVerdict.findings(try Self.evidence(row))
        #expect(findings.map(\.id) == row.ids)
        for finding in findings {
            #expect(!finding.evidence.isEmpty && !finding.cause.isEmpty && !finding.next.isEmpty)
        }
        #expect(
            findings.contains { $0.severity == .problem } == (row.reusing != nil && row.ids.first != "server-there")
        )
    }

    @Test func `who holds it and how long it takes is said`() throws {
        let taken = ListenVerdict.findings(try Self.evidence(Self.rows[1]))
        #expect(taken[0].what.contains("a server is there already, python3 (process 42): it listens on"))
        #expect(taken[3].what.contains("python3 (process 42)") && taken[3].severity == .note)
        // To end a server that runs is no first advice, and never without saying what for.
        #expect(!taken.contains { $0.next[0].command?.hasPrefix("kill") == true })
        #expect(taken[3].next.last == .run("kill 42", "to end python3, if you want the port for another program"))
        let fading = ListenVerdict.findings(try Self.evidence(Self.rows[2]))[0]
        #expect(fading.what.contains("42 more seconds"))
        #expect(fading.next[0].words.hasPrefix("wait 42 seconds now") && fading.next[1].words.contains("SO_REUSEADDR"))
        #expect(!fading.cause.contains("does not help"))
    }

    @Test func `clients that a server has not accepted are told of`() throws {
        var evidence = try Self.evidence(Self.rows[1])
        func told() -> [String] { ListenVerdict.findings(evidence)[0].evidence.filter { $0.contains("accepted yet") } }
        #expect(told().isEmpty)
        evidence.state.sockets = [SocketRow(local: Self.server, state: .listen, waiting: 2)]
        #expect(told() == ["at this moment 2 clients wait in its queue, not accepted yet"])
    }

    @Test func `a firewall that keeps answers back is a problem, unless nobody is let in anyway`() throws {
        var evidence = try Self.evidence(Self.rows[1])
        evidence.firewall.answerChains = FirewallParser.iptables("-P OUTPUT DROP", for: .answer)
        let kept = ListenVerdict.findings(evidence)[1]
        #expect(kept.id == "firewall-keeps-answers" && kept.severity == .problem && kept.confidence == .likely)
        #expect(kept.next == [.run("sudo iptables -I OUTPUT -p tcp --sport 1337 -j ACCEPT", "to let the answers out")])
        evidence.firewall.answerChains = FirewallParser.iptables(
            "-P OUTPUT DROP\n-A OUTPUT -m owner --uid-owner 33 -j ACCEPT",
            for: .answer
        )
        let partly = try #require(ListenVerdict.findings(evidence).first { $0.id == "firewall-keeps-answers" })
        #expect(partly.severity == .note && partly.what.contains("some of") && partly.cause.contains("a user"))
        evidence.firewall.chains = FirewallParser.iptables("-P INPUT DROP")
        #expect(!ListenVerdict.findings(evidence).contains { $0.id == "firewall-keeps-answers" })
    }

    @Test func `a server that runs behind a closed firewall is told of the firewall, and of the addresses`() throws {
        var evidence = try Self.evidence(Self.rows[1])
        evidence.firewall.chains = FirewallParser.iptables("-P INPUT DROP")
        evidence.state.programs = [:]
        let findings = ListenVerdict.findings(evidence)
        #expect(
            findings.map(\.id) == ["server-there", "firewall-closed", "reach", "not-from-outside", "port-taken"]
        )
        #expect(findings[0].what.hasPrefix("a server is there already, of another user"))
        #expect(findings[1].next[0].command?.contains("1337") == true)
        #expect(
            findings[2].next == [
                .run("sockeye doctor 192.168.0.2:1337", "on the other computer, in the network of eth0")
            ]
        )
    }

    @Test func `of several listeners the one that most clients reach is told`() throws {
        var evidence = try Self.evidence(Self.rows[1])
        let any = SocketAddress.ipv6(.any, port: 1337)
        let local = SocketAddress.ipv4(.loopback, port: 1337)
        evidence.state.sockets = [local, Self.server, Self.address].map { SocketRow(local: $0, state: .listen) }
        #expect(ListenVerdict.findings(evidence)[0].what.hasSuffix("listens on 0.0.0.0:1337"))
        evidence.state.sockets.append(SocketRow(local: any, state: .listen))
        #expect(ListenVerdict.findings(evidence)[0].what.hasSuffix("listens on [::]:1337"))
    }

    @Test func `a second server is told what it cannot have, and that the first one is no fault`() throws {
        var evidence = try Self.evidence(Self.rows[1])
        evidence.state.programs = ["7": ComputerState.Program(name: "python3", id: 42)]
        let taken = try #require(ListenVerdict.findings(evidence).last)
        #expect(taken.id == "port-taken" && taken.severity == .note && taken.what.contains("as it should be"))
        #expect(
            taken.what.contains("cannot have 0.0.0.0:1337")
                && taken.next.contains { $0.words.contains("other address") }
        )
        #expect(taken.cause.contains("SO_REUSEPORT"))
        // Somebody else's is in the way.
        evidence.state.programs = [:]
        #expect(ListenVerdict.findings(evidence).last?.severity == .problem)
        // One that has every address leaves none for a second one.
        evidence.state.sockets = [SocketRow(local: Self.address, state: .listen, inode: "7")]
        let all = try #require(ListenVerdict.findings(evidence).last)
        #expect(all.id == "port-taken" && !all.next.contains { $0.words.contains("other address") })
    }

    @Test func `the command for a condition names the chain with the rule, and what it does`() throws {
        var evidence = try Self.evidence(Self.rows[0])
        func finding(_ rule: String) throws -> Finding {
            evidence.firewall.chains = FirewallParser.nftables(
                "table inet f {\n\tchain i {\n\t\ttype filter hook input priority 0; policy accept;\n\t\t\(rule)\n\t}\n}\n"
            )
            return try #require(ListenVerdict.findings(evidence).first { $0.id == "firewall-partly" })
        }
        let drops = try finding("tcp dport 1337 @ih,0,8 0x41 drop")
        #expect(drops.what.contains("keeps out some of the packets"))
        #expect(drops.next.map(\.command) == ["sudo nft insert rule inet f i tcp dport 1337 accept"])
        let lets = try finding("ip saddr 10.0.0.0/8 tcp dport 1337 accept\n\t\tdrop")
        #expect(lets.what.contains("lets only some clients in"))
        #expect(lets.next.map(\.command) == ["sudo nft insert rule inet f i tcp dport 1337 accept"])
    }

    @Test func `of several rules with a condition the first is told`() throws {
        var evidence = try Self.evidence(Self.rows[0])
        let chain = { (name: String, rule: String) in
            "chain \(name) {\n\t\ttype filter hook input priority 0; policy accept;\n\t\t\(rule)\n\t}\n"
        }
        evidence.firewall.chains = FirewallParser.nftables(
            "table inet f {\n\t\(chain("one", "ip saddr 10.0.0.1 tcp dport 1337 drop"))"
                + "\t\(chain("two", "ip saddr 10.0.0.2 tcp dport 1337 drop"))}\n"
        )
        let finding = try #require(ListenVerdict.findings(evidence).first { $0.id == "firewall-partly" })
        #expect(finding.evidence.first?.contains("10.0.0.1") == true, "\(finding.evidence)")
        #expect(finding.next.first?.command == "sudo nft insert rule inet f one tcp dport 1337 accept")
    }

    @Test func `an old connection from elsewhere does not make a server on loopback one for others`() throws {
        var evidence = try Self.evidence(Self.rows[1])
        let here = SocketAddress.ipv4(.loopback, port: 1337)
        evidence.state.sockets = [
            SocketRow(local: Self.server, state: .established), SocketRow(local: here, state: .listen, inode: "7"),
        ]
        #expect(ListenVerdict.findings(evidence).map(\.id) == ["port-taken", "loopback-only"])
    }

    @Test func `a server for IPv6 alone is not said to be reached over IPv4`() throws {
        var evidence = try Self.evidence(Self.rows[1])
        let v6 = SocketAddress.ipv6(IPv6Address(highBits: 0xfd00 << 48, lowBits: 1), port: 0)
        evidence.state.interfaces.append(InterfaceAddress(interface: "eth0", address: v6))
        let any = SocketAddress.ipv6(.any, port: 1337)
        evidence.binding = ListenEvidence.Binding(any, plain: .addressInUse, reusing: .addressInUse)
        evidence.state.sockets = [SocketRow(local: any, state: .listen, inode: "7")]
        var findings = ListenVerdict.findings(evidence)
        #expect(findings[1].next.compactMap(\.command).count == 2)
        evidence.isFreeForIPv4 = true
        findings = ListenVerdict.findings(evidence)
        #expect(findings[0].cause.contains("over IPv6 ("))
        #expect(findings[1].next.compactMap(\.command) == ["sockeye doctor '[fd00::1]:1337'"])
    }

    @Test func `a server on loopback is a problem for those who asked for every network, and a note for the others`()
        throws
    {
        var evidence = try Self.evidence(Self.rows[1])
        let here = SocketAddress.ipv4(.loopback, port: 1337)
        evidence.state.sockets = [SocketRow(local: here, state: .listen, inode: "7")]
        #expect(ListenVerdict.findings(evidence).map(\.severity) == [.note, .problem])
        evidence.binding = ListenEvidence.Binding(here, plain: .addressInUse, reusing: .addressInUse)
        let asked = ListenVerdict.findings(evidence)
        #expect(asked.map(\.id) == ["port-taken", "loopback-only"])
        #expect(asked.map(\.severity) == [.note, .note])
    }

    @Test func `a port below the limit is for the administrator`() throws {
        var evidence = try Self.evidence(Self.rows[7])
        evidence.port = 80
        evidence.target = "*:80"
        let findings = ListenVerdict.findings(evidence)
        #expect(findings.map(\.id) == ["low-port"])
        #expect(findings[0].next[0].command == "sockeye serve '*:8080'")
        // Opening the low ports opens them to everybody, which whoever pastes it has to know before.
        let opening = findings[0].next.first { $0.command?.contains("ip_unprivileged_port_start=80") == true }
        #expect(opening?.words.contains("every program of every user") == true)
    }

    @Test func `a port that is bound and not listened on is looked for where it can be seen`() throws {
        let finding = ListenVerdict.findings(try Self.evidence(Self.rows[6]))[0]
        #expect(finding.id == "bound-not-listening" && finding.confidence == .likely)
        // ss and netstat read the kernel's lists, which do not have it.
        #expect(finding.next[0].command == "sudo lsof -nP | grep 'protocol: TCP'")
        #expect(finding.next.contains { $0.words.contains("call listen after bind") })
    }

    @Test func `a port that is only bound is a note where the flag gets it, and nobody is told to wait`() throws {
        let finding = ListenVerdict.findings(try Self.evidence(Self.rows[10]))[0]
        #expect(finding.severity == .note && finding.what.contains("SO_REUSEADDR"))
        #expect(!"\(finding)".contains("TIME_WAIT") && !"\(finding)".contains("0 seconds"))
    }

    @Test func `port 0 is any port, so nobody is sent there`() throws {
        var evidence = try Self.evidence(Self.rows[0])
        (evidence.target, evidence.port) = ("*:0", 0)
        let findings = ListenVerdict.findings(evidence)
        #expect(findings.map(\.id) == ["can-listen"])
        #expect(findings[0].next.map(\.command) == ["sockeye doctor --listen '*:1337'"])
    }

    @Test func `a connection that is left is told with its program, and how to be independent of it`() throws {
        let finding = ListenVerdict.findings(try Self.evidence(Self.rows[5]))[0]
        #expect(finding.next.map(\.command) == ["kill 42", nil] && finding.next[1].words.contains("SO_REUSEADDR"))
    }

    @Test func `a closed firewall is a problem, and one that cannot be read is not`() throws {
        var evidence = try Self.evidence(Self.rows[0])
        evidence.firewall.unreadable = ["nft list ruleset: Operation not permitted"]
        let unread = try #require(ListenVerdict.findings(evidence).last)
        #expect(unread.id == "firewall-unreadable" && unread.severity == .note)
        #expect(unread.evidence == ["nft list ruleset: Operation not permitted"])
        #expect(unread.next.first?.command == "sudo sockeye doctor --listen '*:1337'")
        // Who is root already is not told to become root.
        evidence.state.isRoot = true
        let asRoot = try #require(ListenVerdict.findings(evidence).last)
        #expect(
            asRoot.cause.contains("NET_ADMIN")
                && !asRoot.next.contains { $0.command?.hasPrefix("sudo sockeye") == true }
        )
        evidence.firewall.chains = FirewallParser.iptables("-P INPUT DROP")
        let findings = ListenVerdict.findings(evidence)
        #expect(findings.map(\.id) == ["can-listen", "firewall-closed", "reach", "not-from-outside"])
        #expect(findings[1].confidence == .likely)
    }

    @Test
    func `a firewall that is closed over IPv6 only is no problem, and is opened with that family's command`()
        throws
    {
        let closed = "type filter hook input priority filter; policy drop;"
        func table(_ family: String) -> String {
            "table \(family) filter {\n\tchain INPUT {\n\t\t\(closed)\n\t}\n}\n"
        }
        var evidence = try Self.evidence(Self.rows[0])
        let v6 = SocketAddress.ipv6(IPv6Address(highBits: 0xfd00 << 48, lowBits: 1), port: 0)
        evidence.state.interfaces.append(InterfaceAddress(interface: "eth0", address: v6))
        evidence.binding = ListenEvidence.Binding(.ipv6(.any, port: 1337), plain: nil, reusing: nil)
        evidence.firewall.chains = FirewallParser.nftables(table("ip6"))
        let one = try #require(ListenVerdict.findings(evidence).last)
        #expect(one.id == "firewall-partly" && one.severity == .note)
        #expect(one.what.contains("over IPv6; over IPv4 they get in"))
        #expect(one.next.map(\.command) == ["sudo ip6tables -I INPUT -p tcp --dport 1337 -j ACCEPT"])
        evidence.firewall.chains = FirewallParser.nftables(table("ip"))
        let other = try #require(ListenVerdict.findings(evidence).first { $0.id == "firewall-closed" })
        #expect(other.severity == .problem && other.what.contains("over IPv4; over IPv6 they get in"))
        evidence.firewall.chains += FirewallParser.nftables(table("ip6"))
        let both = try #require(ListenVerdict.findings(evidence).first { $0.id == "firewall-closed" })
        #expect(both.evidence.count == 2 && both.next.count == 2)
        // The rules for the other family could not be read: that it is open is not said.
        evidence.firewall.chains = FirewallParser.nftables(table("ip"))
        evidence.firewall.unreadable = ["ip6tables -S: no"]
        let half = try #require(ListenVerdict.findings(evidence).first { $0.id == "firewall-closed" })
        #expect(!half.what.contains("IPv6"))
        evidence.firewall.unreadable = []
        // Nobody comes over a family that this computer does not have.
        evidence.state.interfaces.removeLast()
        evidence.firewall.chains = FirewallParser.nftables(table("ip6"))
        #expect(!ListenVerdict.findings(evidence).contains { $0.id.hasPrefix("firewall") })
    }

    private func datagrams(plain: Errno?, reusing: Errno?, _ rows: [SocketRow] = []) throws -> ListenEvidence {
        var evidence = try Self.evidence(Row(plain: plain, reusing: reusing, ids: []))
        evidence.kind = .datagram
        evidence.state.datagramSockets = rows
        // A server of TCP with the same number is another matter.
        evidence.state.sockets = [SocketRow(local: Self.server, state: .listen, inode: "8")]
        return evidence
    }

    @Test func `a port for datagrams is free, held, shared, or held for this computer only`() throws {
        let row = SocketRow(local: Self.server, state: .closed, inode: "7")
        let local = SocketRow(local: .ipv4(.loopback, port: 1337), state: .closed, inode: "7")
        let (used, free): (Errno?, Errno?) = (.addressInUse, nil)
        for (evidence, ids) in [
            (try datagrams(plain: free, reusing: free), ["can-listen", "reach", "not-from-outside"]),
            (try datagrams(plain: used, reusing: used, [row]), ["port-taken"]),
            (try datagrams(plain: used, reusing: used, [local]), ["port-taken", "loopback-only"]),
            (try datagrams(plain: used, reusing: used), ["port-taken"]),
            // One of two sockets is for others too.
            (try datagrams(plain: used, reusing: used, [local, row]), ["port-taken"]),
            (
                try datagrams(plain: used, reusing: free, [row]),
                ["port-shared", "can-listen", "reach", "not-from-outside"]
            ),
        ] {
            let findings = ListenVerdict.findings(evidence)
            #expect(findings.map(\.id) == ids)
            for finding in findings {
                #expect(!finding.evidence.isEmpty && !finding.cause.isEmpty && !finding.next.isEmpty)
                for command in finding.next.compactMap(\.command)
                where command.hasPrefix("sockeye serve") || command.hasPrefix("sockeye doctor") {
                    #expect(command.contains("udp:"), "\(command)")
                }
            }
        }
        let held = ListenVerdict.findings(try datagrams(plain: used, reusing: used, [row]))[0]
        #expect(held.what.contains("python3 (process 42) already takes datagrams"))
        #expect(held.next[0].command == "kill 42")
    }

    @Test func `a firewall's rules for datagrams are those of UDP, and so is the command`() throws {
        var evidence = try datagrams(plain: nil, reusing: nil)
        evidence.firewall.chains = FirewallParser.iptables("-P INPUT DROP\n-A INPUT -p tcp --dport 1337 -j ACCEPT")
        evidence.firewall.manager = .ufw
        let closed = ListenVerdict.findings(evidence).first { $0.id == "firewall-closed" }
        #expect(closed?.next.first?.command?.hasPrefix("sudo ufw allow 1337/udp") == true)
        #expect(closed?.cause.contains("no sender is told") == true)
        evidence.firewall.chains = FirewallParser.iptables("-P INPUT DROP\n-A INPUT -p udp --dport 1337 -j ACCEPT")
        #expect(!ListenVerdict.findings(evidence).contains { $0.id == "firewall-closed" })
    }

    @Test func `the answer to a doctor's datagram is no longer than the question, and nobody else gets one`() {
        let address = SocketAddress.ipv6(IPv6Address(highBits: .max, lowBits: .max), port: 65_535, zone: 1)
        let question = Array(DatagramHost.question.utf8)
        let answer = DatagramHost.answer(to: question, address)
        #expect(answer.map { $0.count <= question.count && $0.last == UInt8(ascii: "\n") } == true)
        #expect(DatagramHost.answer(to: question, Self.server).flatMap(DatagramHost.seen) == "\(Self.server)")
        #expect(DatagramHost.answer(to: question.dropLast(), address) == nil)
        #expect(DatagramHost.seen(in: question) == nil)
    }

    @Test(arguments: [
        (SocketAddress.ipv4(.loopback, port: 1337), ["can-listen", "this-computer-only"]),
        (server, ["can-listen", "reach", "not-from-outside"]),
    ])
    func `who reaches it depends on the address`(address: SocketAddress, ids: [String]) throws {
        var evidence = try Self.evidence(Self.rows[0])
        evidence.binding = ListenEvidence.Binding(address, plain: nil, reusing: nil)
        #expect(ListenVerdict.findings(evidence).map(\.id) == ids)
    }

    @Test func `a server on an address of a link is reached by that link`() throws {
        var evidence = try Self.evidence(Self.rows[0])
        let link = SocketAddress.ipv6(IPv6Address(highBits: 0xfe80 << 48, lowBits: 1), port: 1337)
        evidence.state.interfaces.append(InterfaceAddress(interface: "eth0", address: link.plain(port: 0)))
        evidence.binding = ListenEvidence.Binding(link, plain: nil, reusing: nil)
        #expect(ListenVerdict.findings(evidence).map(\.id) == ["can-listen", "reach", "not-from-outside"])
    }

    @Test(arguments: [
        (IPv4Address(8, 8, 4, 4), "eth0", false, ""), (IPv4Address(203, 0, 113, 9), "eth0", true, "documentation"),
        (IPv4Address(100, 64, 1, 1), "eth0", true, "carrier-grade"),
        (IPv4Address(172, 17, 0, 1), "docker0", true, "private"),
    ])
    func `what cannot be reached from outside is said with its reason`(
        address: IPv4Address,
        interface: String,
        isClosed: Bool,
        reason: String
    ) throws {
        var evidence = try Self.evidence(Self.rows[0])
        evidence.state.interfaces = [InterfaceAddress(interface: interface, address: .ipv4(address, port: 0))]
        let finding = ListenVerdict.findings(evidence).first { $0.id == "not-from-outside" }
        #expect((finding != nil) == isClosed)
        if isClosed { #expect(finding?.cause.contains(reason) == true) }
        evidence.state.container = "docker"
        if isClosed {
            #expect(
                ListenVerdict.findings(evidence).first { $0.id == "not-from-outside" }?.cause.contains("container")
                    == true
            )
        }
    }

    @Test func `this computer alone is described, and folklore corrected`() throws {
        var state = try ConnectVerdictTests.home()
        state.sockets = [SocketRow(local: .ipv4(.loopback, port: 1337), state: .listen)]
        state.openFiles = 1024
        state.longestQueue = 4096
        state.clientPorts = 32_768...60_999
        let findings = ComputerVerdict.findings(state)
        #expect(findings.map(\.id) == ["way-out", "addresses", "listeners", "limits"])
        #expect(findings[2].evidence[0].contains("this computer only"))
        state.sockets = [1, 2].map { SocketRow(local: .ipv4(.loopback, port: UInt16($0)), state: .listen, waiting: $0) }
        let queues = ComputerVerdict.findings(state)[2].evidence
        #expect(queues[0].contains("1 client waits to be") && queues[1].contains("2 clients wait to be"))
        #expect(findings[3].evidence[0].contains("1014 clients"))
        #expect(findings[3].cause.contains("not a limit of clients"))
        state.routes = []
        #expect(ComputerVerdict.findings(state).first?.id == "no-network")
        state.sockets = []
        #expect(ComputerVerdict.findings(state).allSatisfy { !$0.evidence.isEmpty })
    }
}
