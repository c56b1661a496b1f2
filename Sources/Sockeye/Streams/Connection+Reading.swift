public import SockeyeSystem
internal import Synchronization

// A receive returns whatever has arrived. A read returns something complete: a number of bytes, a line, a message. It claims
// the read direction for as many receives as it needs. Bytes wait in the connection's read buffer until the result is
// complete, so a read that fails or is cancelled has taken nothing, and bytes behind the result stay for the next read.
//
// Who may touch the read buffer: whoever has claimed it (`readBufferState`). A receive from the socket needs the read
// direction of the registration as well. So a message that is complete in the buffer costs one claim, no system call and
// no `await`, and a second task that reads at the same time gets `.busy`.

extension Connection {
    /// Waits until `count` bytes have arrived and returns them.
    ///
    ///     let header = try await connection.receive(exactly: 4)
    ///
    /// - Parameter count: From 0 up. Memory grows with what has arrived, not with what was asked for.
    /// - Cancellation: ends at once with `.cancelled` and loses nothing: bytes that have arrived stay for the next receive.
    /// - Concurrency: one receive at a time, of any kind; a second one throws `.busy`. Another task may send.
    /// - Throws: `.endOfStream` when the peer has finished before all of them had arrived, with how many had: those stay,
    ///   and ``receive(upTo:isolation:)`` returns them. `.invalidArgument` for a negative count; otherwise as
    ///   ``receive(upTo:isolation:)``.
    ///
    /// The corresponding C function is `recv`, called until all bytes have arrived.
    @inlinable
    @inline(__always)
    public func receive(
        exactly count: Int,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) -> [UInt8] {
        var operation = Receiving()
        var bytes: [UInt8]?
        while true {
            bytes = readStep(&operation, .exactly(count))
            if operation.isFinished { break }
            await registration.pause(operation)
        }
        try operation.check()
        return bytes ?? []
    }

    /// Waits until a delimiter has arrived and returns everything before it, and the delimiter.
    ///
    ///     while let head = try await connection.receive(until: "\r\n\r\n", upTo: 8192) { … }
    ///
    /// Bytes behind the delimiter stay for the next receive.
    ///
    /// - Parameters:
    ///   - delimiter: Text, as UTF-8.
    ///   - maximum: The largest number of bytes to return, including the delimiter.
    /// - Returns: nil once the peer has finished sending and nothing is left.
    /// - Cancellation, Concurrency: as ``receive(exactly:isolation:)``.
    /// - Throws: `.limitExceeded` when no delimiter ends within `maximum` bytes, `.endOfStream` when the peer finished
    ///   before one arrived; the bytes stay, and ``receive(upTo:isolation:)`` returns them. `.invalidArgument` for an empty
    ///   delimiter or a maximum that has no room for it; otherwise as ``receive(upTo:isolation:)``.
    public func receive(
        until delimiter: String,
        upTo maximum: Int,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) -> [UInt8]? {
        try await receive(until: Array(delimiter.utf8), upTo: maximum)
    }

    /// Waits until a delimiter of these bytes has arrived. As ``receive(until:upTo:isolation:)-(String,_,_)`` otherwise.
    @inlinable
    @inline(__always)
    public func receive(
        until delimiter: [UInt8],
        upTo maximum: Int,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) -> [UInt8]? {
        var operation = Receiving()
        var bytes: [UInt8]?
        while true {
            bytes = readStep(&operation, .until(delimiter, upTo: maximum))
            if operation.isFinished { break }
            await registration.pause(operation)
        }
        try operation.check()
        return bytes
    }
}

// MARK: - Steps

extension Connection {
    @usableFromInline
    func readStep(_ operation: inout Receiving, _ goal: ReadGoal) -> [UInt8]? {
        guard let match = locateStep(&operation, goal) else { return nil }
        defer { endRead(match) }
        return unsafe readBuffer.array(match)
    }

    @usableFromInline
    func messageStep(_ operation: inout Receiving, _ framing: Framing) -> [UInt8]? {
        if operation.next == .start, claimBufferedBytes() {
            defer { releaseReadBuffer() }
            if let match = locateBuffered(framing) {
                defer { unsafe readBuffer.drop(match.end) }
                operation.next = .finish
                return unsafe readBuffer.array(match)
            }
        }
        return readStep(&operation, .message(framing))
    }

