import Sockeye
import SockeyeSystem
import TestSupport
import Testing

@testable import SockeyeDoctor

/// Addresses that exist on every link: whether the interface is named, and which it is, changes the verdict.
@Suite(.inTurn) struct LinkLocalTests {
    private static let ip = IPv6Address(highBits: 0xfe80 << 48, lowBits: 9)
    private static let bare = SocketAddress.ipv6(ip, port: 1337)

    /// The loopback interface is the one whose name and number every computer has: it stands for a link here.
    private static func onLoopback() throws -> SocketAddress {
        .ipv6(ip, port: 1337, zone: try #require(Syscalls.interfaceIndex("lo")))
    }

    private static func computer(_ links: [String]) throws -> ComputerState {
        var state = try ConnectVerdictTests.home()
        let own = SocketAddress.ipv6(IPv6Address(highBits: 0xfe80 << 48, lowBits: 1), port: 0)
        state.interfaces += links.map { InterfaceAddress(interface: $0, address: own) }
        state.routes += try links.map { Route(try NetworkPrefix(parsing: "fe80::/64"), interface: $0) }
        return state
    }

    @Test func `without an interface the only link is meant, and of several none`() async throws {
        let named = try Self.onLoopback()
        for (links, expected) in [
            (["lo"], named), (["lo", "eth0"], Self.bare), ([], Self.bare), (["nosuch"], Self.bare),
        ] {
            let probes = ScriptedProbes([Self.bare], computer: try Self.computer(links))
            let found = await Doctor(probes: probes).onItsLink(LookUp([Self.bare]))
            #expect(found.addresses == [expected], "\(links)")
        }
        // One that is named stays.
        let probes = ScriptedProbes([named], computer: try Self.computer(["eth0"]))
        #expect(await Doctor(probes: probes).onItsLink(LookUp([named])).addresses == [named])
    }

    @Test func `a neighbour that answers on another link is not there on this one`() throws {
        var state = try Self.computer(["eth0", "lo"])
        let plain = Self.bare.plain(port: 0)
        state.neighbours.append(Neighbour(address: plain, interface: "eth0", state: .answered))
        let named = try Self.onLoopback()
        #expect(state.neighbour(named) == nil && state.neighbour(Self.bare) == .answered)
        #expect(state.route(to: named)?.interface == "lo")
        state.neighbours.append(Neighbour(address: plain, interface: "lo", state: .silent))
        var evidence = ConnectEvidence(target: "\(named)", port: 1337, lookUp: LookUp([named]))
        evidence.attempts = [Attempt(named, .silent)]
        evidence.state = state
        let finding = ConnectVerdict.findings(evidence)[0]
        #expect(finding.id == "neighbour-silent" && finding.evidence.contains { $0.contains(" on lo ") })
    }

    @Test func `without an interface it is told that one has to be named, for a client and for a server`() throws {
        var evidence = ConnectEvidence(target: "\(Self.bare)", port: 1337, lookUp: LookUp([Self.bare]))
        evidence.attempts = [Attempt(Self.bare, .failed(.invalidArgument))]
        evidence.state = try Self.computer(["eth0", "lo"])
        #expect(ConnectVerdict.findings(evidence)[0].id == "zone-missing")
        var listening = ListenEvidence(target: "[fe80::9]:1337", port: 1337, lookUp: LookUp([Self.bare]))
        listening.binding = ListenEvidence.Binding(Self.bare, plain: .invalidArgument, reusing: .invalidArgument)
        let finding = ListenVerdict.findings(listening)[0]
        #expect(finding.id == "zone-missing" && finding.next[0].command == "sockeye serve '*:1337'")
    }
}
