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
        let operation: Receiving
        switch beginReceiving(upTo: maximum) {
        case .success(let begun): operation = begun
        case .failure(let error): throw error
        }
        var bytes: [UInt8] = []
        while true {
            switch receiveStep(operation, upTo: maximum, into: &bytes) {
            case .success(.done(let count)): return count == 0 ? nil : bytes
            case .success(.wait): await waitForInput(operation)
            case .success(.yield): await yieldToOthers()
            case .failure(let error): throw error
            }
        }
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
        let operation: Receiving
        switch beginReceiving(upTo: buffer.freeCapacity) {
        case .success(let begun): operation = begun
        case .failure(let error): throw error
        }
        while true {
            switch receiveStep(operation, into: &buffer) {
            case .success(.done(let count)): return count
            case .success(.wait): await waitForInput(operation)
            case .success(.yield): await yieldToOthers()
            case .failure(let error): throw error
            }
        }
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
        let operation: Receiving
        switch beginReceiving(upTo: maximum) {
        case .success(let begun): operation = begun
        case .failure(let error): throw error
        }
        var lent = LoopBuffer.none
        while true {
            switch receiveStep(operation, upTo: maximum, lending: &lent) {
            case .success(.done(let count)): return count == 0 ? nil : ReceivedBytes(lent, count: count)
            case .success(.wait): await waitForInput(operation)
            case .success(.yield): await yieldToOthers()
            case .failure(let error): throw error
            }
        }
    }

    /// Suspends until there may be something to receive.
    @inlinable
    @inline(__always)
    func waitForInput(_ operation: Receiving, isolation: isolated (any Actor)? = #isolation) async {
        if operation.isOwner {
            if registration.prepareToPark() { return await Parking.shared.pass() }
            await registration.waitAsOwner(.read)
        } else {
            await registration.waitCancellably(.read)
        }
        registration.slowPathEnded()
    }

    /// Lets the other tasks of the loop run.
    @inlinable
    @inline(__always)
    func yieldToOthers(isolation: isolated (any Actor)? = #isolation) async {
        await Task.yield()
        registration.slowPathEnded()
    }
}

/// A receive that has claimed its direction, with the time at which it began if somebody observes it.
@usableFromInline
struct Receiving {
    let start: UInt64
    @usableFromInline let isOwner: Bool
}

extension Connection {
    @usableFromInline
    func beginReceiving(upTo maximum: Int) -> Result<Receiving, SocketError> {
        guard maximum > 0 else {
            let detail = "room for \(maximum) bytes: ask for at least one byte"
            return .failure(SocketError(.invalidArgument, .receive, detail: detail))
        }
        let start = observation == nil ? 0 : Observation.now()
        do {
            return .success(Receiving(start: start, isOwner: try registration.begin(.read)))
        } catch {
            return .failure(fail(.receive, error, since: start))
        }
    }

    /// Into the loop's own memory, and then exactly what came into an array.
    @usableFromInline
    func receiveStep(
        _ operation: Receiving,
        upTo maximum: Int,
        into bytes: inout [UInt8]
    ) -> Result<Step, SocketError> {
        if unsafe held != nil { return .success(takeHeld(upTo: maximum, into: &bytes)) }
        return receiveStep(operation) { descriptor throws(Errno) in
            let memory = LoopBuffer.take()
            defer { memory.giveBack() }
            let room = min(maximum, LoopBuffer.byteCount)
            let count = try unsafe Syscalls.receive(descriptor, into: memory.base, count: room)
            if count > 0 { bytes = unsafe Array(UnsafeRawBufferPointer(start: memory.base, count: count)) }
            return Attempt(count: count, isShort: count < room && count > 0)
        }
    }

    @usableFromInline
    func receiveStep(_ operation: Receiving, into buffer: inout OutputRawSpan) -> Result<Step, SocketError> {
        if unsafe held != nil { return .success(takeHeld(into: &buffer)) }
        return receiveStep(operation) { descriptor throws(Errno) in
            let room = buffer.freeCapacity
            let count = try unsafe buffer.withUnsafeMutableBytes { memory, initialized throws(Errno) in
                let target = unsafe memory.baseAddress.map { unsafe $0 + initialized }
                let count = try unsafe Syscalls.receive(descriptor, into: target, count: room)
                initialized += count
                return count
            }
            return Attempt(count: count, isShort: count < room && count > 0)
        }
    }

    /// Into the loop's memory, which the caller gives back when bytes have come.
    @usableFromInline
    func receiveStep(
        _ operation: Receiving,
        upTo maximum: Int,
        lending lent: inout LoopBuffer
    ) -> Result<Step, SocketError> {
        if unsafe held != nil { return .success(takeHeld(upTo: maximum, lending: &lent)) }
        return receiveStep(operation) { descriptor throws(Errno) in
            let memory = LoopBuffer.take()
            let room = min(maximum, LoopBuffer.byteCount)
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
