/// Both sides are quiet: what that means, as far as a middle can know. A pure mapping from what was seen to words.
struct RelayIdle: Equatable {
    /// How long nothing was sent.
    var time: Duration
    /// The sides that have finished sending.
    var ended: Set<RelaySide>
    /// Where the bytes are that the relay has sent to a side.
    var sent: [RelaySide: SendWait.Evidence] = [:]
    /// Bytes that are with a side's kernel and that its program has not received: known on this computer only.
    var unread: [RelaySide: Int] = [:]
    /// The same where nobody tells how many.
    var unreadUncounted: Set<RelaySide> = []
    /// What the programs do, where the kernel tells.
    var occupations: [RelaySide: Occupation] = [:]
    /// The side that spoke last, and what it said.
    var last: RelaySide?
    var turn: Turn?

    /// nil: nothing can be said with certainty.
    var remark: Remark? {
        let time = "for \(Quantity.time(time)) nothing was sent"
        for side in RelaySide.allCases {
            guard let evidence = sent[side], evidence.underWay > 0 else { continue }
            return Remark("in-flight", "\(time): \(evidence.delay(of: side.rawValue))")
        }
        for side in RelaySide.allCases where (unread[side] ?? 0) > 0 || unreadUncounted.contains(side) {
            let what = unread[side].map { "\(Quantity.bytes($0)) that are" } ?? "all that is"
            let why = instead(side) ?? "it is busy, or waits for something else than its socket"
            return Remark("busy", "\(time); the \(side.rawValue) has not received \(what) there for it: \(why)")
        }
        if ended.count == 2 { return nil }
        return ended.first.map { halfClosed($0, time) } ?? waiting(time)
    }

    private func instead(_ side: RelaySide) -> String? { occupations[side]?.instead(side.rawValue) }

    private func halfClosed(_ finished: RelaySide, _ time: String) -> Remark {
        let what = instead(finished.other).map { " (\($0))" } ?? ""
        return Remark(
            "half-closed",
            """
            \(time) and nothing is in flight. The \(finished.rawValue) has finished and waits for the \
            \(finished.other.rawValue), which neither sends nor closes\(what). When recv() returns 0 bytes, nothing more will \
            come: the \(finished.other.rawValue) should answer if it has to, and close
            """
        )
    }

    private func waiting(_ time: String) -> Remark {
        let start = "\(time) and nothing is in flight"
        let busy = RelaySide.allCases.compactMap(instead)
        if !busy.isEmpty {
            let other = RelaySide.allCases.compactMap { occupations[$0]?.waiting($0.rawValue) }
                .map { ". \($0)" }.joined()
            return Remark("busy", "\(start), but \(busy.joined(separator: "; and "))\(other). \(Occupation.advice)")
        }
        let hint = SilenceHint(
            turn: turn,
            speaker: last?.rawValue ?? "",
            reader: last?.other.rawValue ?? ""
        )
        let how = Occupation.evidence(RelaySide.allCases.map { ($0.rawValue, occupations[$0]) })
        return Remark(
            "both-waiting",
            "\(start): both sides are waiting to read, each for the other \(how). \(hint.words)"
        )
    }
}
