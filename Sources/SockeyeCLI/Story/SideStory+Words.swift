// The sentences. What one side cannot know is said to be unknown.
extension SideStory {
    var opened: Remark {
        let state = isTCP ? "ESTABLISHED at both ends" : "connected (a Unix socket has no TCP states)"
        return Remark(
            "open",
            "\(state). Both may send at once, and whoever calls recv() now waits for the other to send"
        )
    }

    // MARK: Sends and receives

    func received(_ arrival: Arrival) -> Remark {
        Remark(
            "arrival",
            """
            \(peer) → \(own): \(arrival.words). TCP keeps no borders between sends: only what both agree on (a newline, a \
            length, the end) tells where a message ends
            """
        )
    }

    /// Said once a conversation.
    var sendsUnknown: Remark {
        Remark(
            "sends",
            """
            \(own) → \(peer): with how many recv() the \(peer) takes that cannot be seen from this side: TCP keeps no \
            borders between sends. (sockeye relay --explain, in between, sees both sides)
            """
        )
    }

    func blocked(_ look: Look, for time: Duration) -> Remark {
        let start = "\(own) → \(peer): send waits, \(Quantity.time(time)) so far"
        guard look.evidence.isPeerNotReading else {
            return Remark("network-slow", "\(start): \(SendWait.networkWords(peer, look.evidence))")
        }
        return Remark(
            "blocked",
            """
            \(start): the \(peer) does not read, or too slowly, and the buffers in between are full\(look.evidence.places(peer)). It goes \
            on when the \(peer) calls recv() (back-pressure)
            """
        )
    }

    var flowsAgain: Remark {
        Remark("flows", "\(own) → \(peer): the \(peer) reads again, and send has gone through")
    }

    // MARK: The end

    var ended: Remark {
        let state = ownEnd.name.rawValue
        if firstToEnd == .own {
            return Remark(
                "ended",
                """
                the \(peer) has finished too, so the conversation is over. This side finished first, so it is this end that \
                goes to TIME_WAIT
                """
            )
        }
        return Remark(
            "ended",
            """
            the \(peer) has finished sending first (shutdown or close: FIN). This end is in \(state) until it closes too, and \
            may still send; the \(peer)'s is in FIN_WAIT2, and whether it still reads cannot be seen from here
            """
        )
    }

    func finished(_ kernel: String?) -> Remark {
        if firstToEnd == .peer {
            return Remark("finished", "both have finished sending: the \(peer) did first, so TIME_WAIT is at its end")
        }
        // Of a connection that has ended altogether meanwhile the kernel says CLOSED, which tells nobody anything.
        let state = kernel == "FIN_WAIT1" ? "FIN_WAIT1" : ownEnd.name.rawValue
        let wait = state == "FIN_WAIT1" ? " until the \(peer)'s kernel has acknowledged it" : ""
        return Remark(
            "finished",
            """
            this side has finished sending first (FIN): its end is in \(state)\(wait), and the \(peer)'s goes to CLOSE_WAIT. The \
            \(peer)'s recv() returns 0 bytes, and it may still send: recv waits for that
            """
        )
    }

    func reset(hadFinished: Bool) -> Remark {
        let cause =
            hadFinished
            ? "It had finished before and was sent more: a closed socket answers that with RST"
            : "A program resets when it closes or is killed with bytes unread, when bytes come after that, or on purpose"
        return Remark(
            "reset",
            """
            the \(peer) has reset the connection (RST). \(cause). What was still on its way is lost, both ends are CLOSED, \
            and nothing stays in TIME_WAIT
            """
        )
    }

    func closed(_ ownSocket: PeerSocket?, _ peerSocket: PeerSocket?) -> Remark {
        if wasReset { return Remark("closed", "it was reset before: nothing stays behind") }
        if firstToEnd == .peer {
            let seen = peerSocket?.state == "TIME_WAIT" ? ", and there it is" : ""
            return Remark(
                "closed",
                """
                the \(peer) closed first, so it is the \(peer)'s end that stays in TIME_WAIT for 60 seconds\(seen); this end \
                is gone. \(left(byServer: !isServer))
                """
            )
        }
        switch ownSocket?.state {
        case "TIME_WAIT":
            return Remark(
                "closed",
                """
                this side closed first, so it is this end that stays in TIME_WAIT for 60 seconds, and there it is. \
                \(left(byServer: isServer))
                """
            )
        case .some(let state):
            return Remark(
                "closed",
                """
                this side closed first, and the \(peer) has not closed yet: this end is in \(state), and the kernel gives it \
                up after 60 seconds. \(left(byServer: isServer))
                """
            )
        case nil:
            return Remark(
                "closed",
                """
                this side closed first, and nothing is left of this end: it was closed with bytes unread or cut off, which \
                sends RST, or the \(peer) has reset it
                """
            )
        }
    }

    private func left(byServer: Bool) -> String {
        guard byServer else {
            return "That keeps one of the client's own ports, and no server's: the server can be started again at once"
        }
        let port = serverPort.map { " on port \($0)" } ?? ""
        return EndState.takenPort(port)
    }
}
