import SockeyeSystem
import Testing

@testable import SockeyeDoctor

/// Which port may have been meant, where nothing listens on the one that was asked for.
@Suite struct LikelyPortTests {
    struct Row: Sendable {
        let asked: UInt16
        let port: UInt16
        let program: String?
        /// nil: it is no guess.
        let reason: String?
    }

    static let rows: [Row] = [
        Row(asked: 80, port: 8080, program: "nginx", reason: "instead of 80"),
        Row(asked: 8080, port: 80, program: "nginx", reason: "instead of 8080"),
        Row(asked: 443, port: 8443, program: nil, reason: "instead of 443"),
        Row(asked: 1337, port: 1338, program: "game", reason: "next to it"),
        Row(asked: 1337, port: 1339, program: "game", reason: "near it"),
        Row(asked: 1337, port: 1377, program: "game", reason: "digits"),
        Row(asked: 1337, port: 1373, program: "game", reason: "digits"),
        Row(asked: 1337, port: 13_370, program: "game", reason: "digits"),
        Row(asked: 1337, port: 9999, program: "python3.12", reason: "starts oneself"),
        Row(asked: 1337, port: 9999, program: "node", reason: "starts oneself"),
        Row(asked: 1337, port: 8000, program: nil, reason: "often have"),
        Row(asked: 1337, port: 1337, program: "node", reason: nil),
        // Services of the computer are nobody's typing error.
        Row(asked: 1337, port: 22, program: "sshd", reason: nil),
        Row(asked: 23, port: 22, program: "sshd", reason: nil),
        Row(asked: 54, port: 53, program: nil, reason: nil), Row(asked: 1025, port: 1023, program: nil, reason: nil),
        Row(asked: 1337, port: 631, program: "cupsd", reason: nil),
        Row(asked: 1337, port: 5432, program: "postgres", reason: nil),
        Row(asked: 1337, port: 80, program: "nginx", reason: nil),
        Row(asked: 9999, port: 443, program: nil, reason: nil),
        Row(asked: 1337, port: 3306, program: nil, reason: nil),
        Row(asked: 1337, port: 9999, program: "nodeexporter", reason: nil),
        Row(asked: 1337, port: 8080, program: "tomcat-admin", reason: nil),
    ]

    @Test(arguments: rows.indices)
    func `a port is a guess only with a reason`(index: Int) {
        let row = Self.rows[index]
        let guesses = LikelyPort.guesses(insteadOf: row.asked, among: [(row.port, row.program)])
        #expect(guesses.count == (row.reason == nil ? 0 : 1))
        if let reason = row.reason { #expect(guesses.first?.reason.contains(reason) == true) }
    }

    @Test func `the best guesses come first, and are three at most`() {
        let found: [(UInt16, String?)] = [
            (9999, "node"), (22, "sshd"), (1340, "python3"), (1338, nil), (1373, nil), (5555, "java"), (8080, nil),
        ]
        let guesses = LikelyPort.guesses(insteadOf: 1337, among: found)
        #expect(guesses.map(\.port) == [1338, 1373, 1340])
    }

    @Test func `a computer whose ssh and DNS answer is there, and neither is proposed`() throws {
        let target = ConnectVerdictTests.target
        var evidence = ConnectEvidence(target: "\(target)", name: nil, port: target.port ?? 0, lookUp: LookUp([target]))
        evidence.attempts = [Attempt(target, .failed(.connectionRefused))]
        evidence.state = try ConnectVerdictTests.home()
        evidence.otherPorts = [22, 53].map { Attempt(target.plain(port: $0), .connected) }
        var finding = try #require(ConnectVerdict.findings(evidence).first)
        #expect(finding.id == "nothing-listens")
        #expect(!finding.next.contains { $0.description.contains("you meant") } && !finding.what.contains("perhaps"))
        #expect(finding.evidence.contains { $0.contains("port 22 and port 53") })
        evidence.otherPorts.append(Attempt(target.plain(port: 8080), .connected))
        finding = try #require(ConnectVerdict.findings(evidence).first)
        // That some server of one's own is there is no reason for the headline; a number that looks alike is.
        #expect(!finding.what.contains("perhaps"))
        #expect(finding.evidence.contains { $0.contains("a guess") })
        #expect(finding.next.filter { $0.words.contains("you meant") }.count == 1)
        evidence.otherPorts.append(Attempt(target.plain(port: 1338), .connected))
        finding = try #require(ConnectVerdict.findings(evidence).first)
        #expect(finding.what.contains("perhaps 1338 was meant"))
    }
}