    @usableFromInline
    func lineStep(_ operation: inout Receiving, _ framing: Framing) -> Line? {
        if operation.next == .start, claimBufferedBytes() {
            defer { releaseReadBuffer() }
            if let match = locateBuffered(framing) {
                defer { unsafe readBuffer.drop(match.end) }
                operation.next = .finish
                return unsafe Line(text: readBuffer.text(match), ending: match.ending)
            }
        }
        guard let match = locateStep(&operation, .message(framing)) else { return nil }
        defer { endRead(match) }
        return unsafe Line(text: readBuffer.text(match), ending: match.ending)
    }

    @usableFromInline
    func textStep(_ operation: inout Receiving) -> String? {
        guard let match = locateStep(&operation, .text) else { return nil }
        defer { endRead(match) }
        return unsafe readBuffer.text(match)
    }

    /// The first message in the buffer, if it is complete. An error is left to `locateStep`, which finds it again.
    @inline(__always)
    func locateBuffered(_ framing: Framing) -> ReadGoal.Match? {
        do throws(SocketError) {
            var searched = 0
            return try unsafe framing.locate(in: readBuffer.bytes, searched: &searched)
        } catch {
            return nil
        }
    }

    /// Receives until the result is complete, and says where in the read buffer it is.
    ///
    /// Claims the read direction and the buffer at its first call. They stay claimed while it has to wait, and after a match
    /// until `endRead`. In all other cases it gives them back.
    func locateStep(_ operation: inout Receiving, _ goal: ReadGoal) -> ReadGoal.Match? {
        do throws(SocketError) {
            if operation.next == .start { try beginRead(&operation, goal) }
            return try locateOrReceive(&operation, goal)
        } catch {
            operation.fail(error)
            return nil
        }
    }

    private func beginRead(_ operation: inout Receiving, _ goal: ReadGoal) throws(SocketError) {
        if let error = goal.validationError { throw error.with(local: nil, remote: remoteAddress) }
        try beginReceiving(&operation, upTo: 1)
        guard claimReadBuffer() else {
            registration.end(.read)
            throw fail(.receive, .interrupted(.busy), since: operation.start)
        }
        unsafe readBuffer.searched = 0
    }

    private func locateOrReceive(_ operation: inout Receiving, _ goal: ReadGoal) throws(SocketError) -> ReadGoal.Match?
    {
        if operation.next == .start, unsafe !readBuffer.isEmpty, EventLoop.spendBufferedRead() {
            operation.next = .yield
            return nil
        }
        // After a wait the buffer holds what it held before.
        var hasNews = operation.next != .wait
        while true {
            if hasNews, let match = try locate(operation, goal) {
                operation.next = .finish
                return match
            }
            switch receiveMore(operation) {
            case .success(.done(0)):
                operation.next = .finish
                operation.isAtEnd = true
                return try locateLast(operation, goal)
            case .success(.done): hasNews = true
            case .success(.wait):
                unsafe readBuffer.shrink()
                operation.next = .wait
                return nil
            case .success(.yield):
                operation.next = .yield
                return nil
            case .failure(let error):
                // The registration has given its direction back.
                releaseReadBuffer()
                throw error
            }
        }
    }

    @inline(__always)
    private func locate(_ operation: Receiving, _ goal: ReadGoal) throws(SocketError) -> ReadGoal.Match? {
        do throws(SocketError) {
            let match = try unsafe goal.locate(in: readBuffer.bytes, searched: &readBuffer.searched)
            observation?.note {
                unsafe match != nil || readBuffer.isEmpty ? "" : unsafe goal.missing(in: readBuffer.bytes, "have come")
            }
            return match
        } catch {
            throw give(up: operation, error)
        }
    }

    private func locateLast(_ operation: Receiving, _ goal: ReadGoal) throws(SocketError) -> ReadGoal.Match? {
        do throws(SocketError) {
            let match = try unsafe goal.locateLast(in: readBuffer.bytes)
            if match == nil { endRead(nil) }
            return match
        } catch {
            throw give(up: operation, error)
        }
    }

