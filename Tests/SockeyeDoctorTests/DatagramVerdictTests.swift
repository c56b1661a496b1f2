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
        Row(name: "no target", address: .ipv4(.any, port: 1337), ids: ["not-a-target"]),
    ]

    @Test(arguments: rows)
    func `evidence leads to its findings`(row: Row) throws {
        var base = ConnectEvidence(target: "udp:\(row.address)", port: 1337, lookUp: LookUp([row.address]))
        base.state = try Home.home()
        var evidence = DatagramEvidence(base)
        var attempt = DatagramAttempt(row.address)
        (attempt.sent, attempt.answer, attempt.errno, attempt.messages) = (3, row.answer, row.errno, row.messages)
        evidence.attempts = [attempt]
        try row.change(&evidence)
        let findings = DatagramVerdict.findings(evidence)
        #expect(findings.map(\.id) == row.ids)
        #expect(findings.contains { $0.severity == .problem } == row.isProblem)
        for finding in findings {
            #expect(!finding.evidence.isEmpty && !finding.cause.isEmpty && !finding.next.isEmpty)
        }
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
        base.transport = "UDP"
        var evidence = DatagramEvidence(base)
        var attempt = DatagramAttempt(Home.target)
        (attempt.errno, attempt.messages) = (.hostUnreachable, [Home.icmp(3, 13, from: Home.router)])
        evidence.attempts = [attempt]
        #expect(DatagramVerdict.findings(evidence).first?.next.first?.contains("let UDP port 1337 through") == true)
    }
}
