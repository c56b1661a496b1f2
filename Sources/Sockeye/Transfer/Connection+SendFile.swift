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
    /// - Parameters:
    ///   - path: A file; no folder, pipe or device.
    ///   - range: Which bytes, from 0. nil for the whole file, as long as it is now.
    /// - Returns: How many bytes were sent.
    /// - Cancellation: ends at once with `.cancelled`, and the error says how many bytes had gone out. If any had, sending is over,
    ///   as with ``send(_:)-([UInt8])``.
    /// - Concurrency: a send like any other: one at a time.
    /// - Throws: `.nameNotFound`, `.permissionDenied`, `.invalidArgument` for a path that is no file or a range that it does
    ///   not have (nothing has gone out then); `.endOfStream` when the file has become shorter meanwhile, with how many
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

/// A file that is being sent.
private final class SentFile: Sendable {
    let descriptor: Int32
    let name: String
    let length: Int
    private let isOurs: Bool

    init(opening path: String, _ peer: SocketAddress) throws(SocketError) {
        name = EndpointError.quote(path)
        guard !path.utf8.contains(0) else {
            throw SocketError(.invalidArgument, .sendFile, remoteAddress: peer, detail: "\(name): a path holds no NUL")
        }
        do {
            descriptor = try Syscalls.openFile(path)
        } catch {
            throw SocketError(error, .sendFile, remoteAddress: peer, detail: name)
        }
        isOurs = true
        do {
            length = try Syscalls.fileLength(descriptor)
        } catch {
            // An object that was never whole has no end that would close it.
            Syscalls.close(descriptor)
            throw Self.noFile(name, error, peer)
        }
    }

    init(borrowing descriptor: Int32, _ peer: SocketAddress) throws(SocketError) {
        self.descriptor = descriptor
        name = "descriptor \(descriptor)"
        isOurs = false
        do {
            length = try Syscalls.fileLength(descriptor)
        } catch {
            throw Self.noFile(name, error, peer)
        }
    }

    deinit {
        if isOurs { Syscalls.close(descriptor) }
    }

    private static func noFile(_ name: String, _ errno: Errno, _ peer: SocketAddress) -> SocketError {
        switch errno {
        case .isDirectory:
            SocketError(.invalidArgument, .sendFile, errno: errno, remoteAddress: peer, detail: "\(name) is a folder")
        case .illegalSeek:
            SocketError(
                .invalidArgument,
                .sendFile,
                errno: errno,
                remoteAddress: peer,
                detail: "\(name) is a pipe, a socket or a device, and no file"
            )
        case .badDescriptor:
            SocketError(.invalidArgument, .sendFile, errno: errno, remoteAddress: peer, detail: "\(name) is not open")
        default:
            SocketError(errno, .sendFile, remoteAddress: peer, detail: name)
        }
    }

    /// The bytes that are meant.
    func checked(_ range: Range<Int>?, _ peer: SocketAddress) throws(SocketError) -> Range<Int> {
        guard let range else { return 0..<length }
        guard range.lowerBound >= 0, range.upperBound <= length else {
            let detail = "\(name) has \(length) bytes, and \(range.lowerBound)..<\(range.upperBound) were asked for"
            throw SocketError(.invalidArgument, .sendFile, remoteAddress: peer, detail: detail)
        }
        return range
    }
}

extension Connection {
    /// 1 MiB: a call for it takes a fraction of a millisecond from the page cache, and larger ones gain nothing.
    private static let pieceBytes = 1 << 20

    private func send(_ file: SentFile, range: Range<Int>?) async throws(SocketError) -> Int {
        let range = try file.checked(range, remoteAddress)
        var operation = try beginSending().get()
        while true {
            let step: SendStep
            do {
                step = try fileStep(&operation, file, range)
            } catch {
                throw error.adding(detail: file.name)
            }
            switch step {
            case .done: return range.count
            case .wait: await registration.waitCancellably(.write)
            case .yield: await Task.yield()
            }
        }
    }

    /// Attempts until the socket is full, or the job has had its share. Throwing, and being done, give the direction back.
    private func fileStep(
        _ operation: inout Sending,
        _ file: SentFile,
        _ range: Range<Int>
    ) throws(SocketError) -> SendStep {
        // Elsewhere than on a loop's thread, which has blocked it, SIGPIPE would end the process.
        let isShielded = EventLoop.current == nil
        while true {
            let offset = range.lowerBound + operation.sent
            let count = min(range.upperBound - offset, Self.pieceBytes)
            var hasEnded = false
            let step = try sendStep(&operation, of: range.count) { socket throws(Errno) in
                if count == 0 { return Attempt(count: 0, isShort: false) }
                let sent = try Syscalls.sendFile(
                    socket,
                    file: file.descriptor,
                    offset: offset,
                    count: count,
                    shielded: isShielded
                )
                hasEnded = sent == 0
                // A short one may have ended at a page of the file: that the socket is full, only EAGAIN tells.
                return Attempt(count: sent, isShort: false)
            }
            if step != .wait { return step }
            if hasEnded { throw fileEnded(operation, of: range.count) }
            if !registration.snapshot.isReady(.write) { return .wait }
        }
    }

    private func fileEnded(_ operation: Sending, of count: Int) -> SocketError {
        if operation.sent > 0 { registration.noteSendCutShort() }
        registration.end(.write)
        let error = SocketError(
            .endOfStream,
            .sendFile,
            localAddress: localAddress,
            remoteAddress: remoteAddress,
            detail: "the file has become shorter: \(operation.sent) of \(count) bytes had gone out"
        )
        observation?.report(.send, since: operation.start, local: localAddress, remote: remoteAddress, error: error)
        return error
    }
}
