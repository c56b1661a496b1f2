import Sockeye

// The sentences. What is only likely is worded so.
extension RelayStory {
    mutating func opened(_ client: SocketAddress, _ server: SocketAddress) -> Remark {
        addresses[.client] = client
        addresses[.server] = server
        let states =
            isTCP(.client) && isTCP(.server)
            ? "two connections, ESTABLISHED at all four ends"
            : "two connections (a Unix socket has no TCP states)"
        return Remark(
            "open",
            """
            the client's connect() to the relay has returned, and the relay has connected to the server: \(states). \
            \(Self.named(client)) is the client's address, \(Self.named(server)) the server's. Both may send at once; \
            whoever calls recv() now waits for the other to send
            """
        )
    }

    private static func named(_ address: SocketAddress) -> String {
        address.family == .unix && "\(address)".isEmpty ? "a Unix socket without a name" : "\(address)"
    }

    // MARK: Sends and receives

    static func received(_ side: RelaySide, _ bytes: Int, _ arrival: Arrival?, _ next: Next) -> Remark {
        let how = arrival.map { "; \($0.words)" } ?? ""
        let (own, other) = (side.rawValue, side.other.rawValue)
        let fate =
            switch next {
            case .goesOn: ". They go on as they are: the \(other)'s recv() returns if it waits"
            case .changed: ""
            case .lost:
                """
                . They are lost: the \(other) has closed its socket, and its computer answers them with RST. A later \
                send() or recv() of the \(own) fails (EPIPE or ECONNRESET)
                """
            }
        return Remark("received", "\(side.direction): \(Quantity.bytes(bytes))\(how)\(fate)")
    }

    static func turn(_ side: RelaySide, _ turn: Turn) -> Remark {
        let arrival = Arrival(byteCount: turn.byteCount, segments: turn.segments, receives: turn.receives)
        return Remark(
            "turn",
            """
            \(side.direction): in all \(Quantity.bytes(turn.byteCount)) before the \(side.other.rawValue) spoke: \
            \(arrival.words). TCP keeps no borders between sends: only what the programs agree on (a newline, a length, \
            the end) tells where a message ends
            """
        )
    }

    /// - Parameter pieces: In how many sends the unread bytes went to the side; 0 when nobody knows.
    static func joins(_ side: RelaySide, _ unread: Int, pieces: Int) -> Remark {
        let before = pieces > 0 ? " (\(RelayWords.times(pieces, "send")))" : ""
        let all = pieces > 0 ? "\(pieces + 1) sends" : "several sends"
        return Remark(
            "joins",
            """
            \(side.other.direction): the \(side.rawValue) has not received the \(Quantity.bytes(unread)) that came \
            before\(before), and these join them: one recv() may return all of it, \(all) as 1 receive
            """
        )
    }

    static func partial(_ side: RelaySide, _ delivery: Delivery, taken: Int, _ unread: Int) -> Remark {
        let sends = RelayWords.times(delivery.pieces, "send")
        return Remark(
            "partial",
            """
            \(side.other.direction): the \(side.rawValue) has received \(taken) of \
            \(Quantity.bytes(delivery.waiting)), and \(unread) are there for its next recv(): \(sends) arrived as 2 \
            receives or more. recv(n) returns at most n bytes: call it in a loop until the message is whole
            """
        )
    }

    static func passed(_ side: RelaySide, _ count: Int, pieces: Int, sends: Int, by cause: String) -> Remark {
        let arrived = "\(RelayWords.times(pieces, "receive")) of \(Quantity.bytes(count)) in all"
        let words = "\(side.direction): \(arrived) went on as \(RelayWords.times(sends, "send"))"
        return Remark("passed", cause.isEmpty ? words : words + " (\(cause))")
    }

    static func blocked(_ side: RelaySide, for time: Duration, _ evidence: SendWait.Evidence) -> Remark {
        let reader = side.other.rawValue
        let start = "\(side.direction): the relay's send() has waited for \(Quantity.time(time))"
        guard evidence.isPeerNotReading else {
            return Remark("network-slow", "\(start): \(SendWait.networkWords(reader, evidence))")
        }
        return Remark(
            "blocked",
            """
            \(start): the \(reader) does not read, or too slowly, and the buffers in between are full\(evidence.places(reader)). The \
            \(side.rawValue)'s own send() blocks next (back-pressure), until the \(reader) calls recv()
            """
        )
    }

    static func flowsAgain(_ side: RelaySide) -> Remark {
        Remark(
            "flows",
            "\(side.direction): the \(side.other.rawValue) reads again, and the relay's send() has gone through"
        )
    }

    // MARK: The end

    /// The side has finished sending, and the other one has not.
    func firstEnd(_ side: RelaySide, _ sockets: PerSide<PeerSocket?>) -> Remark {
        let (own, other) = (side.rawValue, side.other.rawValue)
        guard isTCP(side) else {
            return Remark(
                "ended-first",
                "the \(own) has finished sending first, and the \(other)'s recv() returns 0 bytes"
            )
        }
        let closed =
            sockets[side]?.isOrphan == true
            ? """
            . The \(own) has closed its socket, it does not read any more: what the \(other) still sends is answered with RST
            """
            : "; it may still send"
        return Remark(
            "ended-first",
            """
            the \(own) has finished sending first (shutdown or close: FIN), and the \(other) is told: its recv() returns 0 \
            bytes. The \(own)'s end goes to \(ends[side].name.rawValue), the \(other)'s to \(ends[side.other].name.rawValue), \
            until the \(other) closes too\(closed)
            """
        )
    }

    /// - Parameter socket: What the kernel says of the end that finished first.
    func lastEnd(_ side: RelaySide, _ first: RelaySide, _ socket: PeerSocket?) -> Remark {
        guard isTCP(first) else {
            return Remark("ended-last", "the \(side.rawValue) has finished sending too, so the conversation is over")
        }
        let seen = socket?.state == "TIME_WAIT" ? ", and there it is" : ""
        let left: String
        if first == .server {
            let port = addresses[.server]?.port.map { " on port \($0)" } ?? ""
            left = EndState.takenPort(port)
        } else {
            left = "That keeps one of the client's own ports, and no server's: the server can be started again at once"
        }
        return Remark(
            "ended-last",
            """
            the \(side.rawValue) has finished sending too, so the conversation is over. The \(first.rawValue) finished first, \
            so it is the \(first.rawValue)'s end that stays in TIME_WAIT for 60 seconds\(seen). \(left)
            """
        )
    }

    static func reset(_ side: RelaySide, unread: Int, hadEnded: Bool) -> Remark {
        let cause: String
        if hadEnded {
            cause = "It had finished before and was sent more: a closed socket answers that with RST"
        } else if unread > 0 {
            cause = """
                When last looked at, \(Quantity.bytes(unread)) \(unread == 1 ? "was" : "were") there that it had not received: closing with unread bytes \
                sends RST instead of FIN. Read until recv() returns 0 bytes, then close
                """
        } else {
            cause = """
                A program resets when it closes or is killed with bytes unread, when bytes come after that, or on purpose
                """
        }
        return Remark(
            "reset",
            """
            the \(side.rawValue) has reset the connection (RST), and so the relay resets the \(side.other.rawValue)'s: its next \
            recv() or send() fails (ECONNRESET, or EPIPE). \(cause). What was still on its way is lost, both ends are \
            CLOSED, and nothing stays in TIME_WAIT
            """
        )
    }
}
