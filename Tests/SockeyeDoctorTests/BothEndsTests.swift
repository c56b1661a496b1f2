import Sockeye
import SockeyeSystem
import TestSupport
import Testing

@testable import SockeyeDoctor

/// Two doctors: what they say, what they conclude, and a real meeting over loopback.
@Suite(.inTurn) struct BothEndsTests {
    private let here = SocketAddress.ipv4(IPv4Address(192, 168, 0, 2), port: 40_000)
    private let there = SocketAddress.ipv4(IPv4Address(203, 0, 113, 1), port: 1337)

    private func evidence() -> BothEndsEvidence {
        var evidence = BothEndsEvidence(local: here, remote: there)
        evidence.seen = "192.168.0.2:40000"
        evidence.roundTrips = [.milliseconds(9), .milliseconds(3), .milliseconds(4)]
        evidence.datagrams.up = 1472
        evidence.datagrams.down = 1472
        evidence.sendsMuch = .passes
        evidence.receivesMuch = .passes
        evidence.wayBack = "open"
        return evidence
    }

    @Test func `a healthy line is no problem`() {
        let findings = BothEndsVerdict.findings(evidence())
        #expect(findings.map(\.id) == ["both-ends", "largest-packet", "way-back-open"])
        #expect(!findings.contains { $0.severity == .problem })
        #expect(findings[0].evidence[0].hasPrefix("round trip 4.0 ms"))
        #expect(findings[1].what.contains("1500 bytes"))
    }

    @Test func `each fault has its own finding`() {
        var translated = evidence()
        translated.seen = "203.0.113.2:40000"
        translated.wayBack = "no answer within 3.0 s"
        let ids = BothEndsVerdict.findings(translated).map(\.id)
        #expect(ids == ["both-ends", "address-translated", "largest-packet", "way-back-closed"])
        var silent = evidence()
        silent.datagrams.up = 0
        silent.datagrams.down = 0
        #expect(BothEndsVerdict.findings(silent).first?.id == "udp-blocked")
        var hanging = evidence()
        hanging.sendsMuch = .hangs
        hanging.receivesMuch = nil
        hanging.datagrams.up = 1272
        #expect(BothEndsVerdict.findings(hanging).first?.id == "large-packets-vanish")
        for finding in BothEndsVerdict.findings(hanging) + BothEndsVerdict.findings(silent) {
            #expect(!finding.evidence.isEmpty && !finding.cause.isEmpty && !finding.next.isEmpty)
        }
    }

