public import SockeyeSystem

// An address that a socket has told is used as it is.

extension DatagramSocket {
    /// As ``bind(to:options:)-(Endpoint,_)``, with an address as it is.
    public static func bind(
        to address: SocketAddress,
        options: DatagramOptions = DatagramOptions()
    ) async throws(SocketError) -> DatagramSocket {
        try await bind(to: .address(address), options: options)
    }

    /// As ``connect(to:options:)-(Endpoint,_)``, with an address as it is: that of ``localAddress`` of a server, say.
    public static func connect(
        to address: SocketAddress,
        options: DatagramOptions = DatagramOptions()
    ) async throws(SocketError) -> DatagramSocket {
        try await connect(to: .address(address), options: options)
    }
}

/// As ``withDatagramSocket(boundTo:options:_:)-(Endpoint,_,_)``, with an address as it is.
public func withDatagramSocket<Result>(
    boundTo address: SocketAddress,
    options: DatagramOptions = DatagramOptions(),
    _ body: (DatagramSocket) async throws -> Result
) async throws -> Result {
    try await withDatagramSocket(boundTo: .address(address), options: options, body)
}

/// As ``withDatagramSocket(to:options:_:)-(Endpoint,_,_)``, with an address as it is.
public func withDatagramSocket<Result>(
    to address: SocketAddress,
    options: DatagramOptions = DatagramOptions(),
    _ body: (DatagramSocket) async throws -> Result
) async throws -> Result {
    try await withDatagramSocket(to: .address(address), options: options, body)
}
