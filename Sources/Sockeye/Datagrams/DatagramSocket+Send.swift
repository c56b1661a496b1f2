public import SockeyeSystem

extension DatagramSocket {
    /// Sends a datagram to the connected peer.
    ///
    ///     try await socket.send("hi")
    ///
    /// It returns when the kernel has it. That says nothing about whether it arrives. No bytes make an empty datagram.
    ///
    /// - Cancellation: ends at once with `.cancelled`, and nothing was sent.
    /// - Concurrency: one send at a time; a second one throws `.busy`. Receiving goes on beside it. While the kernel's buffer is
    ///   full, or that of a Unix receiver, the sender is suspended.
    /// - Throws: `.messageTooLong`; `.notConnected` on a socket without a peer; `.refused` and the like when an earlier datagram
    ///   could not be delivered (this one has not been sent then); `.permissionDenied` for a broadcast address without
    ///   ``DatagramOptions/broadcast`` and for what a firewall of this computer forbids; `.closed` after ``close()``.
    ///
    /// In C: `sendmsg`.
    @inlinable
    @inline(__always)
    public func send(
        _ bytes: [UInt8],
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) {
        try await sendWhole(unsafe bytes.span.bytes, Destination(to: nil))
    }

    /// Sends text as UTF-8 to the connected peer. As ``send(_:)-([UInt8])`` otherwise.
    public func send(
        _ text: String,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) {
        try await send(Array(text.utf8))
    }

    /// Sends borrowed bytes to the connected peer. As ``send(_:)-([UInt8])`` otherwise.
    @inlinable
    @inline(__always)
    public func send(
        _ bytes: RawSpan,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) {
        try await sendWhole(bytes, Destination(to: nil))
    }

    /// Sends a datagram to an address.
    ///
    ///     try await socket.send("Got it!", to: datagram.from)
    ///
    /// As ``send(_:)-([UInt8])`` otherwise.
    ///
    /// - Parameters:
    ///   - address: Where to: of the family that the socket is bound to.
    ///   - source: An address of this computer to send from, such as ``Datagram/localAddress``; its port is the
    ///     socket's own. nil: the kernel chooses.
    /// - Throws: `.invalidAddress` for an address of another family, and for one that cannot be sent to; for a source of another
    ///   family than the address.
    @inlinable
    @inline(__always)
    public func send(
        _ bytes: [UInt8],
        to address: SocketAddress,
        from source: SocketAddress? = nil,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) {
        try await sendWhole(unsafe bytes.span.bytes, Destination(to: address, from: source))
    }

    /// Sends text as UTF-8 to an address. As ``send(_:to:from:)-([UInt8],SocketAddress,_)`` otherwise.
    public func send(
        _ text: String,
        to address: SocketAddress,
        from source: SocketAddress? = nil,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) {
        try await send(Array(text.utf8), to: address, from: source)
    }

    /// Sends borrowed bytes to an address. As ``send(_:to:from:)-([UInt8],SocketAddress,_)`` otherwise.
    @inlinable
    @inline(__always)
    public func send(
        _ bytes: RawSpan,
        to address: SocketAddress,
        from source: SocketAddress? = nil,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) {
        try await sendWhole(bytes, Destination(to: address, from: source))
    }

    /// Sends a datagram to where an endpoint leads. A name is looked up each time: whoever sends often keeps the address.
    ///
    ///     try await socket.send("hi", to: "localhost:1337")
    ///
    /// - Throws: `.nameNotFound`; `.invalidAddress` for a text that is no address, and for a name without one of this socket's
    ///   family; otherwise as ``send(_:to:from:)-([UInt8],SocketAddress,_)``.
    public func send(
        _ bytes: [UInt8],
        to endpoint: Endpoint,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) {
        try await send(bytes, to: try await address(of: endpoint))
    }

    /// Sends text as UTF-8 to where an endpoint leads. As ``send(_:to:)-([UInt8],Endpoint)`` otherwise.
    public func send(
        _ text: String,
        to endpoint: Endpoint,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) {
        try await send(Array(text.utf8), to: endpoint)
    }