    @Test func `nothing that is said beside a fault contradicts it, at either end`() throws {
        var hanging = evidence()
        (hanging.sendsMuch, hanging.receivesMuch, hanging.datagrams.up) = (.hangs, nil, 1272)
        for finding in BothEndsVerdict.findings(hanging) {
            #expect(!finding.cause.contains("carries TCP") && !"\(finding.next)".contains("by itself"), "\(finding)")
        }
        #expect(BothEndsVerdict.findings(evidence())[0].cause.contains("carries TCP"))
        #expect(
            BothEndsVerdict.summary(evidence()) == "round trip 4.0 ms, UDP of up to 1472 bytes to here, and 1472 back"
        )
        var silent = evidence()
        (silent.datagrams.up, silent.datagrams.down) = (0, 0)
        #expect(BothEndsVerdict.summary(silent).contains("UDP does not pass"))
        silent.datagrams.isKnown = false
        #expect(BothEndsVerdict.summary(silent).contains("too little time"))
        var visit = HostEvidence(visitor: evidence().remote)
        #expect(HostVerdict.findings(visit, port: 1337)[0].cause.contains("no firewall objects"))
        visit.end = "timed out"
        #expect(HostVerdict.findings(visit, port: 1337)[0].cause.contains("long ones do not"))
    }

    @Test func `a line that is slow or loses packets is not one on which large packets vanish`() {
        var slow = evidence()
        (slow.sendsMuch, slow.receivesMuch) = (.slow, nil)
        #expect(BothEndsVerdict.findings(slow).map(\.id) == ["both-ends", "largest-packet", "way-back-open"])
        #expect(BothEndsVerdict.findings(slow)[0].evidence.contains { $0.contains("the line is slow") })
        // Large datagrams pass, so that nothing on the way is too small for TCP's packets.
        slow.sendsMuch = .hangs
        #expect(!BothEndsVerdict.findings(slow).contains { $0.severity == .problem })
        // What there was no time for is not known.
        slow.datagrams.isKnown = false
        slow.datagrams.down = 0
        #expect(BothEndsVerdict.findings(slow).map(\.id) == ["both-ends", "way-back-open"])
    }

    @Test(arguments: [64, 65, 1199, 1472, 9000, 65_506])
    func `halving finds the largest size that passes`(limit: Int) {
        var search = SizeSearch(passing: 64, failing: 65_507)
        var steps = 0
        while let size = search.next {
            search.note(size, passes: size <= limit)
            steps += 1
        }
        #expect(search.low == limit)
        #expect(steps <= 17)
    }

    @Test(arguments: [
        "", "x", "5f up 1 100", "0123456789abcdef jump 1 100", "0123456789abcdef up x 100", "0123456789abcdef up 1 63",
        "0123456789abcdef up 1 65508", "0123456789abcdef up 1 -5", "a b c d e",
    ])
    func `a datagram of somebody else is none of ours`(text: String) {
        let datagram = DoctorDatagram(Array(text.utf8))
        #expect(datagram == nil || datagram?.token != "0123456789abcdef")
    }

    @Test func `a datagram is read as it was written`() {
        let datagram = DoctorDatagram("0123456789abcdef", .down, 7, 1472)
        #expect(DoctorDatagram(datagram.bytes()) == datagram)
        #expect(datagram.bytes(filledTo: 1472).count == 1472)
        #expect(DoctorDatagram(datagram.bytes(filledTo: 1472)) == datagram)
    }

    @Test(arguments: [
        ("sockeye-doctor 1 0123456789abcdef\n", "0123456789abcdef"), ("sockeye-doctor 1 0123\n", nil),
        ("220 hello\r\n", nil),
        ("", nil), ("sockeye-doctor 2 0123456789abcdef\n", nil), ("sockeye-doctor 1 0123456789abcdeg\n", nil),
    ])
    func `a doctor is known by its greeting`(greeting: String, token: String?) {
        #expect(DoctorWords.token(in: Array(greeting.utf8)) == token)
    }

    @Test(arguments: [Endpoint("127.0.0.1:0"), Endpoint("[::1]:0")])
    func `two doctors meet`(endpoint: Endpoint) async throws {
        let host = try await DoctorHost.open(on: endpoint)
        let news = Locked<[HostEvidence]>([])
        let serving = Task {
            try await host.serve { one in
                if case .doctor(let evidence) = one { news.with { $0.append(evidence) } }
            }
        }
        let found = await DoctorVisit(to: host.listener.localAddress).run()
        let evidence = try #require(found)
        #expect(evidence.roundTrips.count == 5)
        #expect(evidence.seen == evidence.local.description)
        #expect(evidence.datagrams.up > 60_000 && evidence.datagrams.down > 60_000)
        #expect(evidence.sendsMuch == .passes && evidence.receivesMuch == .passes)
        #expect(evidence.wayBack == "open")
        #expect(BothEndsVerdict.findings(evidence).first?.id == "both-ends")
        host.listener.close()
        _ = await serving.result
        let seen = news.with { $0 }
        #expect(seen.count == 1)
        #expect(seen.first?.wayBack?.outcome == .connected)
        #expect(
            seen.first.map { HostVerdict.findings($0, port: 1337)[0].evidence.contains { $0.hasPrefix("round trip ") } }
                == true
        )
    }

    @Test func `a datagram without the token, or of a stranger, gets no answer`() async throws {
        let host = try await DoctorHost.open(on: "127.0.0.1:0")
        let serving = Task { try await host.serve { _ in } }
        let port = try #require(host.listener.localAddress.port)
        let answers = await Blocking.run { () -> Int in
            guard let socket = try? Socket(.ipv4, .datagram) else { return -1 }
            let target = SocketAddress.ipv4(.loopback, port: port)
            let questions = [
                Array("hello".utf8), DoctorDatagram("0123456789abcdef", .up, 1, 64).bytes(),
                DoctorDatagram("0123456789abcdef", .down, 1, 9000).bytes(),
            ]
            for question in questions { try? socket.send(question, to: target) }
            // What is sent comes at once on loopback; this only has to be long enough to see a wrong answer.
            return Syscalls.waitReadable(socket.descriptor, milliseconds: 400) ? 1 : 0
        }
        #expect(answers == 0)
        host.listener.close()
        _ = await serving.result
    }
}
