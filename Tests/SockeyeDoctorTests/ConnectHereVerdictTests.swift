import SockeyeSystem
import TestSupport
import Testing

@testable import SockeyeDoctor

/// Why a server on this computer cannot be connected to.
@Suite(.inTurn) struct ConnectHereVerdictTests {
    @Test func `a listener that ended meanwhile was there, and no firewall is accused`() throws {
        let (here, v6) = (ConnectVerdictTests.here, SocketAddress.ipv6(.loopback, port: 1337))
        var evidence = ConnectEvidence(target: "localhost:1337", port: 1337, lookUp: LookUp([v6, here]))
        evidence.attempts = [Attempt(v6, .failed(.connectionRefused)), Attempt(here, .connected)]
        evidence.state = try ConnectVerdictTests.home()
        var before = try ConnectVerdictTests.home()
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

    @Test func `a full queue is the problem, and the other family worth knowing`() throws {
        let (here, v6) = (ConnectVerdictTests.here, SocketAddress.ipv6(.loopback, port: 1337))
        var evidence = ConnectEvidence(target: "localhost:1337", port: 1337, lookUp: LookUp([v6, here]))
        evidence.attempts = [Attempt(v6, .failed(.connectionRefused)), Attempt(here, .silent)]
        evidence.state = try ConnectVerdictTests.home()
        evidence.state.sockets = [SocketRow(local: here, state: .listen, waiting: 2)]
        let findings = ConnectVerdict.findings(evidence)
        #expect(findings.map(\.id) == ["queue-full", "other-family-only"])
        #expect(findings.map(\.severity) == [.problem, .note])
    }

    @Test func `a listener for IPv6 alone is no firewall`() throws {
        let here = ConnectVerdictTests.here
        var evidence = ConnectEvidence(target: "127.0.0.1:1337", port: 1337, lookUp: LookUp([here]))
        evidence.attempts = [Attempt(here, .failed(.connectionRefused))]
        evidence.state = try ConnectVerdictTests.home()
        evidence.state.sockets = [SocketRow(local: .ipv6(.any, port: 1337), state: .listen)]
        var finding = ConnectVerdict.findings(evidence)[0]
        #expect(finding.id == "other-family-only" && finding.confidence == .likely)
        #expect(finding.cause.contains("IPV6_V6ONLY") && finding.cause.contains("firewall"))
        // Where the network has a message, and where nothing comes, it is not the kernel that refuses.
        evidence.attempts[0].messages = [ConnectVerdictTests.icmp(3, 3, from: ConnectVerdictTests.own)]
        finding = ConnectVerdict.findings(evidence)[0]
        #expect(finding.id == "firewall-rejects-here")
        evidence.attempts = [Attempt(here, .silent)]
        #expect(ConnectVerdict.findings(evidence)[0].id == "firewall-drops-here")
    }
}
