import SockeyeSystem
import TestSupport
import Testing

@testable import SockeyeDoctor

/// What silence is worth.
@Suite(.inTurn) struct SilenceVerdictTests {
    @Test func `further attempts that this computer answered itself are no silence`() throws {
        var evidence = try ConnectVerdictTests.evidence(
            try #require(ConnectVerdictTests.rows.first { $0.name == "a neighbour is not there" })
        )
        evidence.retries = [evidence.attempts[0], evidence.attempts[0]]
        let lines = ConnectVerdict.findings(evidence)[0].evidence
        #expect(lines.contains { $0.hasPrefix("2 more attempts: the same, said by this computer") })
        evidence = try ConnectVerdictTests.evidence(
            try #require(ConnectVerdictTests.rows.first { $0.name == "silent" })
        )
        evidence.retries = [evidence.attempts[0]]
        #expect(ConnectVerdict.findings(evidence)[0].evidence.contains("1 more attempt: no answer either"))
    }

    @Test func `silence alone never makes anything certain`() throws {
        for row in ConnectVerdictTests.rows
        where row.outcome == .silent
            && !["queue-full", "firewall-drops-here", "router-silent", "works"].contains(row.id)
        {
            #expect(
                ConnectVerdict.findings(try ConnectVerdictTests.evidence(row)).first?.confidence != .certain,
                "\(row.name)"
            )
        }
    }

    @Test func `neighbours that answer are told one by one, and one client in a queue is one`() throws {
        let row = try #require(ConnectVerdictTests.rows.first { $0.name == "a neighbour is not there" })
        var evidence = try ConnectVerdictTests.evidence(row)
        let other = SocketAddress.ipv4(IPv4Address(192, 168, 0, 3), port: 0)
        evidence.state.neighbours.append(Neighbour(address: other, interface: "eth0", state: .answered))
        let lines = ConnectVerdict.findings(evidence)[0].evidence
        #expect(lines.contains("192.168.0.3 answers") && !lines.contains { $0.contains("so do") })
        evidence = try ConnectVerdictTests.evidence(
            try #require(ConnectVerdictTests.rows.first { $0.id == "queue-full" })
        )
        evidence.state.sockets = [SocketRow(local: ConnectVerdictTests.here, state: .listen, waiting: 1)]
        #expect(ConnectVerdict.findings(evidence)[0].what.contains("1 client waits in its queue"))
    }
}
