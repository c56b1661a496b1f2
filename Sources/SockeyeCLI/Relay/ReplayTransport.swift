import Sockeye

/// What a recording is played over: a connection, or a socket for datagrams, which has no end.
enum ReplayTransport: Sendable {
    case stream(Connection)
    case datagrams(DatagramSocket)

    init(to target: TypedAddress) async throws(SocketError) {
        switch target.kind {
        case .stream: self = .stream(try await Connection.connect(to: target.endpoint))
        default: self = .datagrams(try await DatagramSocket.connect(to: target.endpoint))
        }
    }

    func receive() async throws(SocketError) -> [UInt8]? {
        switch self {
        case .stream(let connection): return try await connection.receive(upTo: 65_536)
        case .datagrams(let socket):
            let datagram: Datagram = try await socket.receive()
            return datagram.bytes
        }
    }

    func send(_ bytes: [UInt8]) async throws(SocketError) {
        switch self {
        case .stream(let connection): try await connection.send(bytes)
        case .datagrams(let socket): try await socket.send(bytes)
        }
    }

    func finishSending() async throws(SocketError) {
        if case .stream(let connection) = self { try await connection.finishSending() }
    }

    func abort() {
        switch self {
        case .stream(let connection): connection.abort()
        case .datagrams(let socket): socket.close()
        }
    }

    func close() async {
        switch self {
        case .stream(let connection): await connection.close()
        case .datagrams(let socket): socket.close()
        }
    }
}