    /// Receives what the socket has into the read buffer.
    @inline(__always)
    private func receiveMore(_ operation: Receiving) -> Result<Step, SocketError> {
        receiveStep(operation, endsWhen: .callerSays) { descriptor throws(Errno) in
            let room = unsafe readBuffer.room()
            let count = try unsafe Syscalls.receive(descriptor, into: room.baseAddress, count: room.count)
            unsafe readBuffer.grow(by: count)
            return Attempt(count: count, isShort: count < room.count && count > 0)
        }
    }

    /// Takes the result away, and gives back what the read has claimed.
    private func endRead(_ match: ReadGoal.Match?) {
        unsafe readBuffer.drop(match?.end ?? 0)
        unsafe readBuffer.shrink()
        releaseReadBuffer()
        registration.end(.read)
    }

    /// Ends a read because of what has arrived, and tells the observer.
    private func give(up operation: Receiving, _ failure: SocketError) -> SocketError {
        endRead(nil)
        let error = failure.with(local: nil, remote: remoteAddress)
        observation?.report(.receive, since: operation.start, local: localAddress, remote: remoteAddress, error: error)
        return error
    }
}

extension ReadBuffer {
    @inline(__always)
    func array(_ match: ReadGoal.Match) -> [UInt8] {
        unsafe Array(slice(match))
    }

    @inline(__always)
    func text(_ match: ReadGoal.Match) -> String {
        unsafe String(decoding: slice(match), as: UTF8.self)
    }

    @inline(__always)
    func slice(_ match: ReadGoal.Match) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: bytes[match.offset..<match.offset + match.count])
    }
}

// MARK: - The read buffer and its claim

extension Connection {
    enum ReadBufferState {
        static let empty: UInt8 = 0
        static let filled: UInt8 = 1
        static let claimed: UInt8 = 2
    }

    /// Claims the read buffer; false while another task has it.
    func claimReadBuffer() -> Bool {
        let state = readBufferState.load(ordering: .relaxed)
        if state == ReadBufferState.claimed { return false }
        return readBufferState.compareExchange(
            expected: state,
            desired: ReadBufferState.claimed,
            ordering: .acquiring
        ).exchanged
    }

    /// Claims the read buffer if it has bytes, and nothing stands in the way of taking some at once.
    ///
    /// False sends the caller on the slow path, which knows every reason and every error.
    @inline(__always)
    func claimBufferedBytes() -> Bool {
        guard readBufferState.load(ordering: .relaxed) == ReadBufferState.filled, observation == nil,
            registration.mayContinue, !EventLoop.spendBufferedRead()
        else { return false }
        registration.noteActivity()
        return claimReadBuffer()
    }

    @inline(__always)
    func releaseReadBuffer() {
        unsafe readBufferState.store(
            readBuffer.isEmpty ? ReadBufferState.empty : ReadBufferState.filled,
            ordering: .releasing
        )
    }

    /// For a receive that has claimed the read direction: bytes that an earlier read has left in the buffer.
    ///
    /// Gives the direction back. The observer was told of these bytes when they arrived.
    func takeBuffered(_ operation: inout Receiving, upTo maximum: Int, _ body: (UnsafeRawBufferPointer) -> Void) -> Int
    {
        if operation.next != .yield, EventLoop.spendBufferedRead() {
            operation.next = .yield
            return 0
        }
        operation.next = .finish
        guard claimReadBuffer() else {
            registration.end(.read)
            operation.fail(fail(.receive, .interrupted(.busy), since: operation.start))
            return 0
        }
        let count = unsafe min(maximum, readBuffer.count)
        unsafe body(UnsafeRawBufferPointer(rebasing: readBuffer.bytes[..<count]))
        unsafe readBuffer.drop(count)
        releaseReadBuffer()
        registration.end(.read)
        return count
    }

    /// Whether a receive finds bytes in the buffer rather than in the socket.
    @inline(__always)
    var hasBufferedBytes: Bool { readBufferState.load(ordering: .relaxed) != ReadBufferState.empty }

    /// How many bytes are in the buffer. Only for who has claimed the read direction.
    var bufferedByteCount: Int { unsafe hasBufferedBytes ? readBuffer.count : 0 }

    /// Puts bytes back for the next receive. Only for who has claimed the read direction.
    func putBack(_ bytes: RawSpan) {
        guard claimReadBuffer() else { return }
        unsafe readBuffer.append(bytes)
        releaseReadBuffer()
    }
}
