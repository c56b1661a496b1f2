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

    @Test func `the same evidence gives the same findings`() throws {
        for row in Self.rows {
            #expect(ConnectVerdict.findings(try Self.evidence(row)) == ConnectVerdict.findings(try Self.evidence(row)))
        }
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
