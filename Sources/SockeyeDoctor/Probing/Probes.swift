package import SockeyeSystem

/// All that the doctor does to find something out. Tests put their own in its place.
///
/// Each probe ends by itself within its time limit and changes nothing on this computer or elsewhere.
package protocol Probes: Sendable {
    /// The addresses behind an endpoint.
    func lookUp(_ endpoint: Endpoint) async -> LookUp
    /// Connects, watches for a moment what the server says by itself, and closes.
    func connect(to address: SocketAddress, within limit: Duration, watching: Duration) async -> Attempt
    /// Sends a short datagram, again if nothing comes back, and returns what does.
    func datagram(to address: SocketAddress, within limit: Duration) async -> DatagramAttempt
    /// Sends one datagram that may pass so many routers, and returns what the network says to it.
    func nudge(_ address: SocketAddress, hops: Int32?, within limit: Duration) async -> [NetworkMessage]
    /// Lets some time pass.
    func pause(for duration: Duration) async
    /// Binds a socket for TCP or UDP for a moment; nil when that works.
    func bind(to address: SocketAddress, kind: SocketKind, reuse: ListenerReuse) async -> Errno?
    /// What this computer knows about itself now.
    func state() async -> ComputerState
    /// The rules of this computer's firewall, as far as they can be read.
    func firewall() async -> Firewall
}

/// Whether `SO_REUSEADDR` is set before binding.
package enum ListenerReuse: Sendable {
    case on
    case off
}

/// What asking for a name has brought.
package struct LookUp: Sendable, Equatable {
    package let addresses: [SocketAddress]
    /// nil when there are addresses.
    package let failure: SocketError.Code?
    /// The failure in the name service's own words.
    package let detail: String?
    package let duration: Duration

    package init(_ addresses: [SocketAddress], duration: Duration = .zero) {
        self.addresses = addresses
        failure = nil
        detail = nil
        self.duration = duration
    }

    package init(failure: SocketError.Code, detail: String?, duration: Duration = .zero) {
        addresses = []
        self.failure = failure
        self.detail = detail
        self.duration = duration
    }
}
