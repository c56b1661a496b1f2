public import SockeyeSystem
internal import Synchronization

/// Life of a byte, station 4: a conversation between two addresses.
///
/// One end of a stream of bytes: TCP, or a Unix stream socket. Get one from ``Listener/serve(options:_:)`` on a server
/// and from ``withConnection(to:options:_:)`` on a client; both close it on every way out.
///
///     try await withConnection(to: "localhost:1337") { connection in
///         try await connection.send("hi")
///         if let reply = try await connection.receive(upTo: 1024) {
///             print(String(decoding: reply, as: UTF8.self))
///         }
///     }
///
/// It is a stream: the bytes arrive in order and without gaps, but not in the pieces in which they were sent.
///
/// **Cancellation.** Every operation of a cancelled task ends at once with `.cancelled`. Bytes that a receive has not
/// returned stay in the kernel for the next one; of a cancelled send an unknown part has gone out.
///
/// **Concurrency.** One task may receive while another sends, from any executor. A second receive at the same time, or a
/// second send, throws `.busy`. ``close()`` and ``abort()`` may be called by anyone at any time.
public final class Connection: Sendable {
    @usableFromInline let registration: Registration
    let observation: Observation?
    /// Bytes that have been received beyond what the last read took: the next receive, of any kind, returns them first.
    // SAFETY: touched only by the task that has claimed it: see `Connection+Reading.swift`.
    @exclusivity(unchecked) nonisolated(unsafe) var readBuffer = ReadBuffer()
    /// A `ReadBufferState`.
    let readBufferState = Atomic<UInt8>(ReadBufferState.empty)

    // What every message looks at stands above, together, so that it shares a line of the cache.
    private let knownLocalAddress: SocketAddress?
    /// The address of the peer; for most Unix clients the unnamed one.
    public let remoteAddress: SocketAddress
    /// This side called `connect`, and decides when the conversation is over.
    private let isInitiator: Bool

    private var isLocal: Bool { remoteAddress.family == .unix }

    init(
        _ registration: Registration,
        local: SocketAddress?,
        remote: SocketAddress,
        isInitiator: Bool,
        observer: (any SocketObserver)?
    ) {
        self.registration = registration
        knownLocalAddress = local
        remoteAddress = remote
        self.isInitiator = isInitiator
        observation = Observation(observer)
    }

    deinit {
        // The net under a connection that was dropped without a scope. In a scope it is closed already.
        if registration.close() { registration.lastOneOut() }
    }

    /// The address of this side. In C: `getsockname`.
    ///
    /// Not guaranteed after the end: a closed connection whose address nobody asked for before tells the unnamed one.
    public var localAddress: SocketAddress {
        if let knownLocalAddress { return knownLocalAddress }
        return registration.using { descriptor in try? Syscalls.localAddress(descriptor) } ?? .unixUnnamed
    }

    // MARK: The end

    /// Finishes sending: the peer sees the end of the stream after all that was sent, and may still answer.
    ///
    /// Receiving goes on. Calling it twice is fine. In C: `shutdown` with `SHUT_WR`.
    ///
    /// - Throws: `.busy` while another task sends, `.closed`, `.notConnected` when the peer has reset the connection.
    public func finishSending() async throws(SocketError) {
        let start = observation == nil ? 0 : Observation.now()
        do {
            _ = try registration.begin(.write)
        } catch {
            throw fail(.finishSending, error, since: start)
        }
        defer { registration.end(.write) }
        // A second time it is done already, whatever has become of the connection since.
        if registration.snapshot.hasFinishedSending { return }
        if registration.snapshot.isSendCutShort { throw cutShortBefore(.finishSending) }
        do {
            try Syscalls.shutdown(registration.descriptor, .sending)
            registration.noteFinishedSending()
        } catch {
            throw fail(.finishSending, .system(error), since: start)
        }
        observation?.report(.finishSending, since: start, local: localAddress, remote: remoteAddress)
    }