    /// Sends a datagram if there is room for it now, and says whether there was.
    ///
    ///     if try !socket.trySend(answer, to: client) { print("\(client) does not read") }
    ///
    /// For a server whom one peer that does not read must not hold up. Only a Unix receiver is ever full for long.
    ///
    /// - Returns: false if nothing was sent.
    /// - Throws: as ``send(_:to:from:)-([UInt8],SocketAddress,_)``.
    public func trySend(
        _ bytes: [UInt8],
        to address: SocketAddress,
        from source: SocketAddress? = nil
    ) throws(SocketError) -> Bool {
        try trySend(bytes, Destination(to: address, from: source))
    }

    /// Sends a datagram to the connected peer if there is room for it now. As ``trySend(_:to:from:)`` otherwise.
    public func trySend(_ bytes: [UInt8]) throws(SocketError) -> Bool {
        try trySend(bytes, Destination(to: nil))
    }

    private func trySend(_ bytes: [UInt8], _ destination: Destination) throws(SocketError) -> Bool {
        let (address, source) = (destination.to, destination.from)
        let operation = try beginSending(destination).get()
        defer { registration.end(.write) }
        do throws(Errno) {
            let count = try unsafe bytes.span.bytes.withUnsafeBytes { memory throws(Errno) in
                try unsafe Syscalls.sendDatagram(
                    registration.descriptor,
                    memory.baseAddress,
                    count: memory.count,
                    to: address,
                    from: source
                )
            }
            if observation != nil {
                report(.send, since: operation.start, remote: address, byteCount: count, datagramCount: 1)
            }
            return true
        } catch .wouldBlock {
            return false
        } catch {
            let failure = OperationFailure.system(error)
            throw fail(.send, failure, since: operation.start, to: address, from: source, byteCount: bytes.count)
        }
    }

    /// Sends all the datagrams of a batch, each to its own address, with as few system calls as possible. Those of a
    /// connected socket all go to its peer.
    ///
    /// What has been received goes back to whom it came from, with ``DatagramOptions/localAddress`` from the address that it
    /// was sent to. What has gone out is no longer in the batch: afterwards it is empty.
    ///
    /// - Cancellation: ends at once with `.cancelled`; what has not gone out is still in the batch.
    /// - Throws: what is wrong with one of them, with its address; then that one is the first that is still in the batch.
    ///   Take it out (``DatagramBatch/removeFirst(_:)``) and send again, and the others go. Otherwise as
    ///   ``send(_:)-([UInt8])``.
    ///
    /// In C: `sendmmsg`.
    @inlinable
    @inline(__always)
    public func send(
        _ batch: DatagramBatch,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) {
        let operation: Sending
        switch beginSending(to: nil) {
        case .success(let begun): operation = begun
        case .failure(let error): throw error
        }
        switch sendStep(operation, batch) {
        case .success(.done): return
        case .success(.wait), .success(.yield): break
        case .failure(let error): throw error
        }
        try await sendRest(operation, batch)
        registration.slowPathEnded()
    }

    /// Mostly the kernel takes it at once, and then nothing here is asynchronous.
    @inlinable
    @inline(__always)
    func sendWhole(
        _ bytes: RawSpan,
        _ destination: Destination,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) {
        let operation: Sending
        switch beginSending(destination) {
        case .success(let begun): operation = begun
        case .failure(let error): throw error
        }
        switch sendStep(operation, bytes, destination) {
        case .success(.done): return
        case .success(.wait), .success(.yield): break
        case .failure(let error): throw error
        }
        try await sendRest(operation, bytes, destination)
        registration.slowPathEnded()
    }
}

/// Where a datagram goes, and where it comes from; nil for the peer, and for what the kernel chooses.
@usableFromInline
struct Destination: Sendable {
    @usableFromInline let to: SocketAddress?
    let from: SocketAddress?

    @usableFromInline
    init(to: SocketAddress?, from: SocketAddress? = nil) {
        self.to = to
        self.from = from
    }
}

extension DatagramSocket {
    @usableFromInline
    func beginSending(
        to address: SocketAddress?,
        from source: SocketAddress? = nil
    ) -> Result<Sending, SocketError> {
        if let address, !takes(address) { return .failure(refuse(address)) }
        if let source, let refusal = refusal(of: source, to: address) { return .failure(refusal) }
        let start = observation == nil ? 0 : Observation.now()
        do {
            _ = try registration.begin(.write)
        } catch {
            return .failure(fail(.send, error, since: start, to: address))
        }
        return .success(Sending(start: start))
    }

