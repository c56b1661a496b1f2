import SockeyeSystem
import Synchronization
import TestSupport
import Testing

@testable import Sockeye

/// Every system call that the library makes fails once, in every way that its man page lists, wherever it is made.
@Suite(.inTurn, .timeLimit(.minutes(10))) struct `Torture` {
    @Test func `a conversation over IPv4 survives each failure of each system call`() async {
        await #expect(processExitsWith: .success) { try await torture(.ipv4) }
    }

    @Test func `a conversation over IPv6 survives each failure of each system call`() async {
        await #expect(processExitsWith: .success) { try await torture(.ipv6) }
    }

    @Test func `a conversation over a Unix socket survives each failure of each system call`() async {
        await #expect(processExitsWith: .success) { try await torture(.unix) }
    }

    @Test func `a conversation over a pair survives each failure of each system call`() async {
        await #expect(processExitsWith: .success) { try await torture(.pair) }
    }

    @Test func `blocking sockets survive each failure of each system call`() async {
        await #expect(processExitsWith: .success) { try await torture(.blocking) }
    }

    @Test func `a file through a relay survives each failure of each system call`() async {
        await #expect(processExitsWith: .success) { try await torture(.transfer) }
    }

    @Test func `datagrams survive each failure of each system call`() async {
        await #expect(processExitsWith: .success) { try await torture(.datagrams) }
    }

    @Test func `Unix datagrams survive each failure of each system call`() async {
        await #expect(processExitsWith: .success) { try await torture(.unixDatagrams) }
    }

    @Test func `the conversations make every system call that the table has`() async {
        await #expect(processExitsWith: .success) {
            // `poll` follows an interrupted connect only, and is tortured with that.
            let never: Set<SystemCall> = [.setNonblocking, .waitWritable]
            var made: Set<SystemCall> = []
            // What a close finds unread, and whether a call has to wait, is decided by a race: twenty times is enough for each.
            for _ in 0..<20 where !Set(SystemCallFailures.table.keys).subtracting(never).isSubset(of: made) {
                for conversation in Conversation.allCases {
                    made.formUnion(await conversation.rehearse().counts.keys)
                }
            }
            let missing = Set(SystemCallFailures.table.keys).subtracting(made)
            let untried = made.subtracting(SystemCallFailures.table.keys)
            #expect(untried.isEmpty, "calls that have no row in the table: \(untried)")
            #expect(missing == never, "calls that no conversation makes: \(missing)")
        }
    }
}

/// All faults of a conversation, so many at a time, in a process of its own.
private func torture(_ conversation: Conversation) async throws {
    let rehearsal = await conversation.rehearse()
    #expect(rehearsal.outcome.errors.isEmpty)
    var faults: [TorturePlan.Fault] = []
    for (call, count) in rehearsal.counts {
        let failures = SystemCallFailures.failures(of: call, in: conversation).map { FaultAnswer.failure($0) }
        let short = SystemCallFailures.shortCalls.contains(call) ? [FaultAnswer.atMost(1)] : []
        for position in 1...count {
            faults += (failures + short).map { TorturePlan.Fault(call: call, position: position, answer: $0) }
        }
    }
    // What takes its time (a close that lingers) is spread evenly.
    faults.shuffle()
    await withTaskGroup(of: Void.self) { group in
        for (index, fault) in faults.enumerated() {
            if index >= 32 { await group.next() }
            group.addTask { await conversation.run(with: fault, expecting: rehearsal.outcome.seen) }
        }
    }
    await until("all registrations are gone") { Registration.live.load(ordering: .sequentiallyConsistent) == 0 }
    #expect(faults.count > 20)
}

extension Conversation {
    /// The conversation without a fault.
    fileprivate func rehearse() async -> (counts: [SystemCall: Int], outcome: Outcome) {
        let plan = TorturePlan()
        let outcome = await FaultSeam.with(plan) { await run() }
        await until("all descriptors are closed") { plan.openDescriptors.isEmpty }
        return (plan.counts, outcome)
    }

    fileprivate func run(with fault: TorturePlan.Fault, expecting seen: [String]) async {
        let plan = TorturePlan(fault)
        let outcome: Outcome
        do {
            outcome = try await within { await FaultSeam.with(plan) { await self.run() } }
        } catch {
            Issue.record("\(self), \(fault): it hung")
            return
        }
        await until("\(self), \(fault): all descriptors are closed") { plan.openDescriptors.isEmpty }
        guard plan.hasHappened else { return }
        for error in outcome.errors { judge(error, fault) }
        if outcome.errors.isEmpty {
            var left = outcome.seen
            let missing = seen.filter { line in left.firstIndex(of: line).map { left.remove(at: $0) } == nil }
            let known = mayLose(fault) ? Conversation.parting : []
            #expect(known.isSuperset(of: missing), "\(self), \(fault): lost without an error: \(missing)")
        } else if absorbs(fault) {
            Issue.record("\(self), \(fault): \(outcome.errors), and it should have gone on")
        }
    }

