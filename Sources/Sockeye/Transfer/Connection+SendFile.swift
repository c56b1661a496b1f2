public import SockeyeSystem

extension Connection {
    /// Sends a file, or a part of it, without copying it through the program: all of it, or it throws.
    ///
    ///     try await connection.sendFile("/var/log/syslog")
    ///     try await connection.sendFile("video.mp4", range: 1_000_000..<2_000_000)
    ///
    /// The kernel reads the file while it sends. Not guaranteed: that a slow disk does not hold up the loop; pieces
    /// of 1 MiB at most are asked for at once, so that other connections get their turn in between. In C: `open`, `sendfile`.
    ///
    /// A file whose length the system does not know, as in `/proc` and `/sys`, is sent until its end. Such a file, and any file
    /// that `sendfile` rejects, is copied through the program in pieces of 64 KiB.
    ///
    /// - Parameters:
    ///   - path: A file; no folder, pipe or device.
    ///   - range: Which bytes, from 0. nil for the whole file, as long as it is now.
    /// - Returns: How many bytes were sent.
    /// - Cancellation: ends at once with `.cancelled`, and the error says how many bytes had gone out. If any had, sending is over,
    ///   as with ``send(_:)-([UInt8])``.
    /// - Concurrency: a send like any other: one at a time.
    /// - Throws: `.nameNotFound`, `.permissionDenied`, `.invalidArgument` for a path that is no file, a descriptor that is not
    ///   open for reading, or a range that the file does not have (nothing has gone out then); `.endOfStream` when the file has become shorter meanwhile, with how many
    ///   bytes had gone out; otherwise as ``send(_:)-([UInt8])``.
    @discardableResult
    public func sendFile(_ path: String, range: Range<Int>? = nil) async throws(SocketError) -> Int {
        let file = try SentFile(opening: path, remoteAddress)
        return try await send(file, range: range)
    }

    /// Sends an open file, or a part of it. As ``sendFile(_:range:)-(String,_)`` otherwise.
    ///
    /// - Parameter descriptor: An open file, which stays open, and whose position does not matter and is not moved.
    @discardableResult
    public func sendFile(descriptor: Int32, range: Range<Int>? = nil) async throws(SocketError) -> Int {
        let file = try SentFile(borrowing: descriptor, remoteAddress)
        return try await send(file, range: range)
    }
}

extension Connection {
    private func send(_ file: SentFile, range: Range<Int>?) async throws(SocketError) -> Int {
        var job = try FileJob(file, range, remoteAddress)
        var operation = try beginSending().get()
        while true {
            switch try fileStep(&operation, &job) {
            case .done: return operation.sent
            case .wait: await registration.waitCancellably(.write)
            case .yield: await Task.yield()
            }
        }
    }

    /// Attempts until the socket is full, or the job has had its share. Throwing, and being done, give the direction back.
    private func fileStep(_ operation: inout Sending, _ job: inout FileJob) throws(SocketError) -> SendStep {
        // Elsewhere than on a loop's thread, which has blocked it, SIGPIPE would end the process.
        let isShielded = EventLoop.current == nil
        while true {
            let sent = operation.sent
            do {
                try job.readPiece(after: sent)
            } catch {
                throw fileFailed(operation, of: job.count, job.file.error(error, remoteAddress))
            }
            if job.hasEnded { return try fileEnded(operation, job) }
            let step: SendStep
            do {
                step = try sendStep(&operation, of: job.count) { socket throws(Errno) in
                    try job.attempt(socket, after: sent, shielded: isShielded)
                }
            } catch {
                throw error.adding(detail: job.file.name)
            }
            if step != .wait { return step }
            if job.hasEnded { return try fileEnded(operation, job) }
            if !registration.snapshot.isReady(.write) { return .wait }
        }
    }

    /// The file has no further bytes: that is all of it where nobody knew its length, and too few where it had them before.
    private func fileEnded(_ operation: Sending, _ job: FileJob) throws(SocketError) -> SendStep {
        let isShorter = job.file.isShorterNow
        if job.isWhole, !isShorter {
            registration.end(.write)
            if observation != nil { reportSent(operation) }
            return .done
        }
        let words = isShorter ? "the file has become shorter" : "the file ends earlier than the system said"
        let error = SocketError(.endOfStream, .sendFile, remoteAddress: remoteAddress, detail: words)
        throw fileFailed(operation, of: job.count, error).adding(detail: job.file.name)
    }

    /// An error of the file's own ends the send as one of the socket does.
    private func fileFailed(_ operation: Sending, of count: Int?, _ error: SocketError) -> SocketError {
        var error = error.with(local: localAddress, remote: remoteAddress)
        if operation.sent > 0 {
            registration.noteSendCutShort()
            error = error.adding(detail: operation.progress(of: count))
        }
        registration.end(.write)
        observation?.report(.send, since: operation.start, local: localAddress, remote: remoteAddress, error: error)
        return error
    }
}
