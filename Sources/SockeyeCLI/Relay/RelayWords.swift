/// What the relay says of what it sees, in words.
enum RelayWords {
    /// The line of an event that carries no bytes.
    static func line(of kind: RelayEvent.Kind) -> String {
        switch kind {
        case .open(let client, let server): "client \(client) connected, and the relay to server \(server)"
        case .data(let side, let bytes): "\(side.direction)  \(Quantity.bytes(bytes.count))"
        case .message(let side, let bytes): "\(side.direction)  message of \(Quantity.bytes(bytes.count))"
        case .end(let side): "\(side.rawValue) has finished sending"
        case .reset(let side): "\(side.rawValue) has reset the connection"
        case .cut(let side, isReset: true):
            "reset by the relay, as --reset-after wants, in what the \(side.rawValue) sent"
        case .cut(let side, isReset: false):
            "ended by the relay, as --cut-after wants, in what the \(side.rawValue) sent"
        case .stopped: "cut off, since the relay ends: both sides are reset"
        case .failed(let words): "the server was not reached: \(words)"
        case .close(let client, let server):
            "over: \(Quantity.bytes(client)) from the client, \(Quantity.bytes(server)) from the server"
        }
    }

    static func times(_ count: Int, _ what: String) -> String { "\(count) \(what)\(count == 1 ? "" : "s")" }

    static let datagramsBegin = """
        the client's first datagram. There is no connection: the relay keeps a socket towards the server for this client until \
        both are silent for a minute. Nobody is told when a datagram is lost
        """

    static func datagramDropped(_ side: RelaySide) -> String {
        "\(side.direction): too much is under way, so this datagram is lost. Nobody is told"
    }
}
