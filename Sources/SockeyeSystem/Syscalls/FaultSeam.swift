internal import CSockeye

/// Where a test takes the kernel's place: system calls are answered by a plan, as if the kernel had.
///
/// A plan holds for the sockets that are made while its task, or a child of it, is in ``with(_:_:)``, and for those that
/// ``set(_:on:_:)`` names. It never holds for a number: it goes with the socket, before the number is free again.
///
/// Off, which is always but in a few tests, the seam costs a system call one load and a branch that is not taken.
///
/// An event loop knows from a short answer, or from EAGAIN, that the next call would block, and waits for an edge. When the
/// kernel did not give that answer there will be none, so the seam nudges the loop: it sees what it would see if the rest
/// had come a moment later.
package enum FaultSeam {
    /// The plan of the present task, for the sockets that it makes.
    @TaskLocal static var plan: (any FaultPlan)?

    /// Whether any plan is in force.
    @inline(__always)
    package static var isOn: Bool { _slowPath(sockeye_faults_are_on() != 0) }

    /// Which calls of a socket to try again.
    package enum Nudge: Sendable { case receiving, sending }

    private struct Entry: Sendable {
        let plan: any FaultPlan
        /// Makes the loop that watches it believe in an event; nil for a socket that blocks.
        var nudge: (@Sendable (Nudge) -> Void)?
    }

    private struct State: Sendable {
        var sockets: [Int32: Entry] = [:]
        /// How many tasks are in `with`.
        var scopes = 0

        mutating func settle() { sockeye_faults_switch(scopes > 0 || !sockets.isEmpty ? 1 : 0) }
    }

    private static let state = Locked(State())

    // MARK: Plans

    /// Runs `body`; the sockets that it and its child tasks make are under `plan` for as long as they live.
    package static func with<Result>(
        _ plan: any FaultPlan,
        isolation: isolated (any Actor)? = #isolation,
        _ body: () async throws -> Result
    ) async rethrows -> Result {
        begin()
        defer { end() }
        return try await $plan.withValue(plan, operation: body)
    }

    /// The same for what runs without a task.
    package static func with<Result>(_ plan: any FaultPlan, _ body: () throws -> Result) rethrows -> Result {
        begin()
        defer { end() }
        return try $plan.withValue(plan, operation: body)
    }

    private static func begin() {
        state.with { state in
            state.scopes += 1
            state.settle()
        }
    }

    private static func end() {
        state.with { state in
            state.scopes -= 1
            state.settle()
        }
    }

    /// Puts an open socket under a plan, in place of the one that it may have. The caller keeps it open meanwhile.
    ///
    /// - Parameter nudge: See ``watch(_:_:)``.
    package static func set(
        _ plan: any FaultPlan,
        on descriptor: Int32,
        _ nudge: @escaping @Sendable (Nudge) -> Void
    ) {
        let before = state.with { state in
            defer { state.settle() }
            return state.sockets.updateValue(Entry(plan: plan, nudge: nudge), forKey: descriptor)
        }
        before?.plan.closing(descriptor)
        plan.opened(descriptor)
        plan.watched(descriptor)
    }

    /// A loop watches the socket from now on.
    ///
    /// - Parameter nudge: Makes that loop believe that there was an event.
    package static func watch(_ descriptor: Int32, _ nudge: @escaping @Sendable (Nudge) -> Void) {
        let plan = state.with { state in
            state.sockets[descriptor]?.nudge = nudge
            return state.sockets[descriptor]?.plan
        }
        plan?.watched(descriptor)
    }

    /// Whether a socket is under a plan.
    package static func holds(_ descriptor: Int32) -> Bool { entry(descriptor) != nil }

    /// Has the event loop try a call again. For a socket that has gone, or that no loop watches, it does nothing; one that
    /// has its number by now tries in vain.
    package static func nudge(_ descriptor: Int32, _ nudge: Nudge) {
        entry(descriptor)?.nudge?(nudge)
    }

    /// Breaks a connection off: a reset for the peer over TCP, the end of the stream over a Unix socket.
    package static func breakOff(_ descriptor: Int32) {
        state.with { state in
            guard state.sockets[descriptor] != nil, sockeye_disconnect(descriptor) != 0 else { return }
            _ = sockeye_shutdown_both(descriptor)
        }
    }

    // MARK: System calls

    private static func entry(_ descriptor: Int32) -> Entry? { state.with { $0.sockets[descriptor] } }

    /// The plan for a call: that of its socket, and that of the task where there is no socket, or it is a loop's.
    private static func plan(for call: SystemCall, _ descriptor: Int32) -> (any FaultPlan)? {
        if let entry = entry(descriptor) { return entry.plan }
        return descriptor == -1 || call.isOfALoop ? plan : nil
    }

    @inline(never)
    static func retrying<Result: SignedInteger>(
        _ call: SystemCall,
        _ descriptor: Int32,
        _ body: () -> Result
    ) throws(Errno) -> Result {
        try Syscalls.retrying {
            if let error = refusal(of: call, descriptor) {
                Errno.last = error
                return -1
            }
            return tell(call, descriptor, body())
        }
    }

    @inline(never)
    static func moving(
        _ call: SystemCall,
        _ descriptor: Int32,
        _ count: Int,
        _ body: (Int) -> Int
    ) throws(Errno) -> Int {
        try Syscalls.retrying {
            let answer = answer(to: call, descriptor)
            if let error = answer.error {
                Errno.last = error
                return -1
            }
            guard case .atMost(let most, let nudges) = answer, most < count else {
                return tell(call, descriptor, body(count))
            }
            let moved = tell(call, descriptor, body(most))
            if nudges { tryAgain(call, descriptor) }
            return moved
        }
    }

    @inline(never)
    static func refusal(of call: SystemCall, _ descriptor: Int32 = -1) -> Errno? {
        answer(to: call, descriptor).error
    }

    private static func answer(to call: SystemCall, _ descriptor: Int32) -> FaultAnswer {
        guard let plan = plan(for: call, descriptor) else { return .none }
        var answer = plan.answer(to: call, on: descriptor)
        if answer == .failure(.wouldBlock) { tryAgain(call, descriptor) }
        // A socket that no loop watches blocks.
        while answer == .held, entry(descriptor)?.nudge == nil {
            ThisProcess.pause(milliseconds: 1)
            answer = plan.answer(to: call, on: descriptor)
        }
        return answer
    }

    /// It leaves errno as it was.
    private static func tryAgain(_ call: SystemCall, _ descriptor: Int32) {
        let error = Errno.last
        switch call {
        case .send, .sendTo, .sendDescriptors, .sendFile, .spliceOut, .sendMessage, .sendMessages:
            nudge(descriptor, .sending)
        default: nudge(descriptor, .receiving)
        }
        Errno.last = error
    }

    /// Tells the plan what the kernel has answered. It leaves errno as that left it.
    private static func tell<Result: SignedInteger>(
        _ call: SystemCall,
        _ descriptor: Int32,
        _ result: Result
    ) -> Result {
        let error = Errno.last
        let plan = plan(for: call, descriptor)
        plan?.answered(call, on: descriptor, result == -1 ? .failure(error) : .success(Int(result)))
        Errno.last = error
        return result
    }

    @inline(never)
    static func opened(_ descriptors: Int32...) {
        guard let plan else { return }
        for descriptor in descriptors {
            state.with { state in
                state.sockets[descriptor] = Entry(plan: plan, nudge: nil)
                state.settle()
            }
            plan.opened(descriptor)
        }
    }

    @inline(never)
    static func closing(_ descriptor: Int32) {
        let entry = state.with { state in
            defer { state.settle() }
            return state.sockets.removeValue(forKey: descriptor)
        }
        entry?.plan.closing(descriptor)
    }
}

extension FaultAnswer {
    fileprivate var error: Errno? {
        switch self {
        case .none, .atMost: nil
        case .failure(let error): error
        case .held: .wouldBlock
        }
    }
}

extension SystemCall {
    /// A call on the event loop's own descriptors.
    fileprivate var isOfALoop: Bool {
        switch self {
        case .epollCreate, .epollAdd, .epollRemove, .epollWait, .epollWatch, .eventDescriptor, .signalEvent: true
        default: false
        }
    }
}
