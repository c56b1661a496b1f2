public import SockeyeSystem

extension Connection {
    /// Sends bytes: all of them, or it throws. Returns when the kernel has them.
    ///
    ///     try await connection.send([0x05, 0x01, 0x00])
    ///
    /// Returning does not mean that the peer has read them, or even that they have arrived.
    ///
    /// - Cancellation: ends with `.cancelled` at once, and the error says how many bytes had gone out. If any had, sending is
    ///   over: a further send throws `.notConnected`, since the peer could not tell where it begins.
    /// - Concurrency: one send at a time; a second one throws `.busy`. Receiving goes on beside it. A peer that does not
    ///   read suspends the sender, and costs no memory beyond what was handed over.
    /// - Throws: `.reset` when the peer is gone, `.notConnected` after ``finishSending()``, `.closed` after ``close()``.
    ///
    /// In C: `send`, until everything is with the kernel.
    @inlinable
    @inline(__always)
    public func send(
        _ bytes: [UInt8],
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) {
        try await sendAll(unsafe bytes.span.bytes)
    }

    /// Sends text as UTF-8. As ``send(_:)-([UInt8])`` otherwise.
    public func send(
        _ text: String,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) {
        var text = text
        text.makeContiguousUTF8()
        try await sendAll(unsafe text.utf8Span.span.bytes)
    }

    /// Sends borrowed bytes without copying them. As ``send(_:)-([UInt8])`` otherwise.
    @inlinable
    @inline(__always)
    public func send(
        _ bytes: RawSpan,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) {
        try await sendAll(bytes)
    }

    /// Sends bytes on that have just been received. As ``send(_:)-([UInt8])`` otherwise.
    @inlinable
    @inline(__always)
    public func send(
        _ bytes: borrowing ReceivedBytes,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) {
        try await sendAll(unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(start: bytes.base, count: bytes.count)))
    }

    /// Mostly the kernel takes all at once, and then nothing here is asynchronous.
    @inlinable
    @inline(__always)
    func sendAll(_ bytes: RawSpan, isolation: isolated (any Actor)? = #isolation) async throws(SocketError) {
        var operation: Sending
        switch beginSending() {
        case .success(let begun): operation = begun
        case .failure(let error): throw error
        }
        switch sendStep(&operation, bytes) {
        case .success(.done): return
        case .success(.wait), .success(.yield): break
        case .failure(let error): throw error
        }
        try await sendRest(operation, bytes)
        registration.slowPathEnded()
    }
}

/// A send that has claimed its direction.
@usableFromInline
struct Sending {
    /// When it began, if somebody observes it.
    let start: UInt64
    /// Bytes that are with the kernel.
    var sent = 0

    /// How far it has come, for an error.
    ///
    /// - Parameter count: nil where nobody knows how many bytes there are.
    func progress(of count: Int?) -> String { "\(sent)\(count.map { " of \($0)" } ?? "") bytes had gone out" }
}

/// What a send does next.
@usableFromInline
enum SendStep {
    case done, wait, yield
}

extension Connection {
    @usableFromInline
    func beginSending() -> Result<Sending, SocketError> {
        let start = observation == nil ? 0 : Observation.now()
        if registration.snapshot.isSendCutShort, !registration.snapshot.isClosed {
            return .failure(cutShortBefore(.send))
        }
        do {
            _ = try registration.begin(.write)
        } catch {
            return .failure(fail(.send, error, since: start))
        }
        return .success(Sending(start: start))
    }

    /// One attempt at what is left. Failing, and being done, give the direction back.
    @usableFromInline
    func sendStep(_ operation: inout Sending, _ bytes: RawSpan) -> Result<SendStep, SocketError> {
        let offset = operation.sent
        let left = bytes.byteCount - offset
        do {
            let descriptor = registration.descriptor
            let step = try registration.step(.write, endsWhen: .allDone) { () throws(Errno) in
                if left == 0 { return Attempt(count: 0, isShort: false) }
                let count = try unsafe bytes.withUnsafeBytes { memory throws(Errno) in
                    let from = unsafe memory.baseAddress.map { unsafe $0 + offset }
                    return try unsafe Syscalls.send(descriptor, from, count: left)
                }
                return Attempt(count: count, isShort: count < left)
            }
            switch step {
            case .wait: return .success(.wait)
            case .yield: return .success(.yield)
            case .done(let count): operation.sent += count
            }
        } catch {
            return .failure(cut(operation, of: bytes.byteCount, error))
        }
        guard operation.sent == bytes.byteCount else { return .success(.wait) }
        if observation != nil { reportSent(operation) }
        return .success(.done)
    }

    /// Waits for room and goes on, until everything is with the kernel.
    @usableFromInline
    func sendRest(
        _ begun: Sending,
        _ bytes: RawSpan,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) {
        var operation = begun
        while true {
            switch try sendStep(&operation, bytes).get() {
            case .done: return
            case .wait: await registration.waitCancellably(.write)
            case .yield: await Task.yield()
            }
        }
    }

    /// An error in the middle of a send says how far it came, and ends sending for good.
    func cut(_ operation: Sending, of count: Int?, _ failure: OperationFailure) -> SocketError {
        guard operation.sent > 0 else { return fail(.send, failure, since: operation.start) }
        registration.noteSendCutShort()
        return fail(.send, failure, since: operation.start, detail: operation.progress(of: count))
    }

    func cutShortBefore(_ operation: SocketError.Operation) -> SocketError {
        SocketError(
            .notConnected,
            operation,
            remoteAddress: remoteAddress,
            detail: operation == .send
                ? "an earlier send was cut off in the middle, and the peer could not tell where this one begins"
                : "an earlier send was cut off in the middle, and the peer would take a part for the whole"
        )
    }

    func reportSent(_ operation: Sending) {
        observation?.report(
            .send,
            since: operation.start,
            local: localAddress,
            remote: remoteAddress,
            byteCount: operation.sent
        )
    }
}