    /// Ends the conversation so that everything that was sent arrives.
    ///
    /// It sends the end of the stream, reads and drops what still comes until the peer has finished too, for at most two
    /// seconds, and closes. Whoever still waits in an operation on this connection gets `.closed`. A second call waits for the
    /// same end. The scopes of `withConnection` and `serve` call it. In C: `shutdown`, `recv`, `close`.
    ///
    /// A side that has connected, sent everything, seen it acknowledged and left nothing unread waits only 250 ms for a
    /// peer that sends nothing.
    ///
    /// After a send that was cut off in the middle, by a time limit for example, it ends as ``abort()`` does: the peer gets
    /// an error, not an end that makes a part look like the whole. So it does with ``SocketTuning/linger`` set to `.reset`.
    ///
    /// - Cancellation: closes at once; what was sent before and is still on its way may then be lost.
    @inline(never)
    public func close() async {
        let start = observation == nil ? 0 : Observation.now()
        let local = observation == nil ? nil : localAddress
        if !registration.close() {
            // Another task is in the middle of an operation, or closes too.
            guard await registration.waitUntilEnded() else { return }
        }
        if registration.snapshot.isSendCutShort || isSetToReset {
            // A clean end would tell the peer that it has the whole of what was cut off.
            try? Syscalls.resetOnClose(registration.descriptor)
            registration.retire()
        } else if registration.snapshot.hasSeenEnd {
            // Nothing can come any more, so nothing can be left unread: closing sends the FIN after all that was sent.
            registration.retire()
        } else {
            let isQuiet = isInitiator && !registration.hasSomethingToLose(isLocal: isLocal)
            let quietTime = isQuiet ? Registration.quietLingerTime : nil
            await registration.linger(for: Registration.lingerTime, ifQuiet: quietTime)
        }
        observation?.report(.close, since: start, local: local, remote: remoteAddress)
    }

    /// Whether somebody has asked for ``Linger/reset``, by an option of the connection or of the listener that it comes from.
    private var isSetToReset: Bool {
        !isLocal && (try? Syscalls.resetsOnClose(registration.descriptor)) == true
    }

    /// Ends the conversation abruptly: the peer gets an error, and what was sent and has not arrived is lost.
    ///
    /// For a peer that misbehaves. It also cuts a ``close()`` short that is under way. Whoever still waits in an operation on this connection gets `.closed`. On a Unix
    /// socket it closes without reading. In C: `setsockopt` with `SO_LINGER` of zero, then `close`.
    public func abort() {
        let start = observation == nil ? 0 : Observation.now()
        let local = observation == nil ? nil : localAddress
        registration.using { descriptor in try? Syscalls.resetOnClose(descriptor) }
        guard registration.close(abruptly: true) else { return registration.hurry() }
        registration.retire()
        observation?.report(.close, since: start, local: local, remote: remoteAddress)
    }

    // MARK: Errors

    private func describe(_ failure: OperationFailure, _ operation: SocketError.Operation) -> SocketError {
        // The kernel has one number for a peer that is gone and for a side that has finished sending.
        if case .system(.brokenPipe) = failure, registration.snapshot.hasFinishedSending {
            return SocketError(
                .notConnected,
                operation,
                errno: .brokenPipe,
                localAddress: knownLocalAddress,
                remoteAddress: remoteAddress,
                detail: "this side has finished sending"
            )
        }
        return SocketError(failure, operation, local: knownLocalAddress, remote: remoteAddress)
    }

    /// Turns a failure into the error that the caller sees, and tells the observer.
    func fail(
        _ operation: SocketError.Operation,
        _ failure: OperationFailure,
        since start: UInt64,
        detail: String? = nil
    ) -> SocketError {
        var error = describe(failure, operation)
        if let detail { error = error.adding(detail: detail) }
        observation?.report(operation, since: start, local: localAddress, remote: remoteAddress, error: error)
        return error
    }
}

extension SocketError {
    init(
        _ failure: OperationFailure,
        _ operation: Operation,
        local: SocketAddress? = nil,
        remote: SocketAddress? = nil
    ) {
        switch failure {
        case .system(.wouldBlock):
            // Nobody waits for this one (that would be station 3): a queue or a table of the kernel is full. A connect to a
            // Unix server whose backlog is full ends so.
            self.init(.exhausted, operation, errno: .wouldBlock, localAddress: local, remoteAddress: remote)
        case .system(let errno):
            self.init(errno, operation, localAddress: local, remoteAddress: remote)
        case .interrupted(let interruption):
            let code: Code =
                switch interruption {
                case .cancelled: .cancelled
                case .closed: .closed
                case .busy: .busy
                case .outOfTime: .timedOut
                }
            let detail: String? =
                switch interruption {
                case .outOfTime(.silence): "no byte has gone either way for as long as the server's idleTimeLimit"
                case .outOfTime(.lifetime): "the connection has lived for as long as the server's lifetime allows"
                default: nil
                }
            self.init(code, operation, localAddress: local, remoteAddress: remote, detail: detail)
        }
    }
}