    @usableFromInline
    func beginSending(_ destination: Destination) -> Result<Sending, SocketError> {
        beginSending(to: destination.to, from: destination.from)
    }

    /// One attempt. Throwing, and being done, give the direction back.
    @usableFromInline
    func sendStep(
        _ operation: Sending,
        _ bytes: RawSpan,
        _ destination: Destination
    ) -> Result<SendStep, SocketError> {
        let step: Step
        do {
            let descriptor = registration.descriptor
            step = try registration.step(.write, endsWhen: .allDone) { () throws(Errno) in
                let count = try unsafe bytes.withUnsafeBytes { memory throws(Errno) in
                    try unsafe Syscalls.sendDatagram(
                        descriptor,
                        memory.baseAddress,
                        count: memory.count,
                        to: destination.to,
                        from: destination.from
                    )
                }
                return Attempt(count: count, isShort: false)
            }
        } catch {
            let (to, from, count) = (destination.to, destination.from, bytes.byteCount)
            return .failure(fail(.send, error, since: operation.start, to: to, from: from, byteCount: count))
        }
        switch step {
        case .wait: return .success(.wait)
        case .yield: return .success(.yield)
        case .done(let count):
            if observation != nil {
                report(.send, since: operation.start, remote: destination.to, byteCount: count, datagramCount: 1)
            }
            return .success(.done)
        }
    }

    /// Waits for room and tries again.
    @usableFromInline
    func sendRest(
        _ operation: Sending,
        _ bytes: RawSpan,
        _ destination: Destination,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) {
        var room = RoomWait()
        while true {
            switch try sendStep(operation, bytes, destination).get() {
            case .done: return
            case .wait: await waitForRoom(at: destination.to, &room)
            case .yield: await Task.yield()
            }
        }
    }

    @usableFromInline
    func sendStep(_ operation: Sending, _ batch: DatagramBatch) -> Result<SendStep, SocketError> {
        Result { () throws(SocketError) in try sendMany(operation, batch) }
    }

    private func sendMany(_ operation: Sending, _ batch: DatagramBatch) throws(SocketError) -> SendStep {
        let isConnected = remoteAddress != nil
        while !batch.isEmpty {
            let step: Step
            do {
                let descriptor = registration.descriptor
                step = try registration.step(.write, endsWhen: .callerSays) { () throws(Errno) in
                    Attempt(count: try batch.sendOnce(descriptor, isConnected: isConnected), isShort: false)
                }
            } catch {
                let (to, count) = (batch.remoteAddress(at: 0), batch.byteCount(first: 1))
                throw fail(.send, error, since: operation.start, to: to, byteCount: count)
            }
            switch step {
            case .wait: return .wait
            case .yield: return .yield
            case .done(let count):
                let bytes = observation == nil ? 0 : batch.byteCount(first: count)
                let remote = observation == nil || count > 1 ? remoteAddress : batch.remoteAddress(at: 0)
                batch.removeFirst(count)
                registration.loop.spend(datagrams: count)
                if observation != nil {
                    report(.send, since: operation.start, remote: remote, byteCount: bytes, datagramCount: count)
                }
            }
        }
        registration.end(.write)
        return .done
    }

    @usableFromInline
    func sendRest(
        _ operation: Sending,
        _ batch: DatagramBatch,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) {
        var room = RoomWait()
        while true {
            switch try sendStep(operation, batch).get() {
            case .done: return
            case .wait: await waitForRoom(at: remoteAddress == nil ? batch.remoteAddress(at: 0) : nil, &room)
            case .yield: await Task.yield()
            }
        }
    }

    /// The first address of an endpoint that this socket can send to.
    private func address(of endpoint: Endpoint) async throws(SocketError) -> SocketAddress {
        let addresses = try await traits.options.addresses(of: endpoint, for: .send)
        if let address = addresses.first(where: takes) { return address }
        if let only = addresses.first, addresses.count == 1 { throw refuse(only) }
        throw SocketError(
            .invalidAddress,
            .send,
            localAddress: localAddress,
            detail: "\"\(endpoint)\" has no \(traits.family) address, which is what this socket sends to"
        )
    }
}
