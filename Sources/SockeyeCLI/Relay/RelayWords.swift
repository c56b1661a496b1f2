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
        case .failed(let words): "the server was not reached: \(words)"
        case .close(let client, let server):
            "over: \(Quantity.bytes(client)) from the client, \(Quantity.bytes(server)) from the server"
        }
    }

    // MARK: --explain

    static func passed(_ side: RelaySide, _ count: Int, pieces: Int, sends: Int, by cause: String) -> String {
        let arrived = "\(times(pieces, "receive")) of \(Quantity.bytes(count)) in all"
        let words = "\(side.direction): \(arrived) went on as \(times(sends, "send"))"
        return cause.isEmpty ? words : words + " (\(cause))"
    }

    static func times(_ count: Int, _ what: String) -> String { "\(count) \(what)\(count == 1 ? "" : "s")" }

    static func opened(client: String, server: String) -> String {
        """
        the client's connect() to the relay has returned, and the relay has connected to the server: two connections, \
        ESTABLISHED at all four ends. \(client) is the client's address, \(server) the server's. Both may send at once
        """
    }

    static let datagramsBegin = """
        the client's first datagram. There is no connection: the relay keeps a socket towards the server for this client until \
        both are silent for a minute. Nobody is told when a datagram is lost
        """

    static func datagramDropped(_ side: RelaySide) -> String {
        "\(side.direction): too much is under way, so this datagram is lost. Nobody is told"
    }

    /// After the end of one side was passed on.
    ///
    /// - Parameter firstState: What the kernel says of the first side's end, where it is on this computer.
    static func ended(_ side: RelaySide, isFirst: Bool, firstState: String?) -> String {
        let other = side.other.rawValue
        if isFirst {
            return """
                the \(side.rawValue) has finished sending first (shutdown or close: FIN), and the \(other) is told: its recv() \
                returns 0 bytes. The \(side.rawValue)'s end goes to FIN_WAIT2, the \(other)'s to CLOSE_WAIT, until the \
                \(other) closes too; it may still send
                """
        }
        let seen = firstState == "TIME_WAIT" ? ", and there it is" : ""
        return """
            the \(side.rawValue) has finished sending too, so the conversation is over. The \(other) finished first, so it is \
            the \(other)'s end that stays in TIME_WAIT for 60 seconds\(seen)
            """
    }

    static func reset(_ side: RelaySide) -> String {
        """
        the \(side.rawValue) has reset the connection (RST), and so the relay resets the \(side.other.rawValue)'s: its next \
        recv() or send() fails. A program resets when it closes with bytes unread, when it is told of bytes after it has \
        closed, or on purpose. Nothing stays in TIME_WAIT
        """
    }

    static func blocked(_ side: RelaySide, for time: Duration) -> String {
        let reader = side.other.rawValue
        return """
            \(side.direction): the relay's send() has waited for \(Quantity.time(time)): the \(reader) does not read, and the \
            buffers in between are full. The \(side.rawValue)'s own send() blocks next (back-pressure)
            """
    }

    static func flowsAgain(_ side: RelaySide) -> String {
        "\(side.direction): the \(side.other.rawValue) reads again, and the relay's send() has gone through"
    }
}

extension SegmentCount.Arrival {
    func words(of side: RelaySide) -> String {
        let how =
            segments == 1
            ? "about 1 send arrived"
            : "about \(segments) sends (as many segments) arrived"
        return """
            \(side.direction): \(Quantity.bytes(byteCount)); \(how) as \(RelayWords.times(receives, "receive")) here, and \
            went on as \(RelayWords.times(receives, "send")). recv() of the \(side.other.rawValue) returns if it waits
            """
    }
}
