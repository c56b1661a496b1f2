import Sockeye

/// What two programs do to each other, told by whoever stands between them: from events to sentences, without a socket.
///
/// A middle sees what each side sends, when, and how it ends. It does not see the programs' calls: where the kernel of
/// this computer tells more (the state of a socket, its unread bytes), the event carries that, and else nothing is claimed.
struct RelayStory: Sendable {
    enum Event: Sendable {
        case opened(client: SocketAddress, server: SocketAddress)
        /// The relay has received from a side; the arrival is nil when nobody can count. It `goesOn` as it is, or as the
        /// faults want it.
        case received(RelaySide, [UInt8], Arrival?, goesOn: Bool)
        /// So many bytes have been sent on to a side, with one send.
        case delivered(RelaySide, Int)
        /// Before the next piece for this side goes out, so many bytes are there that its program has not received.
        case lies(RelaySide, unread: Int)
        /// The faults have made other pieces of what a side sent.
        case passed(RelaySide, bytes: Int, pieces: Int, sends: Int, by: String)
        /// The relay's send of what this side said waits for the other side.
        case blocked(RelaySide, Duration, SendWait.Evidence)
        case flows(RelaySide)
        /// A side has sent FIN, and the other side has been told.
        case ended(RelaySide, PerSide<PeerSocket?>)
        case reset(RelaySide)
        /// The kernel was asked what a side's program has not received, and what is not even with its kernel.
        case looked(RelaySide, unread: Int, underWay: Int)
        /// For some time nothing was sent.
        case quiet(RelayIdle)
    }

    /// What is on its way to one side, and with it.
    struct Delivery: Sendable {
        /// Bytes that were sent to the side, in pieces, since it last had nothing unread.
        var waiting = 0
        var pieces = 0
        /// What was unread when the kernel was last asked.
        var unread = 0
        var joinsTold = 0
        var hasToldPartial = false
    }

    /// What becomes of bytes that have come.
    enum Next { case goesOn, changed, lost }

    /// 8: whoever sends piece after piece to a program that does not read needs to be told so a few times, not each time.
    private static let mostJoinsTold = 8

    var addresses: PerSide<SocketAddress?> = PerSide { _ in nil }
    private(set) var ends = PerSide { _ in EndState() }
    private(set) var firstToEnd: RelaySide?
    /// Which sides are known to have closed: what comes for them is lost.
    private var hasClosed = PerSide { _ in false }
    private var hasToldReset = false
    private(set) var turn: (side: RelaySide, what: Turn)?
    private var deliveries = PerSide { _ in Delivery() }

    /// The sentences that an event adds to the story.
    mutating func take(_ event: Event) -> [Remark] {
        switch event {
        case .opened(let client, let server): return [opened(client, server)]
        case .received(let side, let bytes, let arrival, let goesOn):
            return received(side, bytes, arrival, goesOn)
        case .delivered(let side, let count):
            deliveries[side].waiting += count
            deliveries[side].pieces += 1
            return []
        case .lies(let side, let unread): return joins(side, unread)
        case .passed(let side, let bytes, let pieces, let sends, let cause):
            return [Self.passed(side, bytes, pieces: pieces, sends: sends, by: cause)]
        case .blocked(let side, let time, let evidence): return [Self.blocked(side, for: time, evidence)]
        case .flows(let side): return [Self.flowsAgain(side)]
        case .ended(let side, let sockets): return endTurn() + [ended(side, sockets)]
        case .reset(let side):
            // A side that is gone may be noticed twice, by who reads from it and by who sends to it.
            guard !hasToldReset else { return [] }
            hasToldReset = true
            return endTurn() + [reset(side)]
        case .looked(let side, let unread, let underWay): return looked(side, unread, underWay)
        case .quiet(var idle):
            idle.last = turn?.side
            idle.turn = turn?.what
            return endTurn(isOver: false) + [idle.remark].compactMap(\.self)
        }
    }

    func isTCP(_ side: RelaySide) -> Bool { addresses[side]?.family != .unix }

    // MARK: Sends and receives

    private mutating func received(
        _ side: RelaySide,
        _ bytes: [UInt8],
        _ arrival: Arrival?,
        _ goesOn: Bool
    ) -> [Remark] {
        let before = turn?.side == side ? [] : endTurn()
        if turn?.side != side { turn = (side, Turn()) }
        turn?.what.take(bytes, arrival)
        let next: Next = hasClosed[side.other] ? .lost : goesOn ? .goesOn : .changed
        return before + [Self.received(side, bytes.count, arrival, next)]
    }

    /// When the other side speaks, or nobody does: what the last turn was in all, where that is more than its pieces were.
    private mutating func endTurn(isOver: Bool = true) -> [Remark] {
        guard let (side, what) = turn else { return [] }
        if isOver { turn = nil }
        return hasTold == what ? [] : tellTurn(side, what)
    }

    /// The turn that was told last, so that silence and the next turn do not tell it twice.
    private var hasTold: Turn?

    private mutating func tellTurn(_ side: RelaySide, _ what: Turn) -> [Remark] {
        hasTold = what
        return what.receives > 1 && what.isCounted ? [Self.turn(side, what)] : []
    }

    /// The side has not received what came before: the next piece joins it.
    private mutating func joins(_ side: RelaySide, _ unread: Int) -> [Remark] {
        if unread < deliveries[side].waiting {
            // Some of it was received, and how many sends the rest was in nobody knows.
            deliveries[side].waiting = unread
            deliveries[side].pieces = 0
        }
        deliveries[side].unread = unread
        deliveries[side].joinsTold += 1
        guard deliveries[side].joinsTold <= Self.mostJoinsTold else { return [] }
        return [Self.joins(side, unread, pieces: deliveries[side].pieces)]
    }

    private mutating func looked(_ side: RelaySide, _ unread: Int, _ underWay: Int) -> [Remark] {
        let delivery = deliveries[side]
        deliveries[side].unread = unread
        if unread == 0 {
            deliveries[side] = Delivery()
            return []
        }
        let taken = delivery.waiting - unread - underWay
        // A FIN on its way counts as a byte, in one number or the other.
        guard taken > 0, !delivery.hasToldPartial, ends[side.other].name != .finWait2 else { return [] }
        deliveries[side].hasToldPartial = true
        return [Self.partial(side, delivery, taken: taken, unread)]
    }

    // MARK: The end

    private mutating func ended(_ side: RelaySide, _ sockets: PerSide<PeerSocket?>) -> Remark {
        ends[side].finishSending()
        ends[side.other].hearEnd()
        if sockets[side]?.isOrphan == true { hasClosed[side] = true }
        let first = firstToEnd ?? side
        firstToEnd = first
        guard first == side else { return lastEnd(side, first, sockets[first]) }
        return firstEnd(side, sockets)
    }

    private mutating func reset(_ side: RelaySide) -> Remark {
        let (unread, hadEnded) = (deliveries[side].unread, ends[side].name != .established)
        for side in RelaySide.allCases { ends[side].reset() }
        return Self.reset(side, unread: unread, hadEnded: hadEnded)
    }
}
