public import SockeyeSystem

// A receive takes whatever has come; a read takes something whole: so many bytes, a line, a message. It is a claim of the
// read direction that lasts for as many receives as it needs. What has come waits in `held` until the whole is there, so
// that a read that is cancelled, or that fails, has taken nothing; and what came beyond it stays there for the next one.

extension Connection {
    /// Waits until so many bytes have come and returns them.
    ///
    ///     let header = try await connection.receive(exactly: 4)
    ///
    /// - Parameter count: From 0 up. Memory grows with what has come, not with what was asked for.
    /// - Cancellation: ends at once with `.cancelled` and loses nothing: what had come stays for the next receive.
    /// - Concurrency: one receive at a time, of whatever kind; a second one throws `.busy`. Sending goes on beside it.
    /// - Throws: `.endOfStream` when the peer has finished before all of them had come, with how many had: those stay,
    ///   and ``receive(upTo:)`` returns them. `.invalidArgument` for a negative count; otherwise as
    ///   ``receive(upTo:)``.
    ///
    /// In C: `recv`, until all of it has come.
    @inlinable
    @inline(__always)
    public func receive(
        exactly count: Int,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) -> [UInt8] {
        try await read(Reading(count: count)).result ?? []
    }

    /// Waits until a delimiter has come and returns everything before it, and the delimiter too.
    ///
    ///     while let head = try await connection.receive(until: "\r\n\r\n", upTo: 8192) { … }
    ///
    /// What has come beyond the delimiter stays for the next receive.
    ///
    /// - Parameters:
    ///   - delimiter: Text, as UTF-8.
    ///   - maximum: How many bytes at most, with the delimiter.
    /// - Returns: nil once the peer has finished sending and nothing is left.
    /// - Cancellation, Concurrency: as ``receive(exactly:)``.
    /// - Throws: `.limitExceeded` when no delimiter ends within `maximum` bytes, `.endOfStream` when the peer finished
    ///   before one came; the bytes stay, and ``receive(upTo:)`` returns them. `.invalidArgument` for an empty delimiter
    ///   or a maximum that has no room for it; otherwise as ``receive(upTo:)``.
    public func receive(
        until delimiter: String,
        upTo maximum: Int,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) -> [UInt8]? {
        try await receive(until: Array(delimiter.utf8), upTo: maximum)
    }

    /// Waits until a delimiter of these bytes has come. As ``receive(until:upTo:)-(String,_)`` otherwise.
    @inlinable
    @inline(__always)
    public func receive(
        until delimiter: [UInt8],
        upTo maximum: Int,
        isolation: isolated (any Actor)? = #isolation
    ) async throws(SocketError) -> [UInt8]? {
        try await read(Reading(delimiter: delimiter, maximum: maximum)).result
    }

    /// The shell around the steps: see the comment in `Registration+Operation.swift`.
    @inlinable
    @inline(__always)
    func read(_ wanted: Reading, isolation: isolated (any Actor)? = #isolation) async throws(SocketError) -> Reading {
        var reading = wanted
        let operation: Receiving
        switch beginReading(reading) {
        case .success(let begun): operation = begun
        case .failure(let error): throw error
        }
        while true {
            switch readStep(operation, &reading) {
            case .success(.done): return reading
            case .success(.wait): await waitForInput(operation)
            case .success(.yield): await yieldToOthers()
            case .failure(let error): throw error
            }
        }
    }
}

extension Connection {
    @usableFromInline
    func beginReading(_ reading: Reading) -> Result<Receiving, SocketError> {
        if let flaw = reading.flaw { return .failure(flaw.with(local: nil, remote: remoteAddress)) }
        return beginReceiving(upTo: 1)
    }

    /// Takes what is wanted from what has come, and receives more while that is too little. Failing, and being done, give
    /// the direction back.
    @usableFromInline
    func readStep(_ operation: Receiving, _ reading: inout Reading) -> Result<Step, SocketError> {
        do throws(SocketError) {
            return .success(try takeOrReceive(operation, &reading))
        } catch {
            return .failure(error)
        }
    }

