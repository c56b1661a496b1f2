import Sockeye
import SockeyeSystem

// When a talker sends: in a closed loop when it has been answered, in an open loop when it is due.
//
// Latencies of an open loop count from the time at which a message was due. A closed loop sends nothing while it waits for a
// server that stalls, and so sees one slow reply where users would have seen hundreds ("coordinated omission"); here each
// message that could not go out, or waited for its reply, counts with all of its waiting.

extension Lane {
    /// Sends what a talker may send now, and retires it when that is nothing any more.
    @inline(__always)
    mutating func begin(_ index: Int, _ now: UInt64) {
        let state = talkers[index].state
        guard state == .open || state == .idle else { return }
        let count: Int
        if schedule == nil {
            guard talkers[index].unanswered == 0 else { return }
            count = tally.take(plan.depth, at: now)
            talkers[index].since = now
        } else {
            count = min(talkers[index].due &- talkers[index].sent, plan.depth &- talkers[index].unanswered)
        }
        if count > 0 {
            talkers[index].add(count, traffic)
            if state == .idle { connect(index, now) } else { send(index) }
        } else if talkers[index].unanswered == 0, tally.isOver(at: now) {
            retire(index)
        }
    }

    /// A talker has nothing more to do.
    mutating func retire(_ index: Int) {
        guard talkers[index].state != .done else { return }
        close(index)
        talkers[index].state = .done
        busy -= 1
    }

    mutating func close(_ index: Int) {
        guard talkers[index].descriptor >= 0 else { return }
        Syscalls.close(talkers[index].descriptor)
        talkers[index].descriptor = -1
    }

    // MARK: The open loop

    /// When the next message becomes due; never in a closed loop, and when no more are wanted.
    var nextDue: UInt64 { isExhausted ? .max : schedule?.due(dueCount) ?? .max }

    /// Sends what has become due.
    @inline(__always)
    mutating func sendDue(_ now: UInt64) {
        guard let schedule, !isExhausted else { return }
        while true {
            let due = schedule.due(dueCount)
            guard due <= now else { return }
            guard tally.take(1, at: due) > 0 else {
                isExhausted = true
                for index in talkers.indices { begin(index, now) }
                return
            }
            let index = dueCount % talkers.count
            dueCount &+= 1
            talkers[index].due &+= 1
            begin(index, now)
        }
    }

    /// From when the latency of a talker's message counts.
    @inline(__always)
    func since(_ index: Int, message number: Int) -> UInt64 {
        schedule?.due(index &+ number &* talkers.count) ?? talkers[index].since
    }

    /// At the end everything that was sent, or was due, and has no reply counts with the time that it has waited.
    mutating func noteUnanswered(_ index: Int, _ now: UInt64) {
        let talker = talkers[index]
        let last = schedule == nil ? talker.sent : max(talker.sent, talker.due)
        for number in talker.answered..<last {
            tally.noteUnanswered(1, since: since(index, message: number), at: now)
        }
    }
}
