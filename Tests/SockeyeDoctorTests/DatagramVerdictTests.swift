import SockeyeSystem
import TestSupport
import Testing

@testable import SockeyeDoctor

/// What is said of UDP from one end, as a table: nothing is opened and nothing asked.
@Suite(.inTurn) struct DatagramVerdictTests {
    private typealias Home = ConnectVerdictTests

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        var address = ConnectVerdictTests.target
        var answer: [UInt8]?
        var errno: Errno?
        var messages: [NetworkMessage] = []
        var change: @Sendable (inout DatagramEvidence) throws -> Void = { _ in }
        let ids: [String]
        var isProblem = true
        var testDescription: String { name }
    }

    private static func row(_ address: SocketAddress, waiting: Int = 0) -> SocketRow {
        SocketRow(local: address, state: .closed, waiting: waiting, inode: "5")
    }

    private static func portUnreachable(from sender: SocketAddress) -> NetworkMessage {
        NetworkMessage(errno: .connectionRefused, origin: .icmp, type: 3, code: 3, sender: sender.plain(port: 0))
    }

    static let rows: [Row] = [
        Row(name: "an answer", answer: [1], ids: ["datagram-answered"], isProblem: false),
        Row(name: "an empty answer", answer: [], ids: ["datagram-answered"], isProblem: false),
        Row(name: "silence", ids: ["silence-no-verdict"], isProblem: false),
        Row(
            name: "silence, and TCP is there",
            change: { $0.overTCP = [Attempt(ConnectVerdictTests.target, .connected)] },
            ids: ["silence-no-verdict", "other-protocol"],
            isProblem: false
        ),
        Row(
            name: "silence, and TCP is not there either",
            change: { $0.overTCP = [Attempt(ConnectVerdictTests.target, .failed(.connectionRefused))] },
            ids: ["silence-no-verdict"],
            isProblem: false
        ),
        Row(
            name: "no program, says the computer",
            errno: .connectionRefused,
            messages: [portUnreachable(from: ConnectVerdictTests.target)],
            ids: ["no-datagram-program"]
        ),
        Row(name: "no program, and nobody is named", errno: .connectionRefused, ids: ["no-datagram-program"]),
        Row(
            name: "a router says so for it",
            errno: .connectionRefused,
            messages: [portUnreachable(from: ConnectVerdictTests.router)],
            ids: ["firewall-rejects"]
        ),
        Row(
            name: "prohibited",
            errno: .hostUnreachable,
            messages: [ConnectVerdictTests.icmp(3, 13, from: ConnectVerdictTests.target)],
            ids: ["firewall-rejects"]
        ),
        Row(name: "no route", errno: .networkUnreachable, change: { $0.base.state.routes = [] }, ids: ["no-route"]),
        Row(name: "forbidden here", errno: .notPermitted, ids: ["forbidden-here"]),
        Row(
            name: "a neighbour that is not there",
            address: ConnectVerdictTests.neighbour,
            change: {
                $0.base.state.neighbours.append(
                    Neighbour(address: ConnectVerdictTests.neighbour, interface: "eth0", state: .silent)
                )
            },
            ids: ["neighbour-silent"]
        ),
        Row(
            name: "a router that is not there",
            change: {
                $0.base.state.neighbours = [
                    Neighbour(address: ConnectVerdictTests.gateway, interface: "eth0", state: .silent)
                ]
            },
            ids: ["router-silent"]
        ),
        Row(
            name: "here, nobody",
            address: ConnectVerdictTests.here,
            errno: .connectionRefused,
            messages: [portUnreachable(from: ConnectVerdictTests.here)],
            ids: ["no-datagram-program"]
        ),
        Row(
            name: "here, at another address",
            address: ConnectVerdictTests.here,
            errno: .connectionRefused,
            change: { $0.base.state.datagramSockets = [row(ConnectVerdictTests.own.plain(port: 1337))] },
            ids: ["no-datagram-program"]
        ),
        Row(
            name: "here, a program that does not answer",
            address: ConnectVerdictTests.here,
            change: { $0.base.state.datagramSockets = [row(.ipv4(.any, port: 1337))] },
            ids: ["datagram-not-answered"],
            isProblem: false
        ),
        Row(
            name: "here, a program that does not receive",
            address: ConnectVerdictTests.here,
            change: { $0.base.state.datagramSockets = [row(.ipv4(.any, port: 1337), waiting: 768)] },
            ids: ["datagram-not-answered"],
            isProblem: false
        ),
        Row(name: "here, dropped", address: ConnectVerdictTests.here, ids: ["firewall-drops-here"]),
        Row(
            name: "here, refused for a program that is there",
            address: ConnectVerdictTests.here,
            errno: .connectionRefused,
            change: { $0.base.state.datagramSockets = [row(ConnectVerdictTests.here)] },
            ids: ["firewall-rejects-here"]
        ),
        Row(
            name: "everybody in the network",
            address: .ipv4(IPv4Address(192, 168, 0, 255), port: 1337),
            errno: .permissionDenied,
            ids: ["group-address"]
        ),
        Row(
            name: "a group of a link that is not named",
            address: .ipv6(IPv6Address(highBits: 0xff02 << 48, lowBits: 1), port: 1337),
            errno: .invalidArgument,
            ids: ["zone-missing"]
        ),
        Row(name: "no target", address: .ipv4(.any, port: 1337), ids: ["not-a-target"]),
    ]

    static func evidence(_ row: Row) throws -> DatagramEvidence {
        var base = ConnectEvidence(target: "udp:\(row.address)", port: 1337, lookUp: LookUp([row.address]))
        (base.state, base.isDatagram) = (try Home.home(), true)
        var evidence = DatagramEvidence(base)
        var attempt = DatagramAttempt(row.address)
        (attempt.sent, attempt.answer, attempt.errno, attempt.messages) = (3, row.answer, row.errno, row.messages)
        evidence.attempts = [attempt]
        try row.change(&evidence)
        return evidence
    }

    @Test(arguments: rows)
    func `evidence leads to its findings`(row: Row) throws {
        let findings = DatagramVerdict.findings(try Self.evidence(row))
        #expect(findings.map(\.id) == row.ids)
        #expect(findings.contains { $0.severity == .problem } == row.isProblem)
        for finding in findings {
            #expect(!finding.evidence.isEmpty && !finding.cause.isEmpty && !finding.next.isEmpty)
        }
    }

    /// Words that only fit connections.
    private static let wordsOfTCP = ["connect to", "a client connects", "the connection", "8080", "accept"]

    @Test(arguments: rows)
    func `no finding about datagrams speaks of connections`(row: Row) throws {
        for finding in DatagramVerdict.findings(try Self.evidence(row)) where finding.id != "other-protocol" {
            let text = "\(finding.what) \(finding.cause) \(finding.next.map(\.words))"
            for words in Self.wordsOfTCP { #expect(!text.contains(words), "\(words) in \(finding.id): \(text)") }
            for command in finding.next.compactMap(\.command) where command.hasPrefix("sockeye") {
                #expect(command.contains("udp:"), "\(command)")
            }
        }
    }

    @Test func `what is wrong with one address only is no problem where another one takes datagrams`() throws {
        let (v6, v4) = (SocketAddress.ipv6(.loopback, port: 1337), Home.here)
        var base = ConnectEvidence(target: "udp:1337", port: 1337, lookUp: LookUp([v6, v4]))
        (base.state, base.isDatagram) = (try Home.home(), true)
        base.state.datagramSockets = [Self.row(v4)]
        var evidence = DatagramEvidence(base)
        var refused = DatagramAttempt(v6)
        refused.errno = .connectionRefused
        evidence.attempts = [refused, DatagramAttempt(v4)]
        let findings = DatagramVerdict.findings(evidence)
        #expect(findings.map(\.id) == ["datagram-not-answered", "no-datagram-program"])
        #expect(!findings.contains { $0.severity == .problem })
        #expect(findings[1].what.hasPrefix("of one address only: "))
        // Where every address refuses it is one, with what each of them said.
        var other = DatagramAttempt(Home.here.plain(port: 1337))
        other.errno = .connectionRefused
        evidence.base.state.datagramSockets = []
        evidence.attempts = [refused, other]
        let both = DatagramVerdict.findings(evidence)
        #expect(both.map(\.id) == ["no-datagram-program"])
        #expect(
            both[0].evidence.contains { $0.contains("[::1]") } && both[0].evidence.contains { $0.contains("127.0.0.1") }
        )
        evidence.attempts = [refused]
        #expect(DatagramVerdict.findings(evidence).map(\.severity) == [.problem])
    }

    @Test func `a neighbour is missing where nobody has answered for it, and nobody else has said anything`() throws {
        let neighbour = Home.neighbour
        var base = ConnectEvidence(target: "udp:\(neighbour)", port: 1337, lookUp: LookUp([neighbour]))
        base.state = try Home.home()
        base.state.neighbours.append(Neighbour(address: neighbour, interface: "eth0", state: .silent))
        let evidence = DatagramEvidence(base)
        var attempt = DatagramAttempt(neighbour)
        #expect(evidence.isNeighbourMissing(attempt))
        attempt.errno = .connectionRefused
        #expect(!evidence.isNeighbourMissing(attempt))
        (attempt.errno, attempt.messages) = (.hostUnreachable, [Home.icmp(3, 1, from: Home.own)])
        #expect(evidence.isNeighbourMissing(attempt))
        attempt.messages = [Home.icmp(3, 1, from: Home.router)]
        #expect(!evidence.isNeighbourMissing(attempt))
    }

    @Test func `what the network says several times is told once`() {
        let message = Self.portUnreachable(from: Home.target)
        #expect(Words.said([message, message]).count == 1)
        #expect(Words.said([message, Home.icmp(3, 13, from: Home.router)]).count == 2)
    }

    @Test func `datagrams that this computer forbids to itself are no matter of listeners`() throws {
        var base = ConnectEvidence(target: "udp:1337", port: 1337, lookUp: LookUp([Home.here]))
        (base.state, base.isDatagram) = (try Home.home(), true)
        base.state.sockets = [SocketRow(local: .ipv4(.any, port: 1337), state: .listen)]
        var evidence = DatagramEvidence(base)
        var attempt = DatagramAttempt(Home.here)
        attempt.errno = .notPermitted
        evidence.attempts = [attempt]
        #expect(DatagramVerdict.findings(evidence).map(\.id) == ["forbidden-here"])
    }

    @Test func `a name that is unknown is said to be`() {
        let base = ConnectEvidence(
            target: "udp:nobody:1",
            name: "nobody",
            port: 1,
            lookUp: LookUp(failure: .nameNotFound, detail: "no")
        )
        #expect(DatagramVerdict.findings(DatagramEvidence(base)).map(\.id) == ["name-unknown"])
    }

    @Test func `the words name the protocol`() throws {
        var base = ConnectEvidence(target: "udp:x", port: 1337, lookUp: LookUp([Home.target]))
        base.state = try Home.home()
        base.isDatagram = true
        var evidence = DatagramEvidence(base)
        var attempt = DatagramAttempt(Home.target)
        (attempt.errno, attempt.messages) = (.hostUnreachable, [Home.icmp(3, 13, from: Home.router)])
        evidence.attempts = [attempt]
        #expect(
            DatagramVerdict.findings(evidence).first?.next.first?.words.contains("let UDP port 1337 through") == true
        )
    }
}
