package import SockeyeSystem

/// Some datagrams to one address, and all that came back.
package struct DatagramAttempt: Sendable, Equatable {
    package let address: SocketAddress
    /// How many were sent, the same each time: datagrams get lost.
    package var sent = 0
    /// The bytes of the first datagram that came back; nil when none did.
    package var answer: [UInt8]?
    /// What the system said to a send, or what a message of the network became.
    package var errno: Errno?
    package var messages: [NetworkMessage] = []
    package var duration = Duration.zero

    package init(_ address: SocketAddress) {
        self.address = address
    }

    /// Nobody has said anything.
    package var isSilent: Bool { answer == nil && errno == nil && messages.isEmpty }

    /// The same as an attempt to connect, for the verdicts that do not depend on the protocol.
    var asAttempt: Attempt {
        var attempt = Attempt(address, errno.map { .failed($0) } ?? .silent, after: duration)
        attempt.messages = messages
        return attempt
    }
}

/// All that was seen while asking one place for datagrams; what follows from it is ``DatagramVerdict``'s business.
package struct DatagramEvidence: Sendable, Equatable {
    /// What was typed, where that leads, and what this computer knows of its network.
    package var base: ConnectEvidence
    package var attempts: [DatagramAttempt] = []
    /// Whether the same port takes TCP connections, of the addresses that gave no answer.
    package var overTCP: [Attempt] = []

    package init(_ base: ConnectEvidence) {
        self.base = base
    }

    /// Nothing could be sent, since nobody answers for the address, or for that of the router on the way.
    func isNeighbourMissing(_ attempt: DatagramAttempt) -> Bool {
        guard attempt.answer == nil, !base.state.isOwn(attempt.address) else { return false }
        let isUnreachable = attempt.errno == .hostUnreachable || attempt.errno == .hostDown
        if isUnreachable { return attempt.messages.allSatisfy { $0.isOwnVoice(base.state) } }
        guard attempt.isSilent, let route = base.state.route(to: attempt.address) else { return false }
        return base.state.neighbour(route.gateway ?? attempt.address) == .silent
    }
}
