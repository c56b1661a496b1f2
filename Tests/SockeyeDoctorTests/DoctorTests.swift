import Sockeye
import SockeyeSystem
import TestSupport
import Testing

@testable import SockeyeDoctor

/// What the doctor asks, and what it leaves alone.
@Suite(.inTurn) struct DoctorTests {
    private let target = ConnectVerdictTests.target

    @Test func `a server that answers is asked once, and nobody else`() async throws {
        let probes = ScriptedProbes([target], computer: try ConnectVerdictTests.home())
        let (report, _) = await Doctor(probes: probes).connect(to: .address(target))
        #expect(report.findings.map(\.id) == ["works"])
        #expect(probes.asked.with { $0.connects } == [target])
        #expect(probes.asked.with { $0.nudges }.isEmpty)
    }

    @Test func `one lost packet accuses nobody`() async throws {
        let probes = ScriptedProbes(
            [target],
            computer: try ConnectVerdictTests.home(),
            outcome: { address, count in
                count <= 2 ? .silent : .connected
            }
        )
        let (report, evidence) = await Doctor(probes: probes).connect(to: .address(target))
        #expect(report.findings.map(\.id) == ["works", "answered-late"])
        #expect(report.findings.last?.cause.contains("a packet was lost") == true)
        #expect(!report.hasProblem)
        #expect(evidence.retries.count == 3 && evidence.otherPorts.isEmpty)
    }

    /// What the kernel says when nobody in the own network has answered for an address.
    static let nobodyThere = Attempt.Outcome.failed(.hostUnreachable)

    @Test func `a neighbour that is found late was there, and nobody is accused`() async throws {
        let neighbour = ConnectVerdictTests.neighbour
        for misses in [1, 4, 7] {
            let probes = ScriptedProbes(
                [neighbour],
                computer: try ConnectVerdictTests.home(),
                outcome: { _, count in count <= misses ? Self.nobodyThere : .connected }
            )
            let (report, _) = await Doctor(probes: probes).connect(to: .address(neighbour))
            #expect(report.findings.map(\.id) == ["works", "answered-late"], "\(misses)")
            #expect(!report.hasProblem)
        }
    }

    @Test func `a neighbour is called silent after several rounds, and no sooner`() async throws {
        let probes = ScriptedProbes(
            [ConnectVerdictTests.neighbour],
            computer: try ConnectVerdictTests.home(),
            outcome: { _, _ in Self.nobodyThere }
        )
        let (report, evidence) = await Doctor(probes: probes).connect(to: .address(ConnectVerdictTests.neighbour))
        #expect(report.findings.map(\.id) == ["neighbour-silent"])
        #expect(evidence.retries.count == 9)
        #expect(report.findings[0].evidence.contains { $0.hasPrefix("9 more attempts") })
    }

    @Test func `where other ports answer only at last, the port is tried once more`() async throws {
        let neighbour = ConnectVerdictTests.neighbour
        let probes = ScriptedProbes(
            [neighbour],
            computer: try ConnectVerdictTests.home(),
            outcome: { address, count in
                if address.port == 22 { return .failed(.connectionRefused) }
                return count <= 10 ? Self.nobodyThere : .connected
            }
        )
        let (report, _) = await Doctor(probes: probes).connect(to: .address(neighbour))
        #expect(report.findings.first?.id == "works")
        #expect(report.steps.map(\.name).contains("other ports, and the router"))
    }

    private static func silent(_ address: SocketAddress) -> Neighbour {
        Neighbour(address: address.plain(port: 0), interface: "eth0", state: .silent)
    }

    @Test func `a router that has not answered yet is asked again before it is called silent`() async throws {
        let gateway = ConnectVerdictTests.gateway
        for (misses, id) in [(0, "way-out"), (1, "way-out"), (11, "way-out"), (100, "router-silent")] {
            let probes = ScriptedProbes(
                [],
                computer: try ConnectVerdictTests.home(),
                change: { state, asked in
                    if asked.nudges.count <= misses { state.neighbours = [Self.silent(gateway)] }
                }
            )
            #expect(await Doctor(probes: probes).computer().findings.first?.id == id, "\(misses)")
            #expect(probes.asked.with { $0.nudges.count } == min(misses + 1, 12))
        }
    }

