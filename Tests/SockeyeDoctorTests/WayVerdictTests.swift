import Sockeye
import SockeyeSystem
import TestSupport
import Testing

@testable import SockeyeDoctor

/// What is known of the way to an address before anything is accused: lines of the own table of routes, what routers say, the
/// interface of an address that exists on every link.
@Suite(.inTurn) struct WayVerdictTests {
    private static let target = ConnectVerdictTests.target
    private static let six = SocketAddress.ipv6(IPv6Address(highBits: 0x2001_0db8 << 32, lowBits: 5), port: 1337)

    private static func evidence(
        _ address: SocketAddress,
        _ outcome: Attempt.Outcome,
        _ messages: [NetworkMessage] = [],
        name: String? = nil,
        routes: [Route] = []
    ) throws -> ConnectEvidence {
        var evidence = ConnectEvidence(
            target: "\(address)",
            name: name,
            port: address.port ?? 0,
            lookUp: LookUp([address])
        )
        var attempt = Attempt(address, outcome)
        attempt.messages = messages
        evidence.attempts = [attempt]
        evidence.state = try ConnectVerdictTests.home()
        evidence.state.routes += routes
        return evidence
    }

    private static func shut(_ prefix: String) throws -> Route {
        Route(try NetworkPrefix(parsing: prefix), interface: "*", isForbidden: true)
    }

    // MARK: The own table of routes

    @Test func `what a line of the own table forbids is not tried again`() throws {
        let open = try Self.evidence(Self.target, .failed(.hostUnreachable))
        #expect(open.unanswered == [Self.target])
        let shut = try Self.evidence(Self.target, .failed(.hostUnreachable), routes: [Self.shut("203.0.113.0/24")])
        #expect(shut.unanswered == [])
    }

    @Test func `a line of the table does not shut this computer out of itself`() throws {
        let own = ConnectVerdictTests.own.plain(port: 1337)
        let evidence = try Self.evidence(own, .silent, routes: [Self.shut("192.168.0.2/32")])
        #expect(evidence.unanswered == [own])
    }

    @Test func `the kernel's own last line for IPv6 forbids nothing, and one for all of IPv4 does`() throws {
        let six = try Self.evidence(Self.six, .failed(.networkUnreachable), routes: [Self.shut("::/0")])
        #expect(six.state.forbiddingRoute(Self.six) == nil)
        #expect(!ConnectVerdict.findings(six)[0].what.contains("forbids"))
        var four = try Self.evidence(Self.target, .failed(.invalidArgument))
        four.state.routes = [try Self.shut("0.0.0.0/0")]
        #expect(ConnectVerdict.findings(four)[0].what.contains("forbids the way to 203.0.113.5"))
    }

    @Test func `a line of the table is no reason for what a router says, or a server`() throws {
        let routes = [try Self.shut("203.0.113.0/24")]
        let told = [ConnectVerdictTests.icmp(3, 1, from: ConnectVerdictTests.router)]
        let router = try Self.evidence(Self.target, .failed(.hostUnreachable), told, routes: routes)
        #expect(ConnectVerdict.findings(router)[0].id == "nobody-there")
        let server = try Self.evidence(Self.target, .failed(.connectionRefused), routes: routes)
        #expect(ConnectVerdict.findings(server)[0].id == "nothing-listens")
    }

    @Test(arguments: [Errno.permissionDenied, .invalidArgument])
    func `an answer that a rule of the routing may give is followed by asking the kernel for the way`(errno: Errno)
        throws
    {
        let finding = ConnectVerdict.findings(try Self.evidence(Self.target, .failed(errno)))[0]
        #expect(finding.next[0].command == "ip route get 203.0.113.5")
    }

    // MARK: What routers say

    @Test func `a router of IPv6 that finds nobody knows the way`() throws {
        let router = SocketAddress.ipv6(IPv6Address(highBits: 0x2001_0db8 << 32 | 1, lowBits: 1), port: 0)
        for (code, id) in [(UInt8(3), "nobody-there"), (0, "router-knows-no-way"), (1, "firewall-rejects")] {
            let told = NetworkMessage(errno: .hostUnreachable, origin: .icmpv6, type: 1, code: code, sender: router)
            let evidence = try Self.evidence(Self.six, .failed(.hostUnreachable), [told])
            #expect(ConnectVerdict.findings(evidence)[0].id == id)
        }
    }

    @Test func `a computer that says that it is not there itself forwards the port`() throws {
        let told = [ConnectVerdictTests.icmp(3, 1, from: Self.target)]
        let finding = ConnectVerdict.findings(try Self.evidence(Self.target, .failed(.hostUnreachable), told))[0]
        #expect(finding.what == "203.0.113.5 forwards port 1337 to another computer, which is off or not there")
    }

