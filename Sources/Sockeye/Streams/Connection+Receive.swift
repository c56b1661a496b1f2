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
    public func receive(upTo maximum: Int) async throws(SocketError) -> [UInt8]? {
        guard maximum > 0 else { throw Self.wrongMaximum(maximum) }
        let start = observation == nil ? 0 : Observation.now()
        var bytes: [UInt8] = []
        do {
            let descriptor = registration.descriptor
            _ = try await registration.perform(.read) { () throws(Errno) in
                try ReceiveBuffer.receive(from: descriptor, upTo: maximum, into: &bytes)
            }
        } catch {
            throw fail(.receive, error, since: start)
        }
        if observation != nil { received(bytes.count, since: start) }
        if bytes.isEmpty {
            registration.noteEnd()
            return nil
        }
        return bytes
    }

    /// Waits for bytes and appends those that have come to the caller's memory: no allocation, no copy.
    ///
    /// - Parameter buffer: Memory with room; what has come is appended to what is there.
    /// - Returns: How many bytes were appended; 0 once the peer has finished sending.
    /// - Cancellation, Concurrency, Throws: as in ``receive(upTo:)``; `.invalidArgument` for memory without room.
    ///
    /// In C: `recv`.
    public func receive(into buffer: inout OutputRawSpan) async throws(SocketError) -> Int {
        guard !buffer.isFull else { throw Self.wrongMaximum(0) }
        let start = observation == nil ? 0 : Observation.now()
        do {
            let descriptor = registration.descriptor
            let count = try await registration.perform(.read) { () throws(Errno) in
                let room = buffer.freeCapacity
                let count = try unsafe buffer.withUnsafeMutableBytes { memory, initialized throws(Errno) in
                    let target = unsafe memory.baseAddress.map { unsafe $0 + initialized }
                    let count = try unsafe Syscalls.receive(descriptor, into: target, count: room)
                    initialized += count
                    return count
                }
                return Attempt(count: count, isShort: count < room && count > 0)
            }
            if observation != nil { received(count, since: start) }
            if count == 0 { registration.noteEnd() }
            return count
        } catch {
            throw fail(.receive, error, since: start)
        }
    }

    /// Waits for bytes and lends those that have come to `body`, in memory that belongs to the event loop.
    ///
    ///     while try await connection.withReceivedBytes({ bytes in try await connection.send(bytes) }) != nil {}
    ///
    /// It costs no allocation, no copy, and no memory while the connection is idle: a piece of memory is taken when
    /// bytes are there and given back when `body` returns.
    ///
    /// - Parameters:
    ///   - maximum: From 1 to 65,536 bytes, which is also the default.
    ///   - body: May be asynchronous; the bytes stay valid until it returns.
    /// - Returns: What `body` returned; nil once the peer has finished sending.
    /// - Cancellation, Concurrency, Throws: as in ``receive(upTo:)``; what `body` throws.
    public func withReceivedBytes<Result>(
        upTo maximum: Int = 65_536,
        _ body: (RawSpan) async throws -> Result
    ) async throws -> Result? {
        guard maximum > 0 else { throw Self.wrongMaximum(maximum) }
        let start = observation == nil ? 0 : Observation.now()
        var buffer: LoopBuffer?
        defer { buffer?.giveBack() }
        let count: Int
        do {
            let descriptor = registration.descriptor
            count = try await registration.perform(.read) { () throws(Errno) in
                let memory = buffer ?? LoopBuffer.take()
                buffer = memory
                let room = min(maximum, LoopBuffer.byteCount)
                let count = try unsafe Syscalls.receive(descriptor, into: memory.base, count: room)
                return Attempt(count: count, isShort: count < room && count > 0)
            }
        } catch {
            throw fail(.receive, error, since: start)
        }
        if observation != nil { received(count, since: start) }
        guard count > 0, let memory = buffer else {
            registration.noteEnd()
            return nil
        }
        return try await body(unsafe RawSpan(_unsafeStart: memory.base, byteCount: count))
    }

    private func received(_ count: Int, since start: UInt64) {
        observation?.report(.receive, since: start, local: localAddress, remote: remoteAddress, byteCount: count)
    }

    private static func wrongMaximum(_ maximum: Int) -> SocketError {
        SocketError(.invalidArgument, .receive, detail: "room for \(maximum) bytes: ask for at least one byte")
    }
}

/// Where `receive(upTo:)` puts bytes before it knows how many there are.
private enum ReceiveBuffer {
    /// Receives into the loop's own memory, and hands out an array of exactly what came.
    static func receive(
        from descriptor: Int32,
        upTo maximum: Int,
        into bytes: inout [UInt8]
    ) throws(Errno) -> Attempt {
        let memory = LoopBuffer.take()
        defer { memory.giveBack() }
        let room = min(maximum, LoopBuffer.byteCount)
        let count = try unsafe Syscalls.receive(descriptor, into: memory.base, count: room)
        if count > 0 { bytes = unsafe Array(UnsafeRawBufferPointer(start: memory.base, count: count)) }
        return Attempt(count: count, isShort: count < room && count > 0)
    }
}