    @Test func `a datagram to a neighbour that is not found is sent again before it is called silent`() async throws {
        let neighbour = ConnectVerdictTests.neighbour
        for (misses, id) in [(1, "datagram-answered"), (3, "datagram-answered"), (100, "neighbour-silent")] {
            let probes = ScriptedProbes(
                [neighbour],
                computer: try ConnectVerdictTests.home(),
                outcome: { _, _ in .silent },
                change: { state, asked in
                    if asked.datagrams.count <= misses { state.neighbours.append(Self.silent(neighbour)) }
                },
                answer: { _, count in count > misses ? [1] : nil }
            )
            let report = await Doctor(probes: probes).ask(.address(neighbour))
            #expect(report.findings.first?.id == id, "\(misses)")
        }
        // Where the router answers each question, one round more is enough.
        let refusal = ConnectVerdictTests.icmp(3, 3, from: ConnectVerdictTests.gateway)
        let sound = ScriptedProbes(
            [neighbour],
            computer: try ConnectVerdictTests.home(),
            change: { state, _ in state.neighbours.append(Self.silent(neighbour)) },
            port: { _, _ in [refusal] }
        )
        #expect(await Doctor(probes: sound).ask(.address(neighbour)).findings.first?.id == "neighbour-silent")
        #expect(sound.asked.with { $0.datagrams.count } == 2)
        // Silence of a neighbour that is there is no reason to ask again: UDP need not answer.
        let probes = ScriptedProbes([neighbour], computer: try ConnectVerdictTests.home())
        _ = await Doctor(probes: probes).ask(.address(neighbour))
        #expect(probes.asked.with { $0.datagrams.count } == 1)
    }

    @Test func `one lost question does not make an address the own router's`() async throws {
        let (target, gateway) = (ConnectVerdictTests.target, ConnectVerdictTests.gateway)
        let expired = ConnectVerdictTests.icmp(11, 0, from: gateway)
        for (misses, id) in [(0, "host-silent"), (2, "host-silent"), (100, "own-router")] {
            let probes = ScriptedProbes(
                [target],
                computer: try ConnectVerdictTests.home(),
                outcome: { _, _ in .silent },
                echo: { address, count in address.isSameHost(as: target) && count <= misses ? [] : [expired] }
            )
            let (report, _) = await Doctor(probes: probes).connect(to: .address(target))
            #expect(report.findings.first?.id == id, "\(misses)")
        }
    }

    @Test func `whether the listener for IPv6 takes IPv4 too is found out by binding that`() async throws {
        let any = SocketAddress.ipv6(.any, port: 1337)
        for (isFree, id) in [(true, "other-family-only"), (false, "reach")] {
            let probes = ScriptedProbes(
                [],
                computer: try ConnectVerdictTests.home(),
                binding: { address, _ in address.family == .ipv4 && isFree ? nil : .addressInUse },
                change: { state, _ in state.sockets = [SocketRow(local: any, state: .listen)] }
            )
            let report = await Doctor(probes: probes).listen(on: "*:1337")
            #expect(report.findings.first?.id == "server-there")
            // The computer has an address of IPv4 only.
            #expect(report.findings[1].id == id)
        }
    }

    @Test func `rules for the interface of all clients are rules for all`() async throws {
        var rules = Firewall()
        rules.chains = FirewallParser.iptables("-P INPUT ACCEPT\n-A INPUT -i eth0 -p tcp --dport 1337 -j DROP")
        let probes = ScriptedProbes(
            [],
            computer: try ConnectVerdictTests.home(),
            change: { state, _ in
                // What containers have is no way for clients from outside.
                let container = SocketAddress.ipv4(IPv4Address(172, 17, 0, 1), port: 0)
                state.interfaces.append(InterfaceAddress(interface: "docker0", address: container))
            },
            rules: rules
        )
        let report = await Doctor(probes: probes).listen(on: "*:1337")
        #expect(report.findings.map(\.id).contains("firewall-closed"))
    }

