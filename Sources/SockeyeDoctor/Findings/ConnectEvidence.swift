package import SockeyeSystem

/// All that was seen while connecting to one place; what follows from it is ``ConnectVerdict``'s business.
package struct ConnectEvidence: Sendable, Equatable {
    /// What was typed, `example.org:1337`.
    package var target: String
    /// The name that was looked up; nil for an address.
    package var name: String?
    package var port: UInt16
    /// For the words of a finding.
    package var transport = "TCP"
    package var lookUp: LookUp
    /// One for each address.
    package var attempts: [Attempt] = []
    /// Again, several at once, for the addresses that gave no answer: packets get lost.
    package var retries: [Attempt] = []
    /// Other ports of the addresses that failed: whether the computer is there, and what it offers.
    package var otherPorts: [Attempt] = []
    /// What the network said to a datagram that may pass no router, sent to an address that failed.
    package var oneHop: [SocketAddress: [NetworkMessage]] = [:]
    /// The same for an address that is certainly further away: how the own router speaks.
    package var oneHopElsewhere: [NetworkMessage] = []
    /// Those that listened on the port before the attempts and did not after them: a server for a single client has ended.
    package var endedListeners: [SocketRow] = []
    /// After the attempts, so that neighbours have been asked for.
    package var state = ComputerState()

    package init(target: String, name: String? = nil, port: UInt16, lookUp: LookUp) {
        self.target = target
        self.name = name
        self.port = port
        self.lookUp = lookUp
    }

    /// Keeps of an earlier look what is gone in the later one: who listened on the port.
    package mutating func compare(with before: ComputerState) {
        let alive = Set(state.listeners.map(\.local))
        endedListeners = before.listeners.filter { $0.local.port == port && !alive.contains($0.local) }
        for row in endedListeners { state.programs[row.inode] = before.program(of: row) }
    }

    func otherPorts(of address: SocketAddress) -> [Attempt] {
        otherPorts.filter { $0.address.isSameHost(as: address) }
    }

    func retries(of address: SocketAddress) -> [Attempt] { retries.filter { $0.address == address } }

    /// Whether anything showed that a computer with the address is there.
    func isPresent(_ address: SocketAddress) -> Bool {
        (attempts + retries + otherPorts).contains { $0.address.isSameHost(as: address) && $0.provesPresence }
            || state.neighbour(address) == .answered
    }
}