    @Test func `an address that nobody has may be of another private network, and a public one may not`() throws {
        let told = [ConnectVerdictTests.icmp(3, 1, from: ConnectVerdictTests.router)]
        let away = ConnectVerdictTests.away
        let own = ConnectVerdict.findings(try Self.evidence(away, .failed(.hostUnreachable), told))[0]
        #expect(own.cause.contains("was meant for another private network"))
        #expect(own.evidence.contains { $0.hasPrefix("this computer is in 192.168.0.0/24") })
        let other = ConnectVerdict.findings(try Self.evidence(Self.target, .failed(.hostUnreachable), told))[0]
        #expect(!other.cause.contains("private network"))
        #expect(!other.evidence.contains { $0.hasPrefix("this computer is in") })
    }

    @Test(arguments: [
        (UInt8(0), "no way to that network is known there"), (1, "nobody there has that address"),
        (3, "that port is refused"), (13, "a rule there forbids it"),
    ])
    func `the words of the standards are followed by what they mean`(code: UInt8, meaning: String) {
        let message = ConnectVerdictTests.icmp(3, code, from: ConnectVerdictTests.router)
        #expect(message.description.hasSuffix(", from 198.51.100.9 (\(meaning))"), "\(message)")
        #expect(ConnectVerdictTests.icmp(3, 2, from: ConnectVerdictTests.router).description.hasSuffix("198.51.100.9"))
    }

    // MARK: What is no target

    @Test func `where no port was said, the command has one, and the computer and the kind that were meant`() throws {
        func command(_ address: SocketAddress, name: String? = nil, isDatagram: Bool = false) throws -> String? {
            var evidence = try Self.evidence(address, .failed(.connectionRefused), name: name)
            evidence.isDatagram = isDatagram
            return ConnectVerdict.findings(evidence)[0].next[0].command
        }
        let nowhere = Self.target.plain(port: 0)
        #expect(try command(nowhere, name: "example.org") == "sockeye doctor example.org:1337")
        #expect(try command(nowhere, isDatagram: true) == "sockeye doctor udp:203.0.113.5:1337")
        #expect(try command(.ipv4(.any, port: 0)) == "sockeye doctor 127.0.0.1:1337")
        #expect(try command(.ipv4(.any, port: 8080)) == "sockeye doctor 127.0.0.1:8080")
    }

    // MARK: An address that exists on every link

    private static func link(_ last: UInt64, zone: UInt32 = 0) -> SocketAddress {
        .ipv6(IPv6Address(highBits: 0xfe80 << 48, lowBits: last), port: 1337, zone: zone)
    }

    /// A computer with a link of IPv6 at each of these interfaces, beside one of IPv4.
    private static func computer(_ interfaces: String...) throws -> ComputerState {
        var state = try ConnectVerdictTests.home()
        state.interfaces += interfaces.map { InterfaceAddress(interface: $0, address: link(1).plain(port: 0)) }
        let four = SocketAddress.ipv4(IPv4Address(169, 254, 0, 1), port: 0)
        state.interfaces.append(InterfaceAddress(interface: "eth0", address: four))
        return state
    }

    @Test func `the only link is meant, where there is one`() async throws {
        // Every computer has this interface.
        let zone = try #require(Syscalls.interfaceIndex("lo"))
        let one = ScriptedProbes([Self.link(5)], computer: try Self.computer("lo"))
        _ = await Doctor(probes: one).connect(to: .address(Self.link(5)))
        #expect(one.asked.with { $0.connects } == [Self.link(5, zone: zone)])
        let datagrams = ScriptedProbes([Self.link(5)], computer: try Self.computer("lo"), answer: { _, _ in [1] })
        _ = await Doctor(probes: datagrams).ask(.address(Self.link(5)))
        #expect(datagrams.asked.with { $0.datagrams } == [Self.link(5, zone: zone)])
    }

    @Test func `of several links none is guessed, and one that was named stays`() async throws {
        // Of which one comes first where no order is kept, each name decides anew.
        for name in ["a", "b", "c", "d", "e", "f", "g", "h"] {
            let several = ScriptedProbes([Self.link(5)], computer: try Self.computer("lo", name))
            _ = await Doctor(probes: several).connect(to: .address(Self.link(5)))
            #expect(several.asked.with { $0.connects } == [Self.link(5)])
        }
        let named = ScriptedProbes([Self.link(5, zone: 7)], computer: try Self.computer("lo"))
        _ = await Doctor(probes: named).connect(to: .address(Self.link(5, zone: 7)))
        #expect(named.asked.with { $0.connects } == [Self.link(5, zone: 7)])
    }
}
