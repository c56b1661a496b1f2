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
    ]

    private func evidence(_ row: Row) throws -> ListenEvidence {
        var evidence = ListenEvidence(target: "*:1337", port: 1337, lookUp: LookUp([Self.address]))
        evidence.binding = ListenEvidence.Binding(Self.address, plain: row.plain, reusing: row.reusing)
        evidence.state = try ConnectVerdictTests.home()
        evidence.state.sockets = row.rows
        evidence.state.programs = ["7": ComputerState.Program(name: "python3", id: 42)]
        return evidence
    }

    @Test(arguments: 0..<10)
    func `what bind answers leads to its finding`(index: Int) throws {
        let row = Self.rows[index]
        let findings = ListenVerdict.findings(try evidence(row))
        #expect(findings.map(\.id) == row.ids)
        for finding in findings {
            #expect(!finding.evidence.isEmpty && !finding.cause.isEmpty && !finding.next.isEmpty)
        }
        #expect(findings.contains { $0.severity == .problem } == (row.reusing != nil))
    }

    @Test func `who holds it and how long it takes is said`() throws {
        let taken = ListenVerdict.findings(try evidence(Self.rows[1]))
        #expect(taken[0].what.contains("your server is there, if it is python3 (process 42): it listens on"))
        #expect(taken[3].what.contains("python3 (process 42)") && taken[3].severity == .problem)
        // To end a server that runs is no first advice, and never without saying what for.
        #expect(!taken.contains { $0.next[0].hasPrefix("kill") })
        #expect(taken[3].next.last == "kill 42   ends python3, if you want the port for another program")
        let fading = ListenVerdict.findings(try evidence(Self.rows[2]))[0]
        #expect(fading.what.contains("42 more seconds"))
        #expect(fading.next[0].hasPrefix("wait 42 seconds now") && fading.next[1].contains("SO_REUSEADDR"))
        #expect(!fading.cause.contains("does not help"))
    }

    @Test func `a server that runs behind a closed firewall is told of the firewall, and of the addresses`() throws {
        var evidence = try evidence(Self.rows[1])
        evidence.firewall.chains = FirewallParser.iptables("-P INPUT DROP")
        evidence.state.programs = [:]
        let findings = ListenVerdict.findings(evidence)
        #expect(
            findings.map(\.id) == ["server-there", "firewall-closed", "reach", "not-from-outside", "port-taken"]
        )
        #expect(findings[0].what.hasPrefix("a server is there, of another user"))
        #expect(findings[1].next[0].contains("1337"))
        #expect(findings[2].next == ["sockeye doctor 192.168.0.2:1337   on the other computer, in the network of eth0"])
    }

    @Test func `a server on loopback is a problem for those who asked for every network, and a note for the others`()
        throws
    {
        var evidence = try evidence(Self.rows[1])
        let here = SocketAddress.ipv4(.loopback, port: 1337)
        evidence.state.sockets = [SocketRow(local: here, state: .listen, inode: "7")]
        #expect(ListenVerdict.findings(evidence).map(\.severity) == [.problem, .problem])
        evidence.binding = ListenEvidence.Binding(here, plain: .addressInUse, reusing: .addressInUse)
        let asked = ListenVerdict.findings(evidence)
        #expect(asked.map(\.id) == ["port-taken", "loopback-only"])
        #expect(asked.map(\.severity) == [.problem, .note])
    }

    @Test func `a port below the limit is for the administrator`() throws {
        var evidence = try evidence(Self.rows[7])
        evidence.port = 80
        #expect(ListenVerdict.findings(evidence).map(\.id) == ["low-port"])
    }

    @Test func `a closed firewall is a problem, and one that cannot be read is not`() throws {
        var evidence = try evidence(Self.rows[0])
        evidence.firewall.unreadable = ["nft list ruleset: Operation not permitted"]
        let unread = try #require(ListenVerdict.findings(evidence).last)
        #expect(unread.id == "firewall-unreadable" && unread.severity == .note)
        #expect(unread.evidence == ["nft list ruleset: Operation not permitted"])
        #expect(unread.next.first == "sudo sockeye doctor --listen '*:1337'")
        // Who is root already is not told to become root.
        evidence.state.isRoot = true
        let asRoot = try #require(ListenVerdict.findings(evidence).last)
        #expect(asRoot.cause.contains("NET_ADMIN") && !asRoot.next.contains { $0.hasPrefix("sudo sockeye") })
        evidence.firewall.chains = FirewallParser.iptables("-P INPUT DROP")
        let findings = ListenVerdict.findings(evidence)
        #expect(findings.map(\.id) == ["can-listen", "firewall-closed", "reach", "not-from-outside"])
        #expect(findings[1].confidence == .likely)
    }

    private func datagrams(plain: Errno?, reusing: Errno?, _ rows: [SocketRow] = []) throws -> ListenEvidence {
        var evidence = try evidence(Row(plain: plain, reusing: reusing, ids: []))
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
            (
                try datagrams(plain: used, reusing: free, [row]),
                ["port-shared", "can-listen", "reach", "not-from-outside"]
            ),
        ] {
            let findings = ListenVerdict.findings(evidence)
            #expect(findings.map(\.id) == ids)
            for finding in findings {
                #expect(!finding.evidence.isEmpty && !finding.cause.isEmpty && !finding.next.isEmpty)
                for next in finding.next where next.hasPrefix("sockeye serve") || next.hasPrefix("sockeye doctor") {
                    #expect(next.contains("udp:"), "\(next)")
                }
            }
        }
        let held = ListenVerdict.findings(try datagrams(plain: used, reusing: used, [row]))[0]
        #expect(held.what.contains("python3 (process 42) already takes datagrams"))
        #expect(held.next[0].hasPrefix("kill 42"))
    }

    @Test func `a firewall's rules for datagrams are those of UDP, and so is the command`() throws {
        var evidence = try datagrams(plain: nil, reusing: nil)
        evidence.firewall.chains = FirewallParser.iptables("-P INPUT DROP\n-A INPUT -p tcp --dport 1337 -j ACCEPT")
        evidence.firewall.manager = .ufw
        let closed = ListenVerdict.findings(evidence).first { $0.id == "firewall-closed" }
        #expect(closed?.next.first?.hasPrefix("sudo ufw allow 1337/udp") == true)
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
        var evidence = try evidence(Self.rows[0])
        evidence.binding = ListenEvidence.Binding(address, plain: nil, reusing: nil)
        #expect(ListenVerdict.findings(evidence).map(\.id) == ids)
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
        var evidence = try evidence(Self.rows[0])
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
    }
}
