public import SockeyeSystem

extension Connection.Messages {
    /// Waits for messages and lends all that have arrived, in the connection's own memory.
    ///
    ///     while let arrived = try await messages.nextLent() {
    ///         arrived.forEach { message in total += message.byteCount }
    ///     }
    ///
    /// The fastest way to read many small messages: one `await` for all that came in one receive, no allocation and no copy.
    ///
    /// - Returns: At least one message; nil once the peer has finished sending after a complete message.
    /// - Cancellation: ends at once with `.cancelled` and loses nothing: what has arrived stays.
    /// - Concurrency: one receive at a time, of any kind. While a result of this method exists, every other receive on the
    ///   connection throws `.busy`. Another task may send.
    /// - Throws: as ``next(isolation:)``. An error in the bytes behind the first message is thrown by the next call.
    ///
    /// The corresponding C function is `recv`.
    @inlinable
    @inline(__always)
    public func nextLent(isolation: isolated (any Actor)? = #isolation) async throws(SocketError) -> LentMessages? {
        var operation = Receiving()
        var isMessage = false
        while true {
            isMessage = connection.lendStep(&operation, framing)
            if operation.isFinished { break }
            await connection.registration.pause(operation)
        }
        try operation.check()
        return isMessage ? LentMessages(connection, framing, isLast: operation.isAtEnd) : nil
    }
}

/// Messages that have arrived, lent by a connection until this value goes out of scope.
///
/// Get them from ``Connection/Messages/nextLent(isolation:)``. The value cannot be copied. Messages that ``forEach(_:)`` has
/// not reached stay with the connection for the next read, of any kind.
public struct LentMessages: ~Copyable {
    private let connection: Connection
    private let framing: Framing
    /// The stream has ended behind these messages, so a last line needs no newline.
    private let isLast: Bool

    @usableFromInline
    init(_ connection: Connection, _ framing: Framing, isLast: Bool) {
        self.connection = connection
        self.framing = framing
        self.isLast = isLast
    }

    deinit {
        connection.endLending()
    }

    /// Calls `body` with each message, in the order of arrival. A span is valid during its call only.
    ///
    /// A second call finds no messages: those that `body` has seen are taken, the one at which it threw as well.
    ///
    /// - Throws: what `body` throws.
    @inlinable
    public func forEach<Failure: Error>(_ body: (RawSpan) throws(Failure) -> Void) throws(Failure) {
        while let message = unsafe next() {
            // SAFETY: the memory stays as it is until `endLending`, and this value outlives the call.
            try body(unsafe RawSpan(_unsafeBytes: message))
        }
    }

    /// Takes the next message. Its memory is valid until this value goes out of scope.
    @usableFromInline
    func next() -> UnsafeRawBufferPointer? {
        unsafe connection.takeLent(framing, isLast: isLast)
    }
}

extension Connection {
    /// True: there is a complete message in the read buffer, which stays claimed until `endLending`.
    @usableFromInline
    func lendStep(_ operation: inout Receiving, _ framing: Framing) -> Bool {
        if operation.next == .start, claimBufferedBytes() {
            if locateBuffered(framing) != nil {
                operation.next = .finish
                return true
            }
            releaseReadBuffer()
        }
        guard locateStep(&operation, .message(framing)) != nil else { return false }
        registration.end(.read)
        return true
    }

    func takeLent(_ framing: Framing, isLast: Bool) -> UnsafeRawBufferPointer? {
        guard let match = locateBuffered(framing) ?? (isLast ? locateLastBuffered(framing) : nil) else { return nil }
        defer { unsafe readBuffer.advance(by: match.end) }
        return unsafe readBuffer.slice(match)
    }

    @inline(never)
    private func locateLastBuffered(_ framing: Framing) -> ReadGoal.Match? {
        unsafe readBuffer.isEmpty ? nil : (try? ReadGoal.message(framing).locateLast(in: readBuffer.bytes)) ?? nil
    }

    func endLending() {
        unsafe readBuffer.shrink()
        releaseReadBuffer()
    }
}
