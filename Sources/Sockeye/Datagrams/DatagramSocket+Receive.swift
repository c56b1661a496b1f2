public import SockeyeSystem

extension DatagramSocket {
    /// Waits for a datagram and returns it.
    ///
    ///     let datagram = try await socket.receive(upTo: 1500)
    ///     try await socket.send("Got it!", to: datagram.from)
    ///
    /// - Parameter maximum: How many of its bytes are kept, from 1 up. The default has room for every UDP datagram. What does
    ///   not fit is lost: ``Datagram/isTruncated`` tells.
    /// - Cancellation: ends at once with `.cancelled`; no datagram is lost.
    /// - Concurrency: one receive at a time; a second one throws `.busy`. Sending goes on beside it.
    /// - Throws: `.refused` on a connected socket when the peer's computer answered that nobody has that port ("port
    ///   unreachable"), `.unreachable` and others of that kind, each once: receiving goes on. `.closed` after ``close()``,
    ///   `.invalidArgument` for a maximum below 1.
    ///
    /// In C: `recvmsg`.
    @inlinable
    @inline(__always)
    public func receive(
        upTo maximum: Int = 65_536,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) -> Datagram {
        var datagram = Datagram.none
        var operation = Receiving()
        while true {
            receiveStep(&operation, upTo: maximum, into: &datagram)
            if operation.isFinished { break }
            await registration.pause(operation)
        }
        try operation.check()
        return datagram
    }

    /// Waits for a datagram and returns its bytes and its sender. As ``receive(upTo:)->Datagram`` otherwise.
    ///
    ///     let (bytes, from) = try await socket.receive()
    ///
    /// Not guaranteed: that a datagram with more bytes than `maximum` is noticed. The other form tells.
    @_disfavoredOverload
    @inlinable
    @inline(__always)
    public func receive(
        upTo maximum: Int = 65_536,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) -> (bytes: [UInt8], from: SocketAddress) {
        let datagram: Datagram = try await receive(upTo: maximum)
        return (datagram.bytes, datagram.from)
    }

    /// Waits for a datagram and appends its bytes to the caller's memory: no allocation, no copy.
    ///
    /// - Parameter buffer: Memory with room; what does not fit into it is lost, and the result tells.
    /// - Returns: How many bytes were appended, which may be none, and who sent them.
    /// - Cancellation, Concurrency, Throws: as in ``receive(upTo:)->Datagram``; `.invalidArgument` for memory without room.
    ///
    /// In C: `recvmsg`.
    @inlinable
    @inline(__always)
    public func receive(
        into buffer: inout OutputRawSpan,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) -> Datagram.Header {
        var header = Datagram.Header.none
        var operation = Receiving()
        while true {
            receiveStep(&operation, into: &buffer, &header)
            if operation.isFinished { break }
            await registration.pause(operation)
        }
        try operation.check()
        return header
    }

    /// Waits for datagrams and takes as many as have come and there is room for, in one system call.
    ///
    ///     let batch = try DatagramBatch(capacity: 32)
    ///     while true {
    ///         try await socket.receive(into: batch)
    ///         try await socket.send(batch)                // each back to whom it came from
    ///     }
    ///
    /// - Parameter batch: What it held before is gone.
    /// - Returns: How many have come, at least one.
    /// - Cancellation, Concurrency, Throws: as in ``receive(upTo:)->Datagram``.
    ///
    /// In C: `recvmmsg`.
    @discardableResult
    @inlinable
    @inline(__always)
    public func receive(
        into batch: DatagramBatch,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) -> Int {
        var operation = Receiving()
        var count = 0
        while true {
            count = receiveStep(&operation, into: batch)
            if operation.isFinished { break }
            await registration.pause(operation)
        }
        try operation.check()
        return count
    }
}

extension DatagramSocket {
    /// Claims the read direction at the first step, then takes it.
    @discardableResult
    @inline(__always)
    private func receiveStep(
        _ operation: inout Receiving,
        upTo maximum: Int,
        _ step: (Receiving) -> Result<Step, SocketError>
    ) -> Int {
        if operation.next == .start {
            do throws(SocketError) {
                try beginReceiving(&operation, upTo: maximum)
            } catch {
                operation.fail(error)
                return 0
            }
        }
        return operation.record(step(operation))
    }

