package import SockeyeSystem

/// All that was seen while connecting to one place; what follows from it is ``ConnectVerdict``'s business.
package struct ConnectEvidence: Sendable, Equatable {
    /// What was typed, `example.org:1337`.
    package var target: String
    /// The name that was looked up; nil for an address.
    package var name: String?
    package var port: UInt16
    /// The question was one for datagrams: the shared findings speak of them then, and not of connections.
    package var isDatagram = false
    package var lookUp: LookUp
    /// One for each address.
    package var attempts: [Attempt] = []
    /// Again, several at once, for the addresses that gave no answer: packets get lost.
    package var retries: [Attempt] = []
    /// How others in the network answered meanwhile, where nobody answered for an address in it.
    package var witnesses: [Witness] = []
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

    /// For the words of a finding.
    var transport: String { isDatagram ? "UDP" : "TCP" }

    /// The command for the other end, which looks at what is to listen there.
    var lookThere: String { "sockeye doctor --listen \(isDatagram ? "udp:" : "")\(port)" }

    func otherPorts(of address: SocketAddress) -> [Attempt] {
        otherPorts.filter { $0.address.isSameHost(as: address) }
    }

    func retries(of address: SocketAddress) -> [Attempt] { retries.filter { $0.address == address } }

    /// The addresses at which no attempt has brought an answer, be it a no.
    package var unanswered: [SocketAddress] {
        attempts.filter(\.isUnanswered).map(\.address).filter {
            // What a line of the own table forbids is forbidden the next time too.
            retries(of: $0).allSatisfy(\.isUnanswered) && state.forbiddingRoute($0) == nil
        }
    }

    /// The addresses that were never connected to.
    package var failed: [SocketAddress] {
        attempts.map(\.address).filter { address in
            !(attempts + retries).contains { $0.address == address && $0.outcome == .connected }
        }
    }

    /// This computer has asked its own network for the address, or for the router on the way, and nobody answered.
    func isNeighbourMissing(_ address: SocketAddress) -> Bool {
        (attempts + retries).contains { attempt in
            attempt.address == address && attempt.errno != nil && attempt.isUnanswered
                && attempt.messages.allSatisfy { $0.isOwnVoice(state) }
        }
    }

    /// The addresses for which the own network was asked in vain so far.
    var missingNeighbours: [SocketAddress] { unanswered.filter(isNeighbourMissing) }

    /// Somebody in the network has answered each question at once: packets do not get lost on the way to it.
    var isLineSound: Bool { witnesses.contains(where: \.isFlawless) }

    /// What came of other ports makes it plain that packets get lost: an answer that took as long as a request that is sent
    /// again, or one of a neighbour that could not be found at first.
    func showsLoss(_ address: SocketAddress) -> Bool {
        let answers = otherPorts(of: address).filter(\.provesPresence)
        return answers.contains { $0.duration >= .milliseconds(900) }
            || (isNeighbourMissing(address) && !answers.isEmpty)
    }

    /// Whether anything showed that a computer with the address is there.
    func isPresent(_ address: SocketAddress) -> Bool {
        (attempts + retries + otherPorts).contains { $0.address.isSameHost(as: address) && $0.provesPresence }
            || state.neighbour(address) == .answered
    }
}
