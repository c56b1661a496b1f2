import Sockeye
import SockeyeSystem

@testable import SockeyeDoctor

/// Probes that answer what a test says, and remember what was asked.
final class ScriptedProbes: Probes {
    struct Asked {
        var connects: [SocketAddress] = []
        var datagrams: [SocketAddress] = []
        var nudges: [SocketAddress] = []
        var binds: [SocketAddress] = []
    }

    let asked = Locked(Asked())
    let addresses: [SocketAddress]
    let outcome: @Sendable (SocketAddress, Int) -> Attempt.Outcome
    let computer: ComputerState
    let binding: @Sendable (SocketAddress, ListenerReuse) -> Errno?
    /// What changes in the computer's state after so many nudges and datagrams, and what comes back to a datagram or a nudge.
    let change: @Sendable (inout ComputerState, Asked) -> Void
    let answer: @Sendable (SocketAddress, Int) -> [UInt8]?
    let echo: @Sendable (SocketAddress, Int) -> [NetworkMessage]
    /// What comes back to a datagram for a port that nobody has.
    let port: @Sendable (SocketAddress, Int) -> [NetworkMessage]
    let rules: Firewall

    init(
        _ addresses: [SocketAddress],
        computer: ComputerState,
        outcome: @escaping @Sendable (SocketAddress, Int) -> Attempt.Outcome = { _, _ in .connected },
        binding: @escaping @Sendable (SocketAddress, ListenerReuse) -> Errno? = { _, _ in nil },
        change: @escaping @Sendable (inout ComputerState, Asked) -> Void = { _, _ in },
        answer: @escaping @Sendable (SocketAddress, Int) -> [UInt8]? = { _, _ in nil },
        echo: @escaping @Sendable (SocketAddress, Int) -> [NetworkMessage] = { _, _ in [] },
        port: @escaping @Sendable (SocketAddress, Int) -> [NetworkMessage] = { _, _ in [] },
        rules: Firewall = Firewall()
    ) {
        self.port = port
        (self.change, self.answer, self.echo, self.rules) = (change, answer, echo, rules)
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
        let count = asked.with { asked -> Int in
            asked.nudges.append(address)
            return asked.nudges.filter { $0 == address }.count
        }
        return hops == nil ? port(address, count) : echo(address, count)
    }

    func pause(for duration: Duration) async {}

    func datagram(to address: SocketAddress, within limit: Duration) async -> DatagramAttempt {
        let count = asked.with { asked -> Int in
            asked.datagrams.append(address)
            return asked.datagrams.filter { $0 == address }.count
        }
        var attempt = DatagramAttempt(address)
        attempt.sent = 3
        attempt.answer = answer(address, count)
        return attempt
    }

    func bind(to address: SocketAddress, kind: SocketKind, reuse: ListenerReuse) async -> Errno? {
        asked.with { $0.binds.append(address) }
        return binding(address, reuse)
    }

    func state() async -> ComputerState {
        var state = computer
        change(&state, asked.with { $0 })
        return state
    }

    func firewall() async -> Firewall { rules }
}
