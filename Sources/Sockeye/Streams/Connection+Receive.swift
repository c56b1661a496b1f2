public import SockeyeSystem

extension Connection {
    /// Waits for bytes and returns those that have come: at least one, at most `maximum`.
    ///
    ///     while let data = try await connection.receive(upTo: 1024) { … }
    ///
    /// - Parameter maximum: From 1 up; no more than 64 KiB come at once, however large it is.
    /// - Returns: nil once the peer has finished sending, then and every further time.
    /// - Cancellation: ends at once with `.cancelled`; bytes that it did not return stay for the next receive.
    /// - Concurrency: one receive at a time; a second one throws `.busy`. Sending goes on beside it.
    /// - Throws: `.reset` when the peer ended abruptly, `.timedOut` when the kernel gave up on it, `.closed` after
    ///   ``close()`` on this side, `.invalidArgument` for a maximum below 1.
    ///
    /// In C: `recv`.
    @inlinable
    @inline(__always)
    public func receive(
        upTo maximum: Int,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) -> [UInt8]? {
        var operation = Receiving()
        var bytes: [UInt8]?
        while true {
            bytes = receiveStep(&operation, upTo: maximum)
            if operation.isFinished { break }
            await registration.pause(operation)
        }
        try operation.check()
        return bytes
    }

    /// Waits for bytes and appends those that have come to the caller's memory: no allocation, no copy.
    ///
    /// - Parameter buffer: Memory with room; what has come is appended to what is there.
    /// - Returns: How many bytes were appended; 0 once the peer has finished sending.
    /// - Cancellation, Concurrency, Throws: as in ``receive(upTo:)``; `.invalidArgument` for memory without room.
    ///
    /// In C: `recv`.
    @inlinable
    @inline(__always)
    public func receive(
        into buffer: inout OutputRawSpan,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) -> Int {
        var operation = Receiving()
        var count = 0
        while true {
            count = receiveStep(&operation, into: &buffer)
            if operation.isFinished { break }
            await registration.pause(operation)
        }
        try operation.check()
        return count
    }

    /// Waits for bytes and lends those that have come, in memory that belongs to the event loop.
    ///
    ///     while let bytes = try await connection.receiveLent() { try await connection.send(bytes) }
    ///
    /// The fastest way: no allocation, no copy, and no memory while the connection is idle. The memory goes back when
    /// the value goes out of scope.
    ///
    /// - Parameter maximum: From 1 to 65,536 bytes, which is also the default.
    /// - Returns: nil once the peer has finished sending.
    /// - Cancellation, Concurrency, Throws: as in ``receive(upTo:)``.
    @inlinable
    @inline(__always)
    public func receiveLent(
        upTo maximum: Int = 65_536,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) -> ReceivedBytes? {
        var operation = Receiving()
        var lent = LoopBuffer.none
        var count = 0
        while true {
            count = receiveStep(&operation, upTo: maximum, lending: &lent)
            if operation.isFinished { break }
            await registration.pause(operation)
        }
        try operation.check()
        return count == 0 ? nil : ReceivedBytes(lent, count: count)
    }
}

/// A receive or a read in progress: what an inlined shell and its steps tell each other.
@usableFromInline
struct Receiving {
    @usableFromInline
    enum Next: UInt8 {
        /// Nothing has been claimed yet.
        case start
        /// It is over: `error` says whether it failed.
        case finish
        /// The call would block: wait for input, then take the next step.
        case wait
        /// The task has had its share of the loop: let others run, then take the next step.
        case yield
    }

    /// When it began, if it is observed.
    @usableFromInline var start: UInt64 = 0
    @usableFromInline var next = Next.start
    @usableFromInline var isOwner = false
    /// A read has found the end of the stream behind its result.
    @usableFromInline var isAtEnd = false
    @usableFromInline var error: SocketError?

    @inlinable
    @inline(__always)
    init() {}

    @inlinable
    @inline(__always)
    var isFinished: Bool { next == .finish }

    mutating func fail(_ error: SocketError) {
        next = .finish
        self.error = error
    }

    /// Throws the error of a receive that failed. A shell calls it once, after its loop.
    @inlinable
    @inline(__always)
    func check() throws(SocketError) {
        if let error { throw error }
    }

    /// Records how a step went, and returns how much it moved; 0 unless it is over.
    @inline(__always)
    mutating func record(_ result: Result<Step, SocketError>) -> Int {
        switch result {
        case .success(.done(let count)):
            next = .finish
            return count
        case .success(.wait): next = .wait
        case .success(.yield): next = .yield
        case .failure(let error): fail(error)
        }
        return 0
    }
}

