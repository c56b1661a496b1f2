import Sockeye

/// An ADDRESS of `sockeye serve` that it has got.
struct BoundAddress: Sendable {
    enum Socket: Sendable {
        case connections(Listener)
        case datagrams(DatagramSocket)
    }

    let typed: TypedAddress
    let socket: Socket

    var localAddress: SocketAddress {
        switch socket {
        case .connections(let listener): listener.localAddress
        case .datagrams(let socket): socket.localAddress
        }
    }

    func close() {
        switch socket {
        case .connections(let listener): listener.close()
        case .datagrams(let socket): socket.close()
        }
    }
}

extension [BoundAddress] {
    var listeners: [Listener] {
        compactMap { if case .connections(let listener) = $0.socket { listener } else { nil } }
    }

    var datagrams: [DatagramServer.Place] {
        compactMap { bound in
            guard case .datagrams(let socket) = bound.socket else { return nil }
            return DatagramServer.Place(socket: socket, typed: bound.typed)
        }
    }

    func close() {
        for one in self { one.close() }
    }
}
