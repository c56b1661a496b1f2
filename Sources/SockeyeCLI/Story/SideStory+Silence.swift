// What it means that nothing comes.
extension SideStory {
    func quiet(_ look: Look, for time: Duration) -> Remark {
        let start = "recv waits for the \(peer), \(Quantity.time(time)) so far"
        if isTCP, look.evidence.underWay > 0 {
            return Remark("in-flight", "\(start): \(look.evidence.delay(of: peer))")
        }
        let instead = look.occupation?.instead(peer)
        if let unread = look.peer?.unreadBytes, unread > 0 {
            let why = instead ?? "it is busy, or waits for something else than its socket"
            let amount = Quantity.bytes(unread)
            return Remark("busy", "\(start): the \(peer) has not received \(amount) that are there for it: \(why)")
        }
        return ownEnd.name == .finWait2 ? halfClosed(start, instead) : waiting(start, look)
    }

    private func halfClosed(_ start: String, _ instead: String?) -> Remark {
        Remark(
            "half-closed",
            """
            \(start) to answer or to close\(instead.map { " (\($0))" } ?? ""). This side has sent its end (FIN), so the \(peer) \
            knows that nothing more comes: its recv() has returned 0 bytes, or will
            """
        )
    }

    private func waiting(_ start: String, _ look: Look) -> Remark {
        let hint = hint(look)
        guard isTCP, look.peer != nil else {
            return Remark(
                "receive-waits",
                """
                \(start), and nothing is in flight. Whether the \(peer) waits to read as well, or computes, cannot be seen \
                from this side. \(hint)
                """
            )
        }
        let received = hasSent ? "the \(peer) has received everything" : "this side has sent nothing so far"
        if let instead = look.occupation?.instead(peer) {
            let advice = look.unfinished == nil ? Occupation.advice : hint
            return Remark("busy", "\(start), and nothing is in flight: \(received), but \(instead). \(advice)")
        }
        return Remark(
            "both-waiting",
            """
            \(start), and nothing is in flight: \(received), and the \(peer) sends nothing. So both sides are waiting to read, \
            each for the other \(evidence(look.occupation)). \(hint)
            """
        )
    }

    /// That this side waits is known.
    private func evidence(_ occupation: Occupation?) -> String { Occupation.evidence([(peer, occupation)]) }
}