    @Test func `what is waited for is told`() async throws {
        let told = Locked<[String]>([])
        let probes = ScriptedProbes(
            [target],
            computer: try ConnectVerdictTests.home(),
            outcome: { _, _ in .silent }
        )
        _ = await Doctor(probes: probes, progress: { words in told.with { $0.append(words) } })
            .connect(to: "slow.example:1337")
        #expect(
            told.with { $0 } == [
                "looking up slow.example", "connecting to slow.example:1337",
                "no answer from 203.0.113.5:1337: trying again", "looking at other ports, and at the router",
            ]
        )
    }

    @Test func `silence is made sure of, and other ports are asked`() async throws {
        let probes = ScriptedProbes(
            [target],
            computer: try ConnectVerdictTests.home(),
            outcome: { address, _ in
                address.port == 22 ? .failed(.connectionRefused) : .silent
            }
        )
        let (report, evidence) = await Doctor(probes: probes).connect(to: .address(target))
        #expect(report.findings.map(\.id) == ["firewall-drops"])
        #expect(evidence.retries.count == 3 && evidence.otherPorts.count == 7)
    }

    @Test func `on this computer the tables are asked, and no other ports`() async throws {
        let here = SocketAddress.ipv4(.loopback, port: 1337)
        let probes = ScriptedProbes(
            [here],
            computer: try ConnectVerdictTests.home(),
            outcome: { _, _ in
                .failed(.connectionRefused)
            }
        )
        let (report, _) = await Doctor(probes: probes).connect(to: .address(here))
        #expect(report.findings.map(\.id) == ["nothing-listens"])
        #expect(probes.asked.with { $0.connects } == [here])
    }

    @Test func `a name with many addresses does not become a port scan`() async throws {
        let many = (1...40).map { SocketAddress.ipv4(IPv4Address(203, 0, 113, $0), port: 1337) }
        let probes = ScriptedProbes(
            many,
            computer: try ConnectVerdictTests.home(),
            outcome: { _, _ in
                .failed(.connectionRefused)
            }
        )
        let (report, evidence) = await Doctor(probes: probes).connect(to: "many.example:1337")
        #expect(report.findings.map(\.id) == ["nothing-listens"])
        #expect(evidence.otherPorts.count == 14)
    }

    @Test func `a name that nobody knows is not connected to`() async throws {
        let probes = ScriptedProbes([], computer: ComputerState())
        let (report, _) = await Doctor(probes: probes).connect(to: "nosuch.example:1337")
        #expect(report.findings.map(\.id) == ["name-unknown"])
        #expect(report.steps.map(\.name) == ["look up nosuch.example"])
        #expect(probes.asked.with { $0.connects }.isEmpty)
    }

    @Test func `a computer without IPv6 is tried over IPv4`() async throws {
        let probes = ScriptedProbes(
            [],
            computer: try ConnectVerdictTests.home(),
            binding: { address, _ in address.family == .ipv6 ? .addressFamilyNotSupported : nil }
        )
        let report = await Doctor(probes: probes).listen(on: "*:1337")
        #expect(report.findings.first?.id == "can-listen")
        #expect(report.findings.first?.what.contains("0.0.0.0:1337") == true)
        #expect(probes.asked.with { $0.binds }.map(\.family) == [.ipv6, .ipv6, .ipv4, .ipv4])
    }

    @Test func `a real listener is reached, and a closed port told`() async throws {
        let listener = try Socket(.ipv4)
        try listener.bind(to: "127.0.0.1:0")
        try listener.listen()
        let address = try listener.localAddress
        // Nobody accepts: that is seen in the kernel's table.
        let waiting = await Doctor().connect(to: .address(address)).report
        #expect(waiting.findings.map(\.id) == ["not-accepted", "works"])
        listener.close()
        let closed = await Doctor().connect(to: .address(address)).report
        #expect(closed.findings.map(\.id) == ["nothing-listens"])
        #expect(closed.findings.first?.confidence == .certain)
    }

    @Test func `the program that holds a port is named`() async throws {
        let listener = try Socket(.ipv4)
        try listener.bind(to: "127.0.0.1:0")
        try listener.listen()
        let report = await Doctor().listen(on: .address(try listener.localAddress))
        #expect(report.findings.map(\.id) == ["port-taken", "loopback-only"])
        #expect(report.findings.first?.what.contains("(process \(ThisProcess.id))") == true)
    }
}
