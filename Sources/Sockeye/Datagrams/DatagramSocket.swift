public import SockeyeSystem
internal import Synchronization

/// A socket for messages that arrive whole or not at all: UDP, or a Unix datagram socket.
///
/// A server is bound and answers whoever asks:
///
///     let socket = try await DatagramSocket.bind(to: "127.0.0.1:1337")
///     while true {
///         let datagram = try await socket.receive()
///         try await socket.send(datagram.bytes, to: datagram.from)
///     }
///
/// A client is connected to one peer:
///
///     try await withDatagramSocket(to: "127.0.0.1:1337") { socket in
///         try await socket.send("hi")
///         print(String(decoding: try await socket.receive().bytes, as: UTF8.self))
///     }
///
/// Over a network datagrams get lost, come twice, and come in another order; nobody tells. There is no end either: a
/// program that waits for an answer sets itself a limit (``withTimeout(_:_:)``) and asks again. On a Unix socket nothing is
/// lost: a full receiver suspends the sender.
///
/// A UDP datagram has at most 65,507 bytes over IPv4 and 65,527 over IPv6; what is larger than some 1,400 travels in
/// fragments, all of which have to arrive.
///
/// **Cancellation.** Every operation of a cancelled task ends at once with `.cancelled`, and neither takes nor sends a
/// datagram then.
///
/// **Concurrency.** One task may receive while another sends, from any executor. A second receive at the same time, or a
/// second send, throws `.busy`. ``close()`` may be called by anyone at any time.
public final class DatagramSocket: Sendable {
    @usableFromInline let registration: Registration
    let observation: Observation?
    let traits: Traits
    /// What a Unix socket with a path has in the file system, until it closes.
    let file: SocketFile?
    /// The address of this side: port 0 went in, the real port comes out. In C: `getsockname`.
    public let localAddress: SocketAddress
    /// The peer that it is connected to; nil for a socket that anyone may send to. In C: `getpeername`.
    public let remoteAddress: SocketAddress?

    /// What the kernel has put together and nobody has taken yet; nil unless the socket coalesces.
    // SAFETY: touched only by whoever has claimed the read direction, which one task at a time can.
    @exclusivity(unchecked) nonisolated(unsafe) let coalesced: CoalescedDatagrams?
    /// What a sender waits on for a full Unix receiver, so that `close` can wake it: see `waitForRoom(at:)`.
    let probe = Mutex<Registration?>(nil)

    /// What an operation needs to know of how the socket was made.
    struct Traits: Sendable {
        let family: AddressFamily
        let options: DatagramOptions
        /// What comes with datagrams.
        let control: DatagramControl
        /// The kernel may hand over several of them as one.
        let coalesces: Bool
        /// The kernel can cut bytes into datagrams.
        let canSegment: Bool
    }

    init(
        _ registration: Registration,
        local: SocketAddress,
        remote: SocketAddress?,
        traits: Traits,
        file: SocketFile?
    ) {
        self.registration = registration
        self.traits = traits
        self.file = file
        localAddress = local
        remoteAddress = remote
        observation = Observation(traits.options.observer)
        unsafe coalesced = traits.coalesces ? CoalescedDatagrams() : nil
    }

    deinit {
        // The net under a socket that was dropped without a scope.
        file?.remove()
        if registration.close(abruptly: true) { registration.retire() }
    }

    /// Closes the socket at once. What was sent before is on its way all the same. In C: `close`.
    ///
    /// The file of a Unix socket is removed, if it still is the one that this socket made. Whoever still waits in an operation gets `.closed`. More than once is fine.
    public func close() {
        let start = observation == nil ? 0 : Observation.now()
        let wasOpen = !registration.snapshot.isClosed
        // First, so that a sender finds either a socket or no file.
        file?.remove()
        if registration.close(abruptly: true) { registration.retire() }
        // After the socket itself: a sender that is about to wait looks at that last.
        if let probe = probe.withLock({ $0 }), probe.close(abruptly: true) { probe.retire() }
        if wasOpen { observation?.report(.close, since: start, local: localAddress, remote: remoteAddress) }
    }

    /// Whether datagrams for this address can leave by this socket. An IPv6 socket takes IPv4 addresses too, unless it was
    /// told not to or has an address of its own.
    func takes(_ address: SocketAddress) -> Bool {
        if address.family == traits.family { return address != .unixUnnamed }
        guard traits.family == .ipv6, address.family == .ipv4, traits.options.family != .ipv6Only else { return false }
        guard case .ipv6(let own, _, _, _) = localAddress.kind else { return false }
        return own.isAny || own.mappedIPv4 != nil
    }
}
