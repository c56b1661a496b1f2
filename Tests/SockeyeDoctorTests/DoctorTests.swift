import Sockeye
import SockeyeSystem
import TestSupport
import Testing

@testable import SockeyeDoctor

/// Probes that answer what a test says, and remember what was asked.
private final class ScriptedProbes: Probes {
    struct Asked {
        var connects: [SocketAddress] = []
        var nudges: [SocketAddress] = []
        var binds: [SocketAddress] = []
    }

    let asked = Locked(Asked())
    let addresses: [SocketAddress]
    let outcome: @Sendable (SocketAddress, Int) -> Attempt.Outcome
    let computer: ComputerState
    let binding: @Sendable (SocketAddress, ListenerReuse) -> Errno?

    init(
        _ addresses: [SocketAddress],
        computer: ComputerState,
        outcome: @escaping @Sendable (SocketAddress, Int) -> Attempt.Outcome = { _, _ in .connected },
        binding: @escaping @Sendable (SocketAddress, ListenerReuse) -> Errno? = { _, _ in nil }
    ) {
        self.addresses = addresses
        self.computer = computer
        self.binding = binding
        self.outcome = outcome
    }

    func lookUp(_ endpoint: Endpoint) async -> LookUp {
        addresses.isEmpty
            ? LookUp(failure: .nameNotFound, detail: "no computer is known by that name") : LookUp(addresses)
    }

    func connect(to address: SocketAddress, within limit: Duration, watching: Duration) async -> Attempt {
        let count = asked.with { asked -> Int in
            asked.connects.append(address)
            return asked.connects.filter { $0 == address }.count
        }
        return Attempt(address, outcome(address, count))
    }

    func nudge(_ address: SocketAddress, hops: Int32?, within limit: Duration) async -> [NetworkMessage] {
        asked.with { $0.nudges.append(address) }
        return []
    }

    func datagram(to address: SocketAddress, within limit: Duration) async -> DatagramAttempt {
        DatagramAttempt(address)
    }

    func bind(to address: SocketAddress, kind: SocketKind, reuse: ListenerReuse) async -> Errno? {
        asked.with { $0.binds.append(address) }
        return binding(address, reuse)
    }

    func state() async -> ComputerState { computer }
    func firewall() async -> Firewall { Firewall() }
}

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
        #expect(report.findings.last?.cause.contains("or a packet was lost") == true)
        #expect(!report.hasProblem)
        #expect(evidence.retries.count == 3 && evidence.otherPorts.isEmpty)
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
