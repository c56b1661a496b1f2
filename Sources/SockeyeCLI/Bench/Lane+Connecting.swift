import Sockeye
import SockeyeSystem

extension Lane {
    /// 128 at a time: fewer than any backlog, more than enough to hide the time of one connect behind others.
    private static let connectingAtOnce = 128

    /// Opens all connections, before the load. For its own thread.
    ///
    /// - Parameter addresses: Those of a name, of which the first that takes a connection takes all the others too.
    /// - Returns: Why it was given up, or nil.
    mutating func connectAll(to addresses: [SocketAddress], _ wantsToEnd: Locked<Bool>) -> SocketError? {
        var refusal: SocketError?
        for address in addresses {
            self.address = address
            let failure = connect(talkers.indices.prefix(1), wantsToEnd)
            if failure == nil {
                refusal = nil
                break
            }
            // Of two, the one that says more about a server that is there.
            if refusal?.code != .refused { refusal = failure }
        }
        return refusal ?? connect(talkers.indices.dropFirst(), wantsToEnd)
    }

    private mutating func connect(_ indices: Range<Int>.SubSequence, _ wantsToEnd: Locked<Bool>) -> SocketError? {
        var waiting = indices
        var lastSuccess = Syscalls.monotonicNanoseconds()
        var opened = tally.opened
        let goal = opened + indices.count
        while tally.opened < goal, tally.faults.total == 0 {
            let now = Syscalls.monotonicNanoseconds()
            if opened < tally.opened { (opened, lastSuccess) = (tally.opened, now) }
            if wantsToEnd.with({ $0 }) { return SocketError(.cancelled, .connect, remoteAddress: address) }
            if now - lastSuccess > BenchRun.nanoseconds(BenchPlan.patience) {
                let detail = "no connection within \(Figures.span(BenchPlan.patience))"
                return SocketError(.timedOut, .connect, remoteAddress: address, detail: detail)
            }
            while waiting.startIndex - indices.startIndex - (tally.opened - (goal - indices.count))
                < Self.connectingAtOnce,
                let next = waiting.popFirst()
            {
                connect(next, now)
            }
            turn(until: now + 50_000_000, at: now)
        }
        return takeConnectFault()
    }

    /// The reason why a connection did not come about; the talkers are as new then.
    private mutating func takeConnectFault() -> SocketError? {
        guard case .socket(let error) = tally.faults.foremost else { return nil }
        for index in talkers.indices {
            close(index)
            talkers[index] = Talker(index: talkers[index].index, traffic)
        }
        tally = Tally()
        busy = 0
        resting = []
        return error
    }

    // MARK: One connection

    /// Begins to connect; an event tells how it went.
    mutating func connect(_ index: Int, _ now: UInt64) {
        talkers[index].state = .connecting
        do throws(Errno) {
            let descriptor = try Syscalls.socket(address.family, .stream, nonblocking: true)
            talkers[index].descriptor = descriptor
            if address.family != .unix { try Syscalls.setOption(descriptor, .noDelay, 1) }
            do throws(Errno) {
                try Syscalls.connect(descriptor, RawSocketAddress(address))
            } catch .inProgress {
                return try poller.watch(descriptor, index)
            }
            try poller.watch(descriptor, index)
            opened(index)
        } catch {
            fail(index, .socket(SocketError(error, .connect, remoteAddress: address)))
        }
    }

    /// A connect is over: with or without success.
    mutating func connected(_ index: Int) {
        let failure: Errno?
        do throws(Errno) {
            failure = try Syscalls.pendingError(talkers[index].descriptor)
        } catch {
            failure = error
        }
        guard let failure else { return opened(index) }
        fail(index, .socket(SocketError(failure, .connect, remoteAddress: address)))
    }

    private mutating func opened(_ index: Int) {
        talkers[index].state = .open
        tally.noteOpened()
        send(index)
    }
}
