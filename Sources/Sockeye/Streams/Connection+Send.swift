public import SockeyeSystem

extension Connection {
    /// Sends bytes: all of them, or it throws. Returns when the kernel has them.
    ///
    ///     try await connection.send([0x05, 0x01, 0x00])
    ///
    /// Returning does not mean that the peer has read them, or even that they have arrived.
    ///
    /// - Cancellation: ends with `.cancelled` at once; an unknown part has gone out, so the conversation is over.
    /// - Concurrency: one send at a time; a second one throws `.busy`. Receiving goes on beside it. A peer that does not
    ///   read suspends the sender, and costs no memory beyond what was handed over.
    /// - Throws: `.reset` when the peer is gone, `.notConnected` after ``finishSending()``, `.closed` after ``close()``.
    ///
    /// In C: `send`, until everything is with the kernel.
    public func send(_ bytes: [UInt8]) async throws(SocketError) {
        try await sendAll(unsafe bytes.span.bytes)
    }

    /// Sends text as UTF-8. As ``send(_:)-([UInt8])`` otherwise.
    public func send(_ text: String) async throws(SocketError) {
        var text = text
        text.makeContiguousUTF8()
        try await sendAll(unsafe text.utf8Span.span.bytes)
    }

    /// Sends borrowed bytes without copying them. As ``send(_:)-([UInt8])`` otherwise.
    public func send(_ bytes: RawSpan) async throws(SocketError) {
        try await sendAll(bytes)
    }

    @inline(__always)
    private func sendAll(_ bytes: RawSpan) async throws(SocketError) {
        let start = observation == nil ? 0 : Observation.now()
        let descriptor = registration.descriptor
        var sent = 0
        do {
            while sent < bytes.byteCount {
                let offset = sent
                let left = bytes.byteCount - offset
                sent += try await registration.perform(.write) { () throws(Errno) in
                    let count = try unsafe bytes.withUnsafeBytes { memory throws(Errno) in
                        let from = unsafe memory.baseAddress.map { unsafe $0 + offset }
                        return try unsafe Syscalls.send(descriptor, from, count: left)
                    }
                    return Attempt(count: count, isShort: count < left)
                }
            }
        } catch {
            throw fail(.send, error, since: start)
        }
        if observation != nil {
            observation?.report(.send, since: start, local: localAddress, remote: remoteAddress, byteCount: sent)
        }
    }
}
