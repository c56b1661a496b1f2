import Sockeye
import SockeyeSystem

/// `sockeye connect udp:…` and `unix-datagram:…`: a line, or what one read of the input brings, is a datagram.
struct DatagramConnect: Sendable {
    let address: TypedAddress
    let options: DatagramOptions
    /// How long to wait for datagrams after the input has ended.
    let patience: Duration
    let conduct: Conduct
    let progress: ConnectProgress

    /// The most that UDP carries over IPv4: a longer piece of input becomes several datagrams.
    static let largestPiece = 65_507

    func run() async throws {
        progress.isConnecting(true)
        let (socket, group) = try await open()
        progress.isConnecting(false)
        try await socket.closing { socket in
            let session = DatagramSession(
                socket: socket,
                partner: group.map { DatagramSession.Partner.several($0) } ?? .connected,
                words: address,
                input: Input(),
                patience: patience,
                conduct: conduct,
                progress: progress
            )
            try await session.run()
        }
    }

    /// Connected to one peer; where many hear what is sent, and each answers from its own address, to nobody.
    private func open() async throws(SocketError) -> (DatagramSocket, group: SocketAddress?) {
        if let group = several, group.isMulticast { return (try await open(for: group), group) }
        do throws(SocketError) {
            return (try await DatagramSocket.connect(to: address.endpoint, options: options), nil)
        } catch {
            // What the kernel answers for the broadcast address of any of its networks, until it is allowed.
            guard error.code == .permissionDenied, let broadcast = several else { throw error }
            return (try await open(for: broadcast), broadcast)
        }
    }

    private func open(for group: SocketAddress) async throws(SocketError) -> DatagramSocket {
        var options = options
        options.broadcast = .on
        let any = group.family == .ipv4 ? SocketAddress.ipv4(.any, port: 0) : .ipv6(.any, port: 0)
        let own = options.source ?? .address(any)
        options.source = nil
        return try await DatagramSocket.bind(to: own, options: options)
    }

    /// The address, where it may be that of several computers; a name has a single one behind it.
    private var several: SocketAddress? {
        switch address.endpoint.kind {
        case .address, .zoned:
            let one = (try? address.endpoint.addresses(for: .connect, family: nil))?.first
            return one?.family == .unix ? nil : one
        case .host, .loopback, .any, .invalid: return nil
        }
    }
}
