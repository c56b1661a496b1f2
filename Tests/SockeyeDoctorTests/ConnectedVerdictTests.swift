import SockeyeSystem
import TestSupport
import Testing

@testable import SockeyeDoctor

/// What is said where connecting works, be it late, in part, or to nobody who accepts.
@Suite(.inTurn) struct ConnectedVerdictTests {
    @Test func `a handshake is not said to be more than that`() throws {
        let finding = ConnectVerdict.findings(try ConnectVerdictTests.evidence(ConnectVerdictTests.connected))[0]
        #expect(finding.what == "connecting works" && finding.cause.contains("whether data"))
        #expect(!"\(finding)".contains("not the problem"))
    }

    @Test func `a connection that is reset at once is not said to be merely ended`() throws {
        var evidence = try ConnectVerdictTests.evidence(ConnectVerdictTests.connected)
        evidence.attempts[0].hasEnded = true
        let ended = ConnectVerdict.findings(evidence)[0]
        #expect(ended.evidence.contains("the server closed at once, without a word") && ended.cause.contains("no more"))
        evidence.attempts[0].wasReset = true
        let reset = ConnectVerdict.findings(evidence)[0]
        #expect(reset.evidence.contains("the server reset the connection at once, without a word"))
        #expect(reset.id == "reset-at-once" && reset.severity == .problem && reset.cause.contains("passes it on"))
    }

    @Test func `a server that has not accepted is a problem, and only with evidence of it`() throws {
        var evidence = try ConnectVerdictTests.evidence(ConnectVerdictTests.connected)
        #expect(ConnectVerdict.findings(evidence).map(\.id) == ["works"])
        evidence.attempts[0].isNotAccepted = true
        let findings = ConnectVerdict.findings(evidence)
        #expect(findings.map(\.id) == ["not-accepted", "works"])
        // Whoever connects now waits as well.
        #expect(!findings[1].next.contains { $0.command?.hasPrefix("sockeye connect") == true })
        #expect(!findings.contains { $0.evidence.contains { $0.contains("inode") } })
    }

    @Test func `what works says that the doctor was a client itself`() throws {
        var evidence = try ConnectVerdictTests.evidence(ConnectVerdictTests.connected)
        func said() -> [String] { ConnectVerdict.findings(evidence)[0].evidence.filter { $0.contains("the doctor") } }
        #expect(said().count == 1 && said()[0].contains("connected once") && said()[0].contains("single client"))
        evidence.retries = [Attempt(ConnectVerdictTests.target, .connected)]
        #expect(said().count == 1 && said()[0].contains("connected 2 times"))
    }

    @Test func `of several later attempts the one that connects counts`() throws {
        var evidence = try ConnectVerdictTests.evidence(ConnectVerdictTests.connected)
        evidence.attempts = [Attempt(ConnectVerdictTests.target, .silent)]
        evidence.retries = [
            Attempt(ConnectVerdictTests.target, .failed(.connectionRefused)),
            Attempt(ConnectVerdictTests.target, .connected),
        ]
        #expect(ConnectVerdict.findings(evidence).map(\.id) == ["works", "answered-late"])
    }

    @Test func `a late answer within one computer is a full queue, and from elsewhere may be a lost packet`() throws {
        var evidence = try ConnectVerdictTests.evidence(ConnectVerdictTests.connected)
        evidence.attempts[0].requestsAgain = 1
        let away = ConnectVerdict.findings(evidence)[1]
        #expect(away.id == "answered-late" && away.confidence == .possible && away.cause.contains("a packet was lost"))
        evidence.attempts = [Attempt(ConnectVerdictTests.here, .connected)]
        evidence.attempts[0].requestsAgain = 1
        let here = ConnectVerdict.findings(evidence)[1]
        #expect(here.id == "answered-late" && here.confidence == .likely && !here.cause.contains("lost"))
        // What is sent again once the connection stands is another matter.
        evidence.attempts[0].requestsAgain = 0
        evidence.attempts[0].sentAgain = 2
        #expect(ConnectVerdict.findings(evidence)[1].id == "packets-lost")
    }

    @Test func `one address of several that fails is a note beside what works`() throws {
        var evidence = try ConnectVerdictTests.evidence(ConnectVerdictTests.connected)
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
}
