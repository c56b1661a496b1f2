import Sockeye
import SockeyeSystem

// What a talker does when its descriptor has something, one system call after another.

extension Lane {
    @inline(__always)
    mutating func handle(_ index: Int, _ bits: UInt32) {
        switch talkers[index].state {
        case .open:
            if talkers[index].unsentBytes > 0 { send(index) }
            let isEnded = bits & (Syscalls.eventReadClosed | Syscalls.eventBothClosed) != 0
            if bits & Syscalls.eventRead != 0 || isEnded { receive(index, untilTheEnd: isEnded) }
        case .connecting:
            if bits & (Syscalls.eventWrite | Syscalls.eventBothClosed) != 0 { connected(index) }
        case .idle, .done: break
        }
    }

    // MARK: Sending

    /// Sends what is to be sent, as far as the kernel takes it; an event tells when it takes more.
    @inline(__always)
    mutating func send(_ index: Int) {
        while talkers[index].unsentBytes > 0 {
            let (offset, count) = talkers[index].piece(traffic)
            do throws(Errno) {
                let sent = try unsafe Syscalls.send(
                    talkers[index].descriptor,
                    traffic.requests.stretch(at: offset),
                    count: count
                )
                talkers[index].noteSent(sent)
                if sent < count { return }
            } catch .wouldBlock {
                return
            } catch {
                return fail(index, .socket(SocketError(error, .send, remoteAddress: address)))
            }
        }
    }

    // MARK: Receiving

    /// Receives until nothing is there any more.
    ///
    /// - Parameter untilTheEnd: The end was announced together with the last bytes, and no other event will tell of it.
    @inline(__always)
    private mutating func receive(_ index: Int, untilTheEnd: Bool) {
        let descriptor = talkers[index].descriptor
        while true {
            let count: Int
            do throws(Errno) {
                count = try unsafe Syscalls.receive(descriptor, into: poller.inbox, count: Traffic.longestPiece)
            } catch .wouldBlock {
                return
            } catch {
                return fail(index, .socket(SocketError(error, .receive, remoteAddress: address)))
            }
            if count == 0 { return fail(index, talkers[index].ended) }
            let goesOn = took(index, count)
            // Less than was asked for: the socket is empty, and a call that says so can be saved.
            if !goesOn || (count < Traffic.longestPiece && !untilTheEnd) { return }
        }
    }

    /// Checks and counts what came, and sends the next messages.
    ///
    /// - Returns: Whether the connection is still this one.
    @inline(__always)
    private mutating func took(_ index: Int, _ count: Int) -> Bool {
        let now = Syscalls.monotonicNanoseconds()
        let first = talkers[index].answered
        let completed: Int
        do throws(Fault) {
            completed = try unsafe talkers[index].take(poller.inbox, count, traffic)
        } catch {
            fail(index, error)
            return false
        }
        tally.noteReceived(count)
        guard completed > 0 else { return true }
        if schedule == nil {
            tally.noteAnswered(completed, since: talkers[index].since, at: now)
        } else {
            for number in first..<(first &+ completed) {
                tally.noteAnswered(1, since: since(index, message: number), at: now)
            }
        }
        if plan.reconnects {
            close(index)
            talkers[index].beginAnew(traffic)
        }
        begin(index, now)
        return !plan.reconnects && talkers[index].state == .open
    }

    // MARK: Failing

    /// 10 ms: a server that refuses must not make the load spin.
    private static let restNanoseconds: UInt64 = 10_000_000

    /// A connection is lost. It is not replaced, unless each message has its own.
    mutating func fail(_ index: Int, _ fault: Fault) {
        tally.note(fault)
        guard plan.reconnects else { return retire(index) }
        close(index)
        talkers[index].beginAnew(traffic)
        talkers[index].state = .connecting
        resting.append((index, Syscalls.monotonicNanoseconds() + Self.restNanoseconds))
    }

    /// Lets those go on that have rested long enough.
    mutating func beginRested(_ now: UInt64) {
        while let first = resting.first, first.until <= now {
            resting.removeFirst()
            talkers[first.index].state = .idle
            begin(first.index, now)
        }
    }
}
