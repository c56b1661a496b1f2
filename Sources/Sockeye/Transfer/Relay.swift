public import SockeyeSystem
internal import Synchronization

/// How many bytes a relay has moved, each way.
public struct RelayedBytes: Sendable, Hashable {
    /// From the first connection to the second.
    public let forth: Int
    /// From the second connection to the first.
    public let back: Int
}

/// Connects two conversations: what one peer sends, the other gets, both ways, until both have finished.
///
///     try await listener.serve { client in
///         try await withConnection(to: "localhost:5432") { server in
///             let bytes = try await relay(client, server)
///             print("\(bytes.forth) bytes there, \(bytes.back) back")
///         }
///     }
///
/// When one peer finishes sending, the other is told and may go on answering. A peer that does not read holds up the one
/// that sends to it, and no memory grows. Bytes that have come and that nobody has received go first. The kernel moves the bytes
/// without copying them through the program, where it can; each direction then has a pipe. In C: `splice`, `shutdown`.
///
/// - Returns: When both have finished, how many bytes went each way. The connections are still the caller's to close.
/// - Cancellation: ends at once with `.cancelled`; what is under way between the two is lost, so close both.
/// - Concurrency: it receives and sends on both connections, so nobody else may. A receive of somebody else throws
///   `.busy`; a send, or `finishSending`, would get in between.
/// - Throws: The first error of either side, with how many bytes had gone each way. Both connections are aborted then, so
///   that neither peer takes the end for a proper one. `.invalidArgument` for twice the same connection.
public func relay(_ one: Connection, _ other: Connection) async throws(SocketError) -> RelayedBytes {
    guard one !== other else {
        throw SocketError(
            .invalidArgument,
            .relay,
            remoteAddress: one.remoteAddress,
            detail: "twice the same connection"
        )
    }
    let forth = Flow(from: one, to: other)
    let back = Flow(from: other, to: one)
    let failure = await withTaskGroup(of: SocketError?.self) { group in
        for flow in [forth, back] {
            group.addTask(executorPreference: flow.source.registration.loop) {
                do throws(SocketError) {
                    try await flow.run()
                    return nil
                } catch {
                    return error
                }
            }
        }
        var failure: SocketError?
        for await ended in group where failure == nil {
            guard let ended else { continue }
            failure = ended
            // The other direction ends with it; a cancelled one has been told already.
            if ended.code == .cancelled { continue }
            one.abort()
            other.abort()
        }
        return failure
    }
    guard let failure else { return RelayedBytes(forth: forth.movedBytes, back: back.movedBytes) }
    let first = "\(forth.movedBytes) bytes had gone from \(one.remoteAddress) to \(other.remoteAddress)"
    throw failure.adding(detail: "\(first), and \(back.movedBytes) back")
}

/// One direction of a relay.
private final class Flow: Sendable {
    let source: Connection
    let target: Connection
    private let moved = Atomic<Int>(0)

    var movedBytes: Int { moved.load(ordering: .relaxed) }

    init(from source: Connection, to target: Connection) {
        self.source = source
        self.target = target
    }

    /// Until the source has finished and the target has been told.
    func run() async throws(SocketError) {
        try await sendHeld()
        // Without a pipe, as when descriptors have run out, and for sockets that cannot be spliced.
        if let pipe = try? Pipe() {
            if try await splice(through: pipe) == .unsupported { try await copy() }
        } else {
            try await copy()
        }
        try await target.finishSending()
    }

    private enum Outcome { case finished, unsupported }

    /// What has come beyond what an earlier read took, before the kernel moves what comes after it.
    private func sendHeld() async throws(SocketError) {
        guard source.hasBufferedBytes, let bytes = try await source.receive(upTo: .max) else { return }
        try await target.send(bytes)
        moved.add(bytes.count, ordering: .relaxed)
    }

    private func copy() async throws(SocketError) {
        while let bytes = try await source.receiveLent() {
            try await target.send(bytes)
            moved.add(bytes.count, ordering: .relaxed)
        }
    }

    /// Through the pipe: first all that has come, as far as it fits, then all of that out, and so on.
    private func splice(through pipe: Pipe) async throws(SocketError) -> Outcome {
        while true {
            var receiving = Receiving()
            try source.beginReceiving(&receiving, upTo: 1)
            guard let count = try await fill(pipe, receiving) else { return .unsupported }
            if count == 0 { return .finished }
            try await empty(pipe, of: count)
        }
    }

    /// - Returns: How many bytes are in the pipe now; 0 at the end of the stream; nil for a socket that cannot do it.
    private func fill(_ pipe: Pipe, _ receiving: Receiving) async throws(SocketError) -> Int? {
        let isShielded = EventLoop.current == nil
        while true {
            let step = source.receiveStep(receiving) { socket throws(Errno) in
                let count = try Syscalls.splice(
                    fromSocket: socket,
                    toPipe: pipe.writing,
                    count: pipe.byteCount,
                    shielded: isShielded
                )
                // Short or not says nothing: each small packet takes a place of its own in the pipe.
                return Attempt(count: count, isShort: false)
            }
            switch step {
            case .failure(let error) where error.errno == .invalidArgument: return nil
            case .failure(let error): throw error
            case .success(.done(let count)): return count
            case .success(.wait): await source.registration.waitCancellably(.read)
            case .success(.yield): await Task.yield()
            }
        }
    }

    private func empty(_ pipe: Pipe, of count: Int) async throws(SocketError) {
        let isShielded = EventLoop.current == nil
        var sending = try target.beginSending().get()
        do {
            while true {
                let left = count - sending.sent
                let step = try target.sendStep(&sending, of: count) { socket throws(Errno) in
                    let sent = try Syscalls.splice(
                        fromPipe: pipe.reading,
                        toSocket: socket,
                        count: left,
                        shielded: isShielded
                    )
                    return Attempt(count: sent, isShort: false)
                }
                switch step {
                case .done:
                    moved.add(count, ordering: .relaxed)
                    return
                // Moved some, or nothing since the socket is full.
                case .wait where !target.registration.snapshot.isReady(.write):
                    await target.registration.waitCancellably(.write)
                case .wait: continue
                case .yield: await Task.yield()
                }
            }
        } catch {
            moved.add(sending.sent, ordering: .relaxed)
            // What is in the pipe is lost, so nothing sensible could follow it.
            target.registration.noteSendCutShort()
            throw error
        }
    }
}

/// A place in the kernel where bytes wait between two sockets.
private final class Pipe: Sendable {
    let reading: Int32
    let writing: Int32
    /// How many bytes it holds, if they come in whole pages.
    let byteCount: Int

    /// 1 MiB: what a user without privileges may have (`fs.pipe-max-size`). Half the calls of the usual 64 KiB or less.
    private static let wantedBytes: Int32 = 1 << 20

    init() throws(Errno) {
        (reading, writing, byteCount) = try Syscalls.pipe(wantedBytes: Self.wantedBytes)
    }

    deinit {
        Syscalls.close(reading)
        Syscalls.close(writing)
    }
}
