package import SockeyeSystem

/// One attempt to connect, and all that came back.
package struct Attempt: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable {
        case connected
        /// Neither yes nor no within the time limit.
        case silent
        case failed(Errno)
    }

    package let address: SocketAddress
    package let outcome: Outcome
    package let duration: Duration
    /// The address that this computer called from, where it came so far.
    package var local: SocketAddress?
    /// What routers, firewalls and the other computer said in ICMP.
    package var messages: [NetworkMessage] = []
    /// What the server said by itself right after connecting; empty when it waits for the client.
    package var greeting: [UInt8] = []
    /// The server has closed, without a word or after the greeting, while the connection was watched.
    package var hasEnded = false
    /// It ended with a reset, and not in order.
    package var wasReset = false
    /// Requests to connect that had to be sent again before one was answered.
    package var requestsAgain = 0
    /// Segments that had to be sent again, of a connection that stands.
    package var sentAgain = 0
    /// The connection stands in the kernel, and no program has accepted it. Only known of this computer's own servers.
    package var isNotAccepted = false

    package init(_ address: SocketAddress, _ outcome: Outcome, after duration: Duration = .zero) {
        self.address = address
        self.outcome = outcome
        self.duration = duration
    }

    package var errno: Errno? {
        guard case .failed(let errno) = outcome else { return nil }
        return errno
    }

    /// Nothing came, or the kernel or a router found nobody at the address: where packets get lost, both happen by chance too.
    package var isUnanswered: Bool {
        switch outcome {
        case .silent: true
        case .failed(.hostUnreachable), .failed(.hostDown):
            messages.allSatisfy { $0.saysNobodyIsThere || $0.origin == .local }
        default: false
        }
    }

    /// On this computer it is the listener, or a rule, that decided: it was refused, dropped, or a message came.
    var isAboutListener: Bool { errno == nil || errno == .connectionRefused || !messages.isEmpty }

    /// Somebody with that address answered, be it with a no: the computer is there.
    package var provesPresence: Bool {
        outcome == .connected || errno == .connectionRefused
            || messages.contains { $0.sender?.isSameHost(as: address) == true }
    }
}

extension NetworkMessage {
    /// What the message says, as the standards call it (RFC 792, 1812, 4443).
    package var words: String {
        switch (origin, type, code) {
        case (.icmp, 3, 0): "network unreachable"
        case (.icmp, 3, 1): "host unreachable"
        case (.icmp, 3, 2): "protocol unreachable"
        case (.icmp, 3, 3): "port unreachable"
        case (.icmp, 3, 4): "packet too large"
        case (.icmp, 3, 9): "network prohibited"
        case (.icmp, 3, 10): "host prohibited"
        case (.icmp, 3, 13): "administratively prohibited"
        case (.icmp, 3, _): "unreachable"
        case (.icmp, 11, _), (.icmpv6, 3, _): "passed too many routers"
        case (.icmpv6, 1, 0): "no route"
        case (.icmpv6, 1, 1): "administratively prohibited"
        case (.icmpv6, 1, 3): "address unreachable"
        case (.icmpv6, 1, 4): "port unreachable"
        case (.icmpv6, 1, 5): "source address refused"
        case (.icmpv6, 1, 6): "route rejected"
        case (.icmpv6, 2, _): "packet too large"
        case (.local, _, _): errno.words
        default: "no"
        }
    }

    /// `ICMP 3/13, administratively prohibited, from 192.168.1.1`
    package var description: String {
        // The words of the standards are for looking up; what they mean comes first for those who have not.
        let name = origin == .icmpv6 ? "ICMPv6" : "ICMP"
        let said = origin == .local ? words : "\(name) \(type)/\(code), \(words)"
        return said + (sender.map { ", from \($0.host)" } ?? "") + (meaning.map { " (\($0))" } ?? "")
    }

    /// The same for people who do not know the standards, where there is a word for it.
    private var meaning: String? {
        switch (origin, type, code) {
        case (.icmp, 3, 0), (.icmpv6, 1, 0): "no way to that network is known there"
        case (.icmp, 3, 1), (.icmpv6, 1, 3): "nobody there has that address"
        case (.icmp, 3, 3), (.icmpv6, 1, 4): "that port is refused"
        case (.icmp, 3, 9), (.icmp, 3, 10), (.icmp, 3, 13), (.icmpv6, 1, 1), (.icmpv6, 1, 5), (.icmpv6, 1, 6):
            "a rule there forbids it"
        default: nil
        }
    }

    /// The way ends here: nobody has the address, or there is no route.
    var saysNobodyIsThere: Bool {
        switch (origin, type, code) {
        case (.icmp, 3, 0), (.icmp, 3, 1), (.icmpv6, 1, 0), (.icmpv6, 1, 3): true
        default: false
        }
    }

    /// Its network is known, and nobody in it has the address.
    var saysHostIsMissing: Bool {
        (origin == .icmp && type == 3 && code == 1) || (origin == .icmpv6 && type == 1 && code == 3)
    }

    /// This computer itself says it, as the kernel does of a neighbour that has not answered.
    func isOwnVoice(_ state: ComputerState) -> Bool {
        origin == .local || sender.map(state.isOwn) != false
    }

    /// It went round in circles, or further than it may.
    var saysTooFar: Bool { (origin == .icmp && type == 11) || (origin == .icmpv6 && type == 3) }
}
