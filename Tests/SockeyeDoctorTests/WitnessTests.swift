import Sockeye
import SockeyeSystem
import TestSupport
import Testing

@testable import SockeyeDoctor

/// Others in the network show whether packets get lost, where one is looked for in vain.
@Suite(.inTurn) struct WitnessTests {
    @Test func `where the router answers each question, one round more is enough`() async throws {
        let gateway = ConnectVerdictTests.gateway
        let refusal = ConnectVerdictTests.icmp(3, 3, from: gateway)
        // A single question that got lost, or a router that says nothing, and all rounds are made.
        for (answers, retries) in [(5, 3), (4, 9), (0, 9)] {
            let probes = ScriptedProbes(
                [ConnectVerdictTests.neighbour],
                computer: try ConnectVerdictTests.home(),
                outcome: { _, _ in DoctorTests.nobodyThere },
                port: { _, count in count <= answers ? [refusal] : [] }
            )
            let (report, evidence) = await Doctor(probes: probes).connect(to: .address(ConnectVerdictTests.neighbour))
            #expect(report.findings.map(\.id) == ["neighbour-silent"])
            #expect(evidence.retries.count == retries, "\(answers)")
            let isSound = report.findings[0].evidence.contains {
                $0 == "192.168.0.1 answered all of 5 questions meanwhile: packets do not get lost"
            }
            #expect(isSound == (answers == 5), "\(answers)")
        }
    }

    @Test func `a router that answers no datagrams is asked with requests to connect`() async throws {
        let (neighbour, gateway) = (ConnectVerdictTests.neighbour, ConnectVerdictTests.gateway)
        for (outcome, retries) in [(Attempt.Outcome.failed(.connectionRefused), 3), (.silent, 9)] {
            let probes = ScriptedProbes(
                [neighbour],
                computer: try ConnectVerdictTests.home(),
                outcome: { address, _ in
                    // The last of the five ports answers or not.
                    address.isSameHost(as: neighbour)
                        ? DoctorTests.nobodyThere
                        : address == gateway.plain(port: 8080) ? outcome : .failed(.connectionRefused)
                }
            )
            let (_, evidence) = await Doctor(probes: probes).connect(to: .address(neighbour))
            #expect(evidence.retries.count == retries)
        }
    }

    @Test func `a neighbour that had answered before is looked for in all rounds`() async throws {
        let neighbour = ConnectVerdictTests.neighbour
        let refusal = ConnectVerdictTests.icmp(3, 3, from: ConnectVerdictTests.gateway)
        var home = try ConnectVerdictTests.home()
        home.neighbours.append(Neighbour(address: neighbour.plain(port: 0), interface: "eth0", state: .answered))
        let probes = ScriptedProbes(
            [neighbour],
            computer: home,
            outcome: { _, _ in DoctorTests.nobodyThere },
            port: { _, _ in [refusal] }
        )
        let (_, evidence) = await Doctor(probes: probes).connect(to: .address(neighbour))
        #expect(evidence.witnesses.isEmpty && evidence.retries.count == 9)
    }

    @Test func `the router that is looked for in vain is no witness of the line`() async throws {
        let (target, gateway) = (ConnectVerdictTests.target, ConnectVerdictTests.gateway)
        let refusal = ConnectVerdictTests.icmp(3, 3, from: gateway)
        var home = try ConnectVerdictTests.home()
        home.neighbours = []
        let probes = ScriptedProbes(
            [target],
            computer: home,
            outcome: { _, _ in DoctorTests.nobodyThere },
            port: { _, _ in [refusal] }
        )
        let (_, evidence) = await Doctor(probes: probes).connect(to: .address(target))
        #expect(evidence.witnesses.isEmpty && evidence.retries.count == 9)
    }
}