    func beginReceiving(_ operation: inout Receiving, upTo maximum: Int) throws(SocketError) {
        guard maximum > 0 else {
            let detail = "room for \(maximum) bytes: ask for at least one byte"
            throw SocketError(.invalidArgument, .receive, localAddress: localAddress, detail: detail)
        }
        operation.start = observation == nil ? 0 : Observation.now()
        do {
            operation.isOwner = try registration.begin(.read)
        } catch {
            throw fail(.receive, error, since: operation.start)
        }
    }

    /// Into the loop's own memory, and then exactly what came into an array.
    @usableFromInline
    func receiveStep(_ operation: inout Receiving, upTo maximum: Int, into datagram: inout Datagram) {
        receiveStep(&operation, upTo: maximum) { operation in
            if unsafe coalesced != nil {
                return unsafe takeCoalesced(operation) { bytes, arrival in
                    datagram = unsafe Datagram(
                        bytes: Array(bytes.prefix(maximum)),
                        header: .init(arrival, room: maximum, port: localAddress.port)
                    )
                }
            }
            // A Unix datagram can be larger than the loop's memory; a MiB is more than any has.
            let room = min(maximum, 1 << 20)
            return receiveStep(operation) { descriptor throws(Errno) in
                let memory = room > LoopBuffer.byteCount ? .heap(room) : LoopBuffer.take()
                defer {
                    if room > LoopBuffer.byteCount { memory.free() } else { memory.giveBack() }
                }
                let arrival = try unsafe Syscalls.receiveDatagram(
                    descriptor,
                    into: memory.base,
                    room: room,
                    control: traits.control
                )
                let header = Datagram.Header(arrival, room: room, port: localAddress.port)
                let bytes = unsafe UnsafeRawBufferPointer(start: memory.base, count: header.byteCount)
                datagram = unsafe Datagram(bytes: Array(bytes), header: header)
                return header
            }
        }
    }

    @usableFromInline
    func receiveStep(
        _ operation: inout Receiving,
        into buffer: inout OutputRawSpan,
        _ header: inout Datagram.Header
    ) {
        let room = buffer.freeCapacity
        receiveStep(&operation, upTo: room) { operation in
            if unsafe coalesced != nil {
                return unsafe takeCoalesced(operation) { bytes, arrival in
                    header = .init(arrival, room: room, port: localAddress.port)
                    unsafe buffer.withUnsafeMutableBytes { memory, initialized in
                        unsafe memory[initialized...].copyBytes(from: bytes.prefix(room))
                        initialized += min(room, bytes.count)
                    }
                }
            }
            return receiveStep(operation) { descriptor throws(Errno) in
                header = try unsafe buffer.withUnsafeMutableBytes { memory, initialized throws(Errno) in
                    let arrival = try unsafe Syscalls.receiveDatagram(
                        descriptor,
                        into: memory.baseAddress.map { unsafe $0 + initialized },
                        room: room,
                        control: traits.control
                    )
                    initialized += min(arrival.length, room)
                    return Datagram.Header(arrival, room: room, port: localAddress.port)
                }
                return header
            }
        }
    }

    func receiveStep(
        _ operation: Receiving,
        _ attempt: (Int32) throws(Errno) -> Datagram.Header
    ) -> Result<Step, SocketError> {
        var header = Datagram.Header.none
        let step: Step
        do {
            let descriptor = registration.descriptor
            step = try registration.step(.read) { () throws(Errno) in
                header = try attempt(descriptor)
                // One datagram says nothing about the next.
                return Attempt(count: header.byteCount, isShort: false)
            }
        } catch {
            return .failure(fail(.receive, error, since: operation.start))
        }
        if case .done(let count) = step, observation != nil {
            report(.receive, since: operation.start, remote: header.from, byteCount: count, datagramCount: 1)
        }
        return .success(step)
    }