    /// Whether nobody is to hear of the fault.
    private func absorbs(_ fault: TorturePlan.Fault) -> Bool {
        guard case .failure(let errno) = fault.answer else { return true }
        if errno == .interrupted { return true }
        guard self != .blocking else { return false }
        switch (fault.call, errno) {
        case (.receive, .wouldBlock), (.send, .wouldBlock), (.accept, .wouldBlock), (.connect, .inProgress),
            (.unsentBytes, _), (.unreadBytes, _):
            return true
        // Adopting has to know the one, and what was not let go of is in the loop twice.
        case (.remoteAddress, _), (.epollRemove, _): return !isOfDatagrams
        case (.receiveMessage, .wouldBlock), (.receiveMessages, .wouldBlock), (.receiveDescriptors, .wouldBlock),
            (.sendMessage, .wouldBlock), (.sendMessages, .wouldBlock), (.sendDescriptors, .wouldBlock),
            (.sendFile, .wouldBlock), (.splice, .wouldBlock), (.spliceOut, .wouldBlock), (.receiveError, _):
            return true
        // Without a pipe, or where the kernel cannot move the bytes, they are copied.
        case (.pipe, _), (.splice, .invalidArgument), (.sendFile, .invalidArgument), (.sendFile, .badDescriptor),
            (.sendFile, .illegalSeek):
            return true
        // A client that has gone, and a server that has no room: it goes on, in a moment.
        case (.accept, .connectionAborted), (.accept, .protocolError), (.accept, .networkDown),
            (.accept, .noSuchOption), (.accept, .hostDown), (.accept, .noRoute), (.accept, .hostUnreachable),
            (.accept, .networkUnreachable), (.accept, .timedOut), (.accept, .tooManyOpenFiles),
            (.accept, .tooManyOpenFilesInSystem), (.accept, .noBufferSpace), (.accept, .outOfMemory),
            (.accept, .notPermitted), (.accept, .notSupported), (.accept, .protocolNotSupported),
            (.accept, .socketTypeNotSupported):
            return true
        default:
            return false
        }
    }

    /// The second client sends and closes, and does not look what becomes of it. A fault in its close, or in the server that
    /// makes room for it, may cost what it has sent.
    private func mayLose(_ fault: TorturePlan.Fault) -> Bool {
        guard case .failure(let errno) = fault.answer, errno != .interrupted, errno != .wouldBlock else { return false }
        return [.epollAdd, .shutdown, .receive].contains(fault.call)
    }

    /// An error is either the fault itself, with its documented code, or what the other side makes of its end.
    private func judge(_ error: any Error, _ fault: TorturePlan.Fault) {
        guard let error = error as? SocketError else {
            Issue.record("\(self), \(fault): \(error) is no SocketError")
            return
        }
        if case .failure(let errno) = fault.answer, error.errno == errno {
            let isFull = errno == .wouldBlock && self != .blocking
            // What was passed along, or the file, is not open, rather than the socket.
            let isPassed =
                [.sendDescriptors, .fileLength, .readFile].contains(fault.call) && errno == .badDescriptor
                || fault.call == .readFile && errno == .illegalSeek
            let code: SocketError.Code =
                isFull ? .exhausted : isPassed ? .invalidArgument : SocketError(errno, error.operation).code
            #expect(error.code == code, "\(self), \(fault): \(error)")
            let leaks =
                errno == .interrupted || errno == .inProgress
                || (isFull && ![.connect, .loop].contains(error.operation))
            #expect(!leaks, "\(self), \(fault): \(error) is no error for anybody but the loop")
            return
        }
        var consequences: Set<SocketError.Code> = [
            .reset, .endOfStream, .notConnected, .closed, .cancelled, .refused,
        ]
        if fault.call == .epollRemove, isOfDatagrams, error.errno == .fileExists { return }
        // A server that has ended takes its file along.
        if self == .unix { consequences.insert(.nameNotFound) }
        #expect(consequences.contains(error.code), "\(self), \(fault): \(error)")
    }
}