    @inline(__always)
    private func takeOrReceive(_ operation: Receiving, _ reading: inout Reading) throws(SocketError) -> Step {
        if unsafe held != nil {
            if registration.loop.isCurrent, registration.loop.spendOperation() { return .yield }
            if try take(&reading, operation) { return .done(1) }
        } else if reading.wantsNothing, try take(&reading, operation) {
            return .done(1)
        }
        while true {
            let step = try receiveMore(operation)
            guard case .done(let count) = step else { return step }
            if count == 0 {
                try finish(&reading, operation)
                return .done(0)
            }
            if try take(&reading, operation) { return .done(1) }
        }
    }

    /// What the socket has, into `held`.
    @inline(__always)
    private func receiveMore(_ operation: Receiving) throws(SocketError) -> Step {
        let step = receiveStep(operation, endsWhen: .callerSays) { descriptor throws(Errno) in
            let memory = LoopBuffer.take()
            defer { memory.giveBack() }
            let count = try unsafe Syscalls.receive(descriptor, into: memory.base, count: LoopBuffer.byteCount)
            if count > 0 {
                let bytes = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(start: memory.base, count: count))
                if unsafe held == nil { unsafe held = InputBuffer() }
                unsafe held?.append(bytes)
            }
            return Attempt(count: count, isShort: count < LoopBuffer.byteCount && count > 0)
        }
        return try step.get()
    }

    @inline(__always)
    private func take(_ reading: inout Reading, _ operation: Receiving) throws(SocketError) -> Bool {
        var input = unsafe held ?? InputBuffer()
        unsafe held = nil
        do {
            let isDone = try reading.take(from: &input)
            observation?.note { isDone || input.isEmpty ? "" : reading.missing(in: input, "have come") }
            keep(input)
            if isDone { registration.end(.read) }
            return isDone
        } catch {
            keep(input)
            throw give(up: operation, error)
        }
    }

    private func finish(_ reading: inout Reading, _ operation: Receiving) throws(SocketError) {
        var input = unsafe held ?? InputBuffer()
        do {
            try reading.finish(&input)
            keep(input)
            registration.end(.read)
        } catch {
            throw give(up: operation, error)
        }
    }

    @inline(__always)
    private func keep(_ input: InputBuffer) {
        unsafe held = input.isEmpty ? nil : input
    }

    /// Ends a read because of what has come, and tells the observer.
    private func give(up operation: Receiving, _ failure: SocketError) -> SocketError {
        registration.end(.read)
        let error = failure.with(local: nil, remote: remoteAddress)
        observation?.report(
            .receive,
            since: operation.start,
            local: localAddress,
            remote: remoteAddress,
            error: error
        )
        return error
    }
}

// What a receive does when a read has left something: it hands that out, at once, and gives the direction back. The
// observer was told of these bytes when they came.

extension Connection {
    @inline(never)
    func takeHeld(upTo maximum: Int, into bytes: inout [UInt8]) -> Step {
        takeHeld(upTo: maximum) { input, count in bytes = input.take(count) }
    }

    @inline(never)
    func takeHeld(into buffer: inout OutputRawSpan) -> Step {
        takeHeld(upTo: buffer.freeCapacity) { input, count in
            unsafe buffer.withUnsafeMutableBytes { memory, initialized in
                guard let base = memory.baseAddress else { return }
                unsafe input.take(count, into: base + initialized)
                initialized += count
            }
        }
    }

    @inline(never)
    func takeHeld(upTo maximum: Int, lending lent: inout LoopBuffer) -> Step {
        takeHeld(upTo: min(maximum, LoopBuffer.byteCount)) { input, count in
            lent = LoopBuffer.take()
            if let base = unsafe lent.base { unsafe input.take(count, into: base) }
        }
    }

    private func takeHeld(upTo maximum: Int, _ body: (inout InputBuffer, Int) -> Void) -> Step {
        if registration.loop.isCurrent, registration.loop.spendOperation() { return .yield }
        var input = unsafe held ?? InputBuffer()
        unsafe held = nil
        let count = min(maximum, input.count)
        body(&input, count)
        keep(input)
        registration.end(.read)
        return .done(count)
    }
}
