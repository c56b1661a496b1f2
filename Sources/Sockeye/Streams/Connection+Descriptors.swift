public import SockeyeSystem

extension Connection {
    /// Sends bytes and, with the first of them, copies of open descriptors to another program: all of it, or it throws.
    ///
    ///     try await connection.send("a log file", passing: [file.descriptor])
    ///
    /// The descriptors stay open here and stay the caller's; keep them open until this returns. In C: `sendmsg` with
    /// `SCM_RIGHTS`.
    ///
    /// - Cancellation, Concurrency: as ``send(_:)-([UInt8])``. What has gone out of a cut send has taken the descriptors along.
    /// - Throws: `.unsupported` over anything but a Unix socket, `.limitExceeded` for more than
    ///   ``OpenDescriptor/mostInOneMessage``, `.invalidArgument` for one that is not open, or without bytes to travel with.
    public func send(_ bytes: [UInt8], passing descriptors: [Int32]) async throws(SocketError) {
        if descriptors.isEmpty { return try await send(bytes) }
        try checkPassing(bytes.count, descriptors)
        var operation = try beginSending().get()
        do {
            while true {
                switch try passStep(&operation, unsafe bytes.span.bytes, descriptors) {
                case .done: return
                case .wait where operation.sent == 0: await registration.waitCancellably(.write)
                case .yield where operation.sent == 0: await Task.yield()
                default: return try await sendRest(operation, unsafe bytes.span.bytes)
                }
            }
        } catch {
            throw OpenDescriptor.explain(error)
        }
    }

    /// Sends text as UTF-8, and descriptors with it. As ``send(_:passing:)-([UInt8],_)`` otherwise.
    public func send(_ text: String, passing descriptors: [Int32]) async throws(SocketError) {
        try await send(Array(text.utf8), passing: descriptors)
    }

    /// Waits for bytes, and the descriptors that were passed with them.
    ///
    ///     if let message = try await connection.receive(upTo: 1024, descriptors: 1) {
    ///         let file = message.descriptors.first
    ///     }
    ///
    /// The stream does not keep messages apart: bytes that were sent before those that carry the descriptors may come
    /// together with them, later ones do not. Whoever receives without asking for descriptors loses them: the kernel closes them.
    /// In C: `recvmsg` with `MSG_CMSG_CLOEXEC`.
    ///
    /// - Parameters:
    ///   - maximum: From 1 byte up; no more than 64 KiB come at once.
    ///   - limit: How many descriptors at most, from 0 up. When more come than that, or than this process may open, they are
    ///     all closed, and the bytes stay for the next receive.
    /// - Returns: nil once the peer has finished sending.
    /// - Cancellation, Concurrency: as ``receive(upTo:)``.
    /// - Throws: `.limitExceeded`, `.exhausted` as said; otherwise as ``receive(upTo:)``.
    public func receive(upTo maximum: Int, descriptors limit: Int) async throws(SocketError) -> DescriptorMessage? {
        var operation = Receiving()
        var came = CameWithDescriptors()
        var bytes: [UInt8] = []
        var count = 0
        try beginReceiving(&operation, upTo: maximum)
        while true {
            if hasBufferedBytes {
                // These bytes came without descriptors, or the descriptors were reported when they came.
                count = unsafe takeBuffered(&operation, upTo: maximum) { bytes = unsafe Array($0) }
            } else {
                count = operation.record(.success(try receiveStep(operation, upTo: maximum, into: &came)))
                if operation.isFinished { return try handOut(count, came, limit, operation) }
            }
            if operation.isFinished { break }
            await registration.pause(operation)
        }
        try operation.check()
        return count == 0 ? nil : DescriptorMessage(bytes: bytes, descriptors: [])
    }
}

/// What one receive has brought.
struct CameWithDescriptors {
    var bytes: [UInt8] = []
    var descriptors: [Int32] = []
    var areTruncated = false
    /// The length of the message, which may be more than there was room for.
    var wholeCount = 0
}

extension Connection {
    func checkPassing(_ count: Int, _ descriptors: [Int32]) throws(SocketError) {
        guard count > 0 else {
            throw SocketError(.invalidArgument, .send, detail: "descriptors travel with bytes: send at least one")
        }
        let checked = registration.using { socket -> Result<Void, SocketError> in
            Result { () throws(SocketError) in try OpenDescriptor.check(passing: descriptors, on: socket) }
        }
        if case .failure(let error)? = checked { throw error.with(local: nil, remote: remoteAddress) }
    }

    /// One attempt at the beginning, with which the descriptors go. As `sendStep` otherwise.
    func passStep(
        _ operation: inout Sending,
        _ bytes: RawSpan,
        _ descriptors: [Int32]
    ) throws(SocketError) -> SendStep {
        let count = bytes.byteCount
        return try sendStep(&operation, of: count) { socket throws(Errno) in
            let sent = try unsafe bytes.withUnsafeBytes { memory throws(Errno) in
                try unsafe Syscalls.send(socket, memory.baseAddress, count: count, passing: descriptors)
            }
            return Attempt(count: sent, isShort: sent < count)
        }
    }

    /// Keeps the claim: what came is looked at before anybody else may receive.
    func receiveStep(
        _ operation: Receiving,
        upTo maximum: Int,
        into came: inout CameWithDescriptors
    ) throws(SocketError) -> Step {
        let step = receiveStep(operation, endsWhen: .callerSays) { socket throws(Errno) in
            let memory = LoopBuffer.take()
            defer { memory.giveBack() }
            let room = min(maximum, LoopBuffer.byteCount)
            let one = try unsafe Syscalls.receivePassed(socket, into: memory.base, room: room)
            let count = min(one.arrival.length, room)
            came.bytes = unsafe Array(UnsafeRawBufferPointer(start: memory.base, count: count))
            came.descriptors = one.descriptors
            came.areTruncated = one.areTruncated
            came.wholeCount = one.arrival.length
            // Never short: a stream stops at each piece that carries descriptors, and more may follow it.
            return Attempt(count: count, isShort: false)
        }
        return try step.get()
    }

    private func handOut(
        _ count: Int,
        _ came: CameWithDescriptors,
        _ limit: Int,
        _ operation: Receiving
    ) throws(SocketError) -> DescriptorMessage? {
        defer { registration.end(.read) }
        do {
            let open = try OpenDescriptor.wrap(came.descriptors, areTruncated: came.areTruncated, atMost: limit)
            return count == 0 ? nil : DescriptorMessage(bytes: came.bytes, descriptors: open)
        } catch {
            putBack(unsafe came.bytes.span.bytes)
            throw error.adding(detail: "the bytes are kept for the next receive").with(
                local: nil,
                remote: remoteAddress
            )
        }
    }
}
