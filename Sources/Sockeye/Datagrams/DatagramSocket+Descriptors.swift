public import SockeyeSystem

extension DatagramSocket {
    /// Sends a datagram and, with it, copies of open descriptors to another program.
    ///
    ///     try await socket.send("a log file", to: server, passing: [file.descriptor])
    ///
    /// The descriptors stay open here and stay the caller's; keep them open until this returns. In C: `sendmsg` with
    /// `SCM_RIGHTS`.
    ///
    /// - Parameter address: Where to; nil for the peer of a connected socket.
    /// - Cancellation: ends at once with `.cancelled`, and nothing was sent.
    /// - Concurrency: a send like any other: one at a time.
    /// - Throws: `.unsupported` on anything but a Unix socket, `.limitExceeded` for more than
    ///   ``OpenDescriptor/mostInOneMessage``, `.invalidArgument` for one that is not open; otherwise as
    ///   ``send(_:to:from:)-([UInt8],SocketAddress,_)``.
    public func send(
        _ bytes: [UInt8],
        to address: SocketAddress? = nil,
        passing descriptors: [Int32],
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) {
        try check(passing: descriptors, .send)
        let operation = try beginSending(to: address).get()
        var room = RoomWait()
        while true {
            switch try passStep(operation, unsafe bytes.span.bytes, address, descriptors) {
            case .done: return
            case .wait: await waitForRoom(at: address, &room)
            case .yield: await Task.yield()
            }
        }
    }

    /// Sends text as UTF-8, and descriptors with it. As ``send(_:to:passing:)-([UInt8],_,_)`` otherwise.
    public func send(
        _ text: String,
        to address: SocketAddress? = nil,
        passing descriptors: [Int32],
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) {
        try await send(Array(text.utf8), to: address, passing: descriptors)
    }

    /// Waits for a datagram, and the descriptors that were passed with it.
    ///
    ///     let (datagram, descriptors) = try await socket.receive(descriptors: 1)
    ///
    /// Whoever receives without asking for descriptors loses them: the kernel closes them. In C: `recvmsg` with
    /// `MSG_CMSG_CLOEXEC`.
    ///
    /// - Parameters:
    ///   - maximum: How many of its bytes are kept, from 1 up. What does not fit is lost: ``Datagram/isTruncated`` tells.
    ///   - limit: How many descriptors at most, from 0 up. When more come than that, or than this process may open, they are
    ///     all closed, and the datagram is lost.
    /// - Returns: Each descriptor is close-on-exec, and closes if nobody takes it over. Often there are none.
    /// - Cancellation: ends at once with `.cancelled`; no datagram is lost.
    /// - Concurrency: one receive at a time; a second one throws `.busy`.
    /// - Throws: `.unsupported` on anything but a Unix socket; `.limitExceeded`, `.exhausted` as said; otherwise as
    ///   ``receive(upTo:)->Datagram``.
    public func receive(
        upTo maximum: Int = 65_536,
        descriptors limit: Int,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) -> (datagram: Datagram, descriptors: [OpenDescriptor]) {
        try check(passing: [], .receive)
        var operation = Receiving()
        var came = CameWithDescriptors()
        var header = Datagram.Header.none
        try beginReceiving(&operation, upTo: maximum)
        while true {
            _ = operation.record(receiveStep(operation, upTo: maximum, into: &came, &header))
            if operation.isFinished { break }
            await registration.pause(operation)
        }
        try operation.check()
        do {
            let open = try OpenDescriptor.wrap(came.descriptors, areTruncated: came.areTruncated, atMost: limit)
            return (Datagram(bytes: came.bytes, header: header), open)
        } catch {
            throw error.adding(detail: "the datagram is lost").with(local: localAddress, remote: header.from)
        }
    }
}

extension DatagramSocket {
    private func check(
        passing descriptors: [Int32],
        _ operation: SocketError.Operation
    ) throws(SocketError) {
        guard traits.family == .unix else {
            let detail = "only a Unix socket passes descriptors"
            throw SocketError(.unsupported, operation, localAddress: localAddress, detail: detail)
        }
        do {
            try OpenDescriptor.check(passing: descriptors, on: nil)
        } catch {
            throw error.with(local: localAddress, remote: remoteAddress)
        }
    }

    /// One attempt. Throwing, and being done, give the direction back.
    private func passStep(
        _ operation: Sending,
        _ bytes: RawSpan,
        _ address: SocketAddress?,
        _ descriptors: [Int32]
    ) throws(SocketError) -> Step {
        do {
            let step = try registration.step(.write, endsWhen: .allDone) { () throws(Errno) in
                let count = try unsafe bytes.withUnsafeBytes { memory throws(Errno) in
                    try unsafe Syscalls.send(
                        registration.descriptor,
                        memory.baseAddress,
                        count: memory.count,
                        to: address,
                        passing: descriptors
                    )
                }
                return Attempt(count: count, isShort: false)
            }
            if case .done(let count) = step, observation != nil {
                report(.send, since: operation.start, remote: address, byteCount: count, datagramCount: 1)
            }
            return step
        } catch {
            let failure = fail(.send, error, since: operation.start, to: address, byteCount: bytes.byteCount)
            throw OpenDescriptor.explain(failure)
        }
    }

    private func receiveStep(
        _ operation: Receiving,
        upTo maximum: Int,
        into came: inout CameWithDescriptors,
        _ header: inout Datagram.Header
    ) -> Result<Step, SocketError> {
        // As for a plain receive: a MiB is more than any Unix datagram has.
        let room = min(maximum, 1 << 20)
        return receiveStep(operation) { descriptor throws(Errno) in
            let memory = room > LoopBuffer.byteCount ? .heap(room) : LoopBuffer.take()
            defer {
                if room > LoopBuffer.byteCount { memory.free() } else { memory.giveBack() }
            }
            let one = try unsafe Syscalls.receivePassed(descriptor, into: memory.base, room: room)
            header = Datagram.Header(one.arrival, room: room, port: nil)
            came.bytes = unsafe Array(UnsafeRawBufferPointer(start: memory.base, count: header.byteCount))
            came.descriptors = one.descriptors
            came.areTruncated = one.areTruncated
            return header
        }
    }
}
