import SockeyeSystem
import TestSupport
import Testing

@testable import SockeyeDoctor

/// From evidence to findings, as a table: nothing is opened and nothing asked.
@Suite(.inTurn) struct ConnectVerdictTests {
    static let target = SocketAddress.ipv4(IPv4Address(203, 0, 113, 5), port: 1337)
    static let gateway = SocketAddress.ipv4(IPv4Address(192, 168, 0, 1), port: 0)
    static let own = SocketAddress.ipv4(IPv4Address(192, 168, 0, 2), port: 0)

    /// A home: one network, one router, which has answered.
    static func home() throws -> ComputerState {
        var state = ComputerState()
        state.interfaces = [
            InterfaceAddress(interface: "lo", address: .ipv4(.loopback, port: 0)),
            InterfaceAddress(interface: "eth0", address: own),
        ]
        state.routes = [
            Route(try NetworkPrefix(parsing: "0.0.0.0/0"), gateway: gateway, interface: "eth0"),
            Route(try NetworkPrefix(parsing: "192.168.0.0/24"), interface: "eth0"),
        ]
        state.neighbours = [Neighbour(address: gateway, interface: "eth0", state: .answered)]
        return state
    }

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        var address = ConnectVerdictTests.target
        let outcome: Attempt.Outcome
        var messages: [NetworkMessage] = []
        var change: @Sendable (inout ConnectEvidence) throws -> Void = { _ in }
        let id: String
        var confidence: Finding.Confidence?
        var testDescription: String { name }
    }

    static func icmp(_ type: UInt8, _ code: UInt8, from sender: SocketAddress?) -> NetworkMessage {
        NetworkMessage(errno: .hostUnreachable, origin: .icmp, type: type, code: code, sender: sender?.plain(port: 0))
    }

    static let neighbour = SocketAddress.ipv4(IPv4Address(192, 168, 0, 9), port: 1337)
    static let away = SocketAddress.ipv4(IPv4Address(192, 168, 7, 7), port: 1337)
    static let here = SocketAddress.ipv4(.loopback, port: 1337)
    static let router = SocketAddress.ipv4(IPv4Address(198, 51, 100, 9), port: 0)

    static func shut() throws -> Route {
        Route(try NetworkPrefix(parsing: "203.0.113.0/24"), interface: "*", isForbidden: true)
    }

    static let connected = Row(name: "connected", outcome: .connected, id: "works", confidence: .certain)
    static let refused = Row(
        name: "refused",
        outcome: .failed(.connectionRefused),
        id: "nothing-listens",
        confidence: .likely
    )

    static let rows: [Row] = [
        Row(
            name: "everybody in the network",
            address: .ipv4(IPv4Address(192, 168, 0, 255), port: 1337),
            outcome: .failed(.networkUnreachable),
            id: "group-address",
            confidence: .certain
        ),
        connected,
        refused,
        Row(name: "silent", outcome: .silent, id: "host-silent", confidence: .likely),
        Row(
            name: "silent, another port answers",
            outcome: .silent,
            change: { $0.otherPorts = [Attempt(target.plain(port: 22), .connected)] },
            id: "firewall-drops",
            confidence: .likely
        ),
        Row(
            name: "silent, another port refuses",
            outcome: .silent,
            change: { $0.otherPorts = [Attempt(target.plain(port: 22), .failed(.connectionRefused))] },
            id: "firewall-drops"
        ),
        Row(
            name: "silent at first, then connected",
            outcome: .silent,
            change: { $0.retries = [Attempt(target, .silent), Attempt(target, .connected)] },
            id: "works"
        ),
        Row(
            name: "the computer itself rejects",
            outcome: .failed(.connectionRefused),
            messages: [icmp(3, 3, from: target)],
            id: "firewall-rejects",
            confidence: .likely
        ),
        Row(
            name: "the computer itself prohibits, or one that it forwards to",
            outcome: .failed(.hostUnreachable),
            messages: [icmp(3, 13, from: target)],
            id: "firewall-rejects",
            confidence: .likely
        ),
        Row(
            name: "the port is forwarded, and nobody is there",
            outcome: .failed(.hostUnreachable),
            messages: [icmp(3, 1, from: target)],
            id: "nobody-there",
            confidence: .likely
        ),
        Row(
            name: "a router prohibits",
            outcome: .failed(.hostUnreachable),
            messages: [icmp(3, 13, from: router)],
            id: "firewall-rejects",
            confidence: .certain
        ),
        Row(
            name: "a router knows no way",
            outcome: .failed(.hostUnreachable),
            messages: [icmp(3, 0, from: router)],
            id: "router-knows-no-way",
            confidence: .certain
        ),
        Row(
            name: "a router knows the network, and nobody there",
            outcome: .failed(.hostUnreachable),
            messages: [icmp(3, 1, from: router)],
            id: "nobody-there",
            confidence: .likely
        ),
        Row(
            name: "a router knows another private network, and nobody there",
            address: away,
            outcome: .failed(.hostUnreachable),
            messages: [icmp(3, 1, from: router)],
            id: "nobody-there",
            confidence: .likely
        ),
        Row(
            name: "a router rejects, and is asked for nobody",
            address: away,
            outcome: .failed(.hostUnreachable),
            messages: [icmp(3, 10, from: router)],
            id: "firewall-rejects",
            confidence: .certain
        ),
        Row(
            name: "a line of the table shuts it out (blackhole)",
            outcome: .failed(.invalidArgument),
            change: { $0.state.routes.append(try shut()) },
            id: "no-route",
            confidence: .certain
        ),
        Row(
            name: "a line of the table prohibits it",
            outcome: .failed(.permissionDenied),
            change: { $0.state.routes.append(try shut()) },
            id: "no-route",
            confidence: .certain
        ),
        Row(
            name: "a line of the table says unreachable",
            outcome: .failed(.hostUnreachable),
            change: { $0.state.routes.append(try shut()) },
            id: "no-route",
            confidence: .certain
        ),
        Row(
            name: "in circles",
            outcome: .failed(.hostUnreachable),
            messages: [icmp(11, 0, from: router)],
            id: "route-loop"
        ),
        Row(
            name: "this computer rejects",
            outcome: .failed(.connectionRefused),
            messages: [icmp(3, 3, from: own)],
            id: "firewall-rejects-here"
        ),
        Row(
            name: "a neighbour is not there",
            address: neighbour,
            outcome: .failed(.hostUnreachable),
            messages: [icmp(3, 1, from: own)],
            id: "neighbour-silent",
            confidence: .likely
        ),
        Row(
            name: "a neighbour is there and drops",
            address: neighbour,
            outcome: .silent,
            change: { $0.state.neighbours.append(Neighbour(address: neighbour, interface: "eth0", state: .answered)) },
            id: "firewall-drops"
        ),
        Row(
            name: "the router is silent",
            outcome: .silent,
            change: { $0.state.neighbours = [Neighbour(address: gateway, interface: "eth0", state: .silent)] },
            id: "router-silent"
        ),
        Row(name: "another home", address: away, outcome: .silent, id: "wrong-network", confidence: .likely),
        Row(
            name: "another home, and the router says so",
            address: away,
            outcome: .failed(.hostUnreachable),
            messages: [icmp(3, 0, from: router)],
            id: "wrong-network"
        ),
        Row(
            name: "no route",
            outcome: .failed(.networkUnreachable),
            change: { $0.state.routes.removeFirst() },
            id: "no-route",
            confidence: .certain
        ),
        Row(
            name: "the own router's public address answers itself",
            outcome: .failed(.connectionRefused),
            change: { $0.oneHop[target] = [icmp(3, 3, from: target)] },
            id: "own-router",
            confidence: .likely
        ),
        Row(
            name: "the own router's public address is silent",
            outcome: .silent,
            change: {
                $0.oneHop[target] = []
                $0.oneHopElsewhere = [icmp(11, 0, from: gateway)]
            },
            id: "own-router",
            confidence: .possible
        ),
        Row(
            name: "a distant computer is not the own router",
            outcome: .failed(.connectionRefused),
            change: {
                $0.oneHop[target] = [icmp(11, 0, from: gateway)]
                $0.oneHopElsewhere = [icmp(11, 0, from: gateway)]
            },
            id: "nothing-listens"
        ),
        Row(
            name: "nobody here",
            address: here,
            outcome: .failed(.connectionRefused),
            id: "nothing-listens",
            confidence: .certain
        ),
        Row(
            name: "here, on loopback only",
            address: .ipv4(IPv4Address(192, 168, 0, 2), port: 1337),
            outcome: .failed(.connectionRefused),
            change: { $0.state.sockets = [SocketRow(local: here, state: .listen)] },
            id: "loopback-only",
            confidence: .certain
        ),
        Row(
            name: "here, the other family",
            address: here,
            outcome: .failed(.connectionRefused),
            change: { $0.state.sockets = [SocketRow(local: .ipv6(.loopback, port: 1337), state: .listen)] },
            id: "other-family-only"
        ),
        Row(
            name: "here, another interface",
            address: here,
            outcome: .failed(.connectionRefused),
            change: { $0.state.sockets = [SocketRow(local: own.plain(port: 1337), state: .listen)] },
            id: "other-interface"
        ),
        Row(
            name: "here, the queue is full",
            address: here,
            outcome: .silent,
            change: { $0.state.sockets = [SocketRow(local: here, state: .listen, waiting: 2)] },
            id: "queue-full"
        ),
        Row(name: "here, dropped", address: here, outcome: .silent, id: "firewall-drops-here"),
        Row(name: "forbidden", outcome: .failed(.notPermitted), id: "forbidden-here"),
        Row(name: "no port left", outcome: .failed(.addressNotAvailable), id: "no-port-left"),
        Row(name: "a number that nobody expects", outcome: .failed(.stale), id: "other-error", confidence: .possible),
        Row(
            name: "every address",
            address: .ipv4(.any, port: 1337),
            outcome: .failed(.connectionRefused),
            id: "not-a-target"
        ),
        Row(name: "port 0", address: target.plain(port: 0), outcome: .failed(.connectionRefused), id: "not-a-target"),
        Row(
            name: "a group",
            address: .ipv4(IPv4Address(224, 0, 0, 1), port: 80),
            outcome: .failed(.networkUnreachable),
            id: "group-address"
        ),
    ]

    static func evidence(_ row: Row) throws -> ConnectEvidence {
        var evidence = ConnectEvidence(
            target: "\(row.address)",
            port: row.address.port ?? 0,
            lookUp: LookUp([row.address])
        )
        var attempt = Attempt(row.address, row.outcome, after: .milliseconds(5))
        attempt.messages = row.messages
        evidence.attempts = [attempt]
        evidence.state = try Self.home()
        try row.change(&evidence)
        return evidence
    }

    @Test(arguments: rows)
    func `evidence leads to its finding`(row: Row) throws {
        let finding = try #require(ConnectVerdict.findings(try Self.evidence(row)).first)
        #expect(finding.id == row.id)
        if let confidence = row.confidence { #expect(finding.confidence == confidence) }
        #expect(!finding.what.isEmpty && !finding.evidence.isEmpty && !finding.cause.isEmpty && !finding.next.isEmpty)
        #expect((finding.severity == .problem) == (row.outcome != .connected && row.id != "works"))
    }

    @Test func `port 0 of another computer is no question about this one, and nothing works there`() throws {
        let row = Row(name: "0", address: Self.target.plain(port: 0), outcome: .connected, id: "not-a-target")
        let finding = ConnectVerdict.findings(try Self.evidence(row))[0]
        #expect(finding.id == row.id && finding.next[0].command == "sockeye doctor 203.0.113.5:1337")
    }

    @Test func `a handshake is not said to be more than that`() throws {
        let finding = ConnectVerdict.findings(try Self.evidence(Self.connected))[0]
        #expect(finding.what == "connecting works" && finding.cause.contains("whether data"))
        #expect(!"\(finding)".contains("not the problem"))
    }

    @Test func `further attempts that this computer answered itself are no silence`() throws {
        var evidence = try Self.evidence(try #require(Self.rows.first { $0.name == "a neighbour is not there" }))
        evidence.retries = [evidence.attempts[0], evidence.attempts[0]]
        let lines = ConnectVerdict.findings(evidence)[0].evidence
        #expect(lines.contains { $0.hasPrefix("2 more attempts: the same, said by this computer") })
        evidence = try Self.evidence(try #require(Self.rows.first { $0.name == "silent" }))
        evidence.retries = [evidence.attempts[0]]
        #expect(ConnectVerdict.findings(evidence)[0].evidence.contains("1 more attempts: no answer either"))
    }

    @Test func `the same evidence gives the same findings`() throws {
        for row in Self.rows {
            #expect(ConnectVerdict.findings(try Self.evidence(row)) == ConnectVerdict.findings(try Self.evidence(row)))
        }
    }

    @Test func `silence alone never makes anything certain`() throws {
        for row in Self.rows
        where row.outcome == .silent
            && !["queue-full", "firewall-drops-here", "router-silent", "works"].contains(row.id)
        {
            #expect(ConnectVerdict.findings(try Self.evidence(row)).first?.confidence != .certain, "\(row.name)")
        }
    }

    @Test func `a server that has not accepted is a problem, and only with evidence of it`() throws {
        var evidence = try Self.evidence(Self.connected)
        #expect(ConnectVerdict.findings(evidence).map(\.id) == ["works"])
        evidence.attempts[0].isNotAccepted = true
        let findings = ConnectVerdict.findings(evidence)
        #expect(findings.map(\.id) == ["not-accepted", "works"])
        // Whoever connects now waits as well.
        #expect(!findings[1].next.contains { $0.command?.hasPrefix("sockeye connect") == true })
        #expect(!findings.contains { $0.evidence.contains { $0.contains("inode") } })
    }

    @Test func `what works says that the doctor was a client itself`() throws {
        var evidence = try Self.evidence(Self.connected)
        func said() -> [String] { ConnectVerdict.findings(evidence)[0].evidence.filter { $0.contains("the doctor") } }
        #expect(said().count == 1 && said()[0].contains("connected once") && said()[0].contains("single client"))
        evidence.retries = [Attempt(Self.target, .connected)]
        #expect(said().count == 1 && said()[0].contains("connected 2 times"))
    }

    @Test func `a listener that ended meanwhile was there, and no firewall is accused`() throws {
        let (here, v6) = (Self.here, SocketAddress.ipv6(.loopback, port: 1337))
        var evidence = ConnectEvidence(target: "localhost:1337", port: 1337, lookUp: LookUp([v6, here]))
        evidence.attempts = [Attempt(v6, .failed(.connectionRefused)), Attempt(here, .connected)]
        evidence.state = try Self.home()
        var before = try Self.home()
        before.sockets = [SocketRow(local: here, state: .listen, inode: "7")]
        before.programs = ["7": ComputerState.Program(name: "python3", id: 42)]
        evidence.compare(with: before)
        var findings = ConnectVerdict.findings(evidence)
        #expect(findings.map(\.id) == ["works", "one-family-only"])
        #expect(findings[0].evidence.contains { $0.contains("nobody listens any more") })
        #expect(findings[0].what.contains("start it again") && !findings[0].cause.contains("listens"))
        #expect(findings[0].next.allSatisfy { $0.command == nil })
        #expect(findings[1].cause.contains("python3 (process 42) listens on port 1337 for IPv4 only"))
        // It took both families, and the other one's client came too late.
        before.sockets = [SocketRow(local: .ipv6(.any, port: 1337), state: .listen, inode: "7")]
        evidence.compare(with: before)
        findings = ConnectVerdict.findings(evidence)
        #expect(findings[1].cause.contains("python3 (process 42) listened on port 1337 a moment ago"))
        // Who still listens has not ended.
        evidence.state.sockets = before.sockets
        evidence.compare(with: before)
        #expect(evidence.endedListeners.isEmpty)
    }

    @Test func `neighbours that answer are told one by one, and one client in a queue is one`() throws {
        let row = try #require(Self.rows.first { $0.name == "a neighbour is not there" })
        var evidence = try Self.evidence(row)
        let other = SocketAddress.ipv4(IPv4Address(192, 168, 0, 3), port: 0)
        evidence.state.neighbours.append(Neighbour(address: other, interface: "eth0", state: .answered))
        let lines = ConnectVerdict.findings(evidence)[0].evidence
        #expect(lines.contains("192.168.0.3 answers") && !lines.contains { $0.contains("so do") })
        evidence = try Self.evidence(try #require(Self.rows.first { $0.id == "queue-full" }))
        evidence.state.sockets = [SocketRow(local: Self.here, state: .listen, waiting: 1)]
        #expect(ConnectVerdict.findings(evidence)[0].what.contains("1 client waits in its queue"))
    }

    @Test func `a listener for IPv6 alone is no firewall`() throws {
        let here = Self.here
        var evidence = ConnectEvidence(target: "127.0.0.1:1337", port: 1337, lookUp: LookUp([here]))
        evidence.attempts = [Attempt(here, .failed(.connectionRefused))]
        evidence.state = try Self.home()
        evidence.state.sockets = [SocketRow(local: .ipv6(.any, port: 1337), state: .listen)]
        var finding = ConnectVerdict.findings(evidence)[0]
        #expect(finding.id == "other-family-only" && finding.confidence == .likely)
        #expect(finding.cause.contains("IPV6_V6ONLY") && finding.cause.contains("firewall"))
        // Where the network has a message, and where nothing comes, it is not the kernel that refuses.
        evidence.attempts[0].messages = [Self.icmp(3, 3, from: Self.own)]
        finding = ConnectVerdict.findings(evidence)[0]
        #expect(finding.id == "firewall-rejects-here")
        evidence.attempts = [Attempt(here, .silent)]
        #expect(ConnectVerdict.findings(evidence)[0].id == "firewall-drops-here")
    }

    @Test func `of several later attempts the one that connects counts`() throws {
        var evidence = try Self.evidence(Self.connected)
        evidence.attempts = [Attempt(Self.target, .silent)]
        evidence.retries = [Attempt(Self.target, .failed(.connectionRefused)), Attempt(Self.target, .connected)]
        #expect(ConnectVerdict.findings(evidence).map(\.id) == ["works", "answered-late"])
    }

    @Test func `a late answer within one computer is a full queue, and from elsewhere may be a lost packet`() throws {
        var evidence = try Self.evidence(Self.connected)
        evidence.attempts[0].requestsAgain = 1
        let away = ConnectVerdict.findings(evidence)[1]
        #expect(away.id == "answered-late" && away.confidence == .possible && away.cause.contains("a packet was lost"))
        evidence.attempts = [Attempt(Self.here, .connected)]
        evidence.attempts[0].requestsAgain = 1
        let here = ConnectVerdict.findings(evidence)[1]
        #expect(here.id == "answered-late" && here.confidence == .likely && !here.cause.contains("lost"))
        // What is sent again once the connection stands is another matter.
        evidence.attempts[0].requestsAgain = 0
        evidence.attempts[0].sentAgain = 2
        #expect(ConnectVerdict.findings(evidence)[1].id == "packets-lost")
    }

    @Test func `one address of several that fails is a note beside what works`() throws {
        var evidence = try Self.evidence(Self.connected)
        let second = SocketAddress.ipv4(IPv4Address(203, 0, 113, 6), port: 1337)
        evidence.attempts.append(Attempt(second, .failed(.connectionRefused)))
        let findings = ConnectVerdict.findings(evidence)
        #expect(findings.map(\.id) == ["works", "one-address-of-several"])
        #expect(!findings.contains { $0.severity == .problem })
        evidence.attempts[1] = Attempt(.ipv6(.loopback, port: 1337), .failed(.connectionRefused))
        #expect(ConnectVerdict.findings(evidence).map(\.id) == ["works", "one-family-only"])
        #expect(ConnectVerdict.findings(evidence)[1].next[1].words.contains("listen on both"))
        // A server that listens on both does not help against a firewall.
        evidence.attempts[1] = Attempt(.ipv6(IPv6Address(highBits: 0x2001 << 48, lowBits: 1), port: 1337), .silent)
        #expect(ConnectVerdict.findings(evidence)[1].next[1].command == "sockeye doctor '[2001::1]:1337'")
    }

    @Test func `addresses that fail alike share one finding`() throws {
        var evidence = try Self.evidence(Self.refused)
        evidence.attempts.append(Attempt(.ipv4(IPv4Address(203, 0, 113, 6), port: 1337), .failed(.connectionRefused)))
        let findings = ConnectVerdict.findings(evidence)
        #expect(findings.map(\.id) == ["nothing-listens"])
        #expect(findings[0].evidence.count == 2)
    }

    @Test(arguments: [
        (SocketError.Code.nameNotFound, "no computer is known by the name \"x\"", "name-unknown"),
        (.nameServiceUnavailable, "it was asked for \"x\"", "name-service-silent"),
        (.invalidAddress, "this computer has no network interface named \"x\"", "address-wrong"),
    ])
    func `a look-up that fails is its own finding`(code: SocketError.Code, detail: String, id: String) {
        let evidence = ConnectEvidence(target: "x:1", name: "x", port: 1, lookUp: LookUp(failure: code, detail: detail))
        #expect(ConnectVerdict.findings(evidence).map(\.id) == [id])
    }
}