    /// The next datagram out of a piece that holds several, or out of the next piece.
    private func takeCoalesced(
        _ operation: Receiving,
        _ body: (UnsafeRawBufferPointer, DatagramArrival) -> Void
    ) -> Result<Step, SocketError> {
        do throws(SocketError) {
            guard let step = try fillCoalesced(operation) else { return .success(.yield) }
            guard case .done = step else { return .success(step) }
        } catch {
            return .failure(error)
        }
        var count = 0
        var from: SocketAddress?
        _ = unsafe coalesced?.take { bytes, arrival in
            count = bytes.count
            from = arrival.from
            unsafe body(bytes, arrival)
        }
        registration.end(.read)
        if observation != nil {
            report(.receive, since: operation.start, remote: from, byteCount: count, datagramCount: 1)
        }
        return .success(.done(count))
    }

    /// Makes sure that there is a piece. `.done`: there is, and the direction is still claimed; nil: others first.
    private func fillCoalesced(_ operation: Receiving) throws(SocketError) -> Step? {
        guard let coalesced = unsafe coalesced else { return nil }
        if !coalesced.isEmpty {
            return registration.loop.isCurrent && registration.loop.spendOperation() ? nil : .done(0)
        }
        do {
            let descriptor = registration.descriptor
            return try registration.step(.read, endsWhen: .callerSays) { () throws(Errno) in
                try coalesced.fill(descriptor)
                return Attempt(count: 0, isShort: false)
            }
        } catch {
            throw fail(.receive, error, since: operation.start)
        }
    }

    /// As many as there are into the batch's own memory.
    @usableFromInline
    func receiveStep(_ operation: inout Receiving, into batch: DatagramBatch) -> Int {
        receiveStep(&operation, upTo: 1) { operation in
            if operation.next == .start { batch.removeAll() }
            return Result { () throws(SocketError) in try receiveMany(operation, into: batch) }
        }
    }

    private func receiveMany(_ operation: Receiving, into batch: DatagramBatch) throws(SocketError) -> Step {
        let step: Step
        if unsafe coalesced != nil {
            step = try takeCoalesced(operation, into: batch)
        } else {
            do {
                let descriptor = registration.descriptor
                let control = traits.control
                step = try registration.step(.read) { () throws(Errno) in
                    let count = try batch.messages.receive(descriptor, control: control)
                    // Fewer than there is room for: there were no more.
                    return Attempt(count: count, isShort: count < batch.capacity)
                }
            } catch {
                throw fail(.receive, error, since: operation.start)
            }
        }
        guard case .done(let count) = step else { return step }
        batch.hold(count, port: localAddress.port)
        registration.loop.spend(datagrams: count)
        if observation != nil {
            report(
                .receive,
                since: operation.start,
                remote: count == 1 ? batch.remoteAddress(at: 0) : remoteAddress,
                byteCount: batch.byteCount,
                datagramCount: count
            )
        }
        return step
    }

    private func takeCoalesced(_ operation: Receiving, into batch: DatagramBatch) throws(SocketError) -> Step {
        guard let step = try fillCoalesced(operation) else { return .yield }
        guard case .done = step else { return step }
        var count = 0
        while count < batch.capacity {
            let isThere = unsafe coalesced?.take { bytes, arrival in
                unsafe batch.messages.put(
                    count,
                    UnsafeRawBufferPointer(rebasing: bytes.prefix(batch.maximumLength)),
                    length: bytes.count,
                    address: arrival.from,
                    local: arrival.local
                )
            }
            guard isThere == true else { break }
            count += 1
        }
        registration.end(.read)
        return .done(count)
    }
}

extension LoopBuffer {
    static func heap(_ count: Int) -> LoopBuffer {
        unsafe LoopBuffer(base: .allocate(byteCount: count, alignment: 64))
    }

    func free() {
        unsafe base?.deallocate()
    }
}

extension EventLoop {
    /// A batch is one system call and the work of many: a quarter of it counts as operations, so that a flood of datagrams
    /// holds the loop's other tasks up no longer than a busy connection does.
    func spend(datagrams count: Int) {
        if isCurrent { spendOperations(count / 4) }
    }
}