extension Connection {
    /// Claims the read direction. `operation.next` stays `.start`.
    @inline(__always)
    func beginReceiving(_ operation: inout Receiving, upTo maximum: Int) throws(SocketError) {
        guard maximum > 0 else {
            let detail = "room for \(maximum) bytes: ask for at least one byte"
            throw SocketError(.invalidArgument, .receive, detail: detail)
        }
        operation.start = observation == nil ? 0 : Observation.now()
        do {
            operation.isOwner = try registration.begin(.read)
        } catch {
            throw fail(.receive, error, since: operation.start)
        }
    }

    /// Into the loop's own memory, and then exactly what arrived into an array.
    @usableFromInline
    func receiveStep(_ operation: inout Receiving, upTo maximum: Int) -> [UInt8]? {
        var bytes: [UInt8]?
        unsafe receiveStep(&operation, upTo: maximum) { buffered in
            bytes = unsafe Array(buffered)
        } attempt: { descriptor throws(Errno) in
            let memory = LoopBuffer.take()
            defer { memory.giveBack() }
            let room = min(maximum, LoopBuffer.byteCount)
            let count = try unsafe Syscalls.receive(descriptor, into: memory.base, count: room)
            if count > 0 { bytes = unsafe Array(UnsafeRawBufferPointer(start: memory.base, count: count)) }
            return Attempt(count: count, isShort: count < room && count > 0)
        }
        return bytes
    }

    @usableFromInline
    func receiveStep(_ operation: inout Receiving, into buffer: inout OutputRawSpan) -> Int {
        let room = buffer.freeCapacity
        return unsafe receiveStep(&operation, upTo: room) { buffered in
            unsafe buffer.withUnsafeMutableBytes { memory, initialized in
                unsafe UnsafeMutableRawBufferPointer(rebasing: memory[initialized...]).copyMemory(from: buffered)
                initialized += buffered.count
            }
        } attempt: { descriptor throws(Errno) in
            let count = try unsafe buffer.withUnsafeMutableBytes { memory, initialized throws(Errno) in
                let target = unsafe memory.baseAddress.map { unsafe $0 + initialized }
                let count = try unsafe Syscalls.receive(descriptor, into: target, count: room)
                initialized += count
                return count
            }
            return Attempt(count: count, isShort: count < room && count > 0)
        }
    }

    /// Into the loop's memory, which the caller gives back when bytes have arrived.
    @usableFromInline
    func receiveStep(_ operation: inout Receiving, upTo maximum: Int, lending lent: inout LoopBuffer) -> Int {
        let room = min(maximum, LoopBuffer.byteCount)
        return unsafe receiveStep(&operation, upTo: room) { buffered in
            lent = LoopBuffer.take()
            if let from = buffered.baseAddress { unsafe lent.base?.copyMemory(from: from, byteCount: buffered.count) }
        } attempt: { descriptor throws(Errno) in
            let memory = LoopBuffer.take()
            do throws(Errno) {
                let count = try unsafe Syscalls.receive(descriptor, into: memory.base, count: room)
                if count > 0 { lent = memory } else { memory.giveBack() }
                return Attempt(count: count, isShort: count < room && count > 0)
            } catch {
                memory.giveBack()
                throw error
            }
        }
    }

    /// Claims the read direction at its first call, and returns how many bytes were moved; 0 at the end of the stream, and
    /// where `operation` says that it is not over.
    ///
    /// - Parameters:
    ///   - body: Gets bytes that an earlier read has left.
    ///   - attempt: One system call.
    @discardableResult
    @inline(__always)
    private func receiveStep(
        _ operation: inout Receiving,
        upTo maximum: Int,
        _ body: (UnsafeRawBufferPointer) -> Void,
        attempt: (Int32) throws(Errno) -> Attempt
    ) -> Int {
        if operation.next == .start {
            do throws(SocketError) {
                try beginReceiving(&operation, upTo: maximum)
            } catch {
                operation.fail(error)
                return 0
            }
        }
        if hasBufferedBytes { return unsafe takeBuffered(&operation, upTo: maximum, body) }
        return operation.record(receiveStep(operation, attempt))
    }

    @inline(__always)
    func receiveStep(
        _ operation: Receiving,
        endsWhen: OperationEnd = .somethingDone,
        _ attempt: (Int32) throws(Errno) -> Attempt
    ) -> Result<Step, SocketError> {
        let step: Step
        do {
            let descriptor = registration.descriptor
            step = try registration.step(.read, endsWhen: endsWhen) { () throws(Errno) in try attempt(descriptor) }
        } catch {
            return .failure(fail(.receive, error, since: operation.start))
        }
        if case .done(let count) = step {
            if count == 0 { registration.noteEnd() }
            if observation != nil { received(count, since: operation.start) }
        }
        return .success(step)
    }

    private func received(_ count: Int, since start: UInt64) {
        observation?.report(.receive, since: start, local: localAddress, remote: remoteAddress, byteCount: count)
    }
}
