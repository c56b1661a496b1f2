public import Sockeye
internal import SockeyeSystem

extension ScriptedPeer {
    /// Plays the script on a connection, such as one end of ``/Sockeye/Connection/pair(options:)``. It stays open.
    ///
    /// - Cancellation: ends at once, in whatever step it is.
    /// - Throws: ``ScriptMismatch``, also for an error of the connection and for a step that takes too long;
    ///   `CancellationError`.
    public func play(on connection: Connection) async throws {
        for (index, step) in steps.enumerated() {
            try await play(step, number: index + 1, on: connection)
        }
    }

    /// Connects, plays the script, and closes the connection.
    ///
    /// - Throws: As ``play(on:)``, and what connecting throws.
    public func connect(to endpoint: Endpoint) async throws {
        try await withConnection(to: endpoint) { try await play(on: $0) }
    }

    /// The same with the address that a listener says it has. As ``connect(to:)-(Endpoint)``.
    public func connect(to address: SocketAddress) async throws {
        try await connect(to: .address(address))
    }

    /// Is a server while `body` runs: each client that comes gets the script from its beginning.
    ///
    /// When `body` is over it waits for the scripts that are still played, and then for no more clients.
    ///
    ///     try await peer.serve { endpoint in try await myClient.run(endpoint) }
    ///
    /// - Parameters:
    ///   - address: Where; a free port of this computer unless said otherwise.
    ///   - body: Gets the endpoint to connect to.
    /// - Returns: What `body` returned.
    /// - Throws: The first ``ScriptMismatch``, with what `body` has thrown too in ``ScriptMismatch/bodyError``, and also one
    ///   that says that nobody has connected; what `body` throws, when all the scripts went well.
    public func serve<Result: Sendable>(
        at address: Endpoint = "127.0.0.1:0",
        _ body: (Endpoint) async throws -> Result
    ) async throws -> Result {
        let listener = try await Listener.bind(to: address)
        let outcome = Locked(Outcome())
        async let serving: Void? = try? listener.serve { await self.host($0, outcome) }
        let result: Swift.Result<Result, any Error>
        do {
            result = .success(try await body(.address(listener.localAddress)))
        } catch {
            result = .failure(error)
        }
        await listener.shutdown(drain: longest)
        _ = await serving
        if case .unixPath(let path) = listener.localAddress.kind { SystemFile.remove(path) }
        let (clients, failure) = outcome.with { ($0.clients, $0.failure) }
        if let failure {
            guard case .failure(let error) = result, var mismatch = failure as? ScriptMismatch else { throw failure }
            mismatch.bodyError = error
            throw mismatch
        }
        let value = try result.get()
        guard clients > 0 || steps.isEmpty else { throw mismatch(1, steps[0], "nobody has connected") }
        return value
    }

    private struct Outcome: Sendable {
        var clients = 0
        var failure: (any Error)?
    }

    private func host(_ connection: Connection, _ outcome: Locked<Outcome>) async {
        outcome.with { $0.clients += 1 }
        do {
            try await play(on: connection)
        } catch {
            outcome.with { $0.failure = $0.failure ?? error }
            // Whoever waits for the rest of the script must not wait on.
            connection.abort()
        }
    }

    /// How long the whole script may take at most.
    private var longest: Duration {
        steps.reduce(timeLimit) { sum, step in
            if case .pause(let time) = step { sum + time + timeLimit } else { sum + timeLimit }
        }
    }

    // MARK: Steps

    private func play(_ step: Step, number: Int, on connection: Connection) async throws {
        let come = Locked<[UInt8]>([])
        do {
            try await withTimeout(limit(of: step)) { try await perform(step, number, on: connection, come) }
        } catch let error as ScriptMismatch {
            throw error
        } catch let error as SocketError where error.code == .timedOut && error.errno == nil {
            throw mismatch(number, step, "it took longer than \(timeLimit)", come.with { $0 })
        } catch let error as SocketError where error.code == .cancelled {
            throw CancellationError()
        } catch let error as SocketError {
            throw mismatch(number, step, "\(error)", come.with { $0 })
        }
    }

    private func limit(of step: Step) -> Duration {
        if case .pause(let time) = step { timeLimit + time } else { timeLimit }
    }

    private func perform(
        _ step: Step,
        _ number: Int,
        on connection: Connection,
        _ come: Locked<[UInt8]>
    ) async throws {
        switch step {
        case .expect(let bytes): try await expect(bytes, step, number, on: connection, come)
        case .expectEnd:
            if let more = try await connection.receive(upTo: 64) {
                throw mismatch(number, step, "there was more", more)
            }
        case .expectReset: try await expectReset(step, number, on: connection)
        case .send(let bytes): try await connection.send(bytes)
        case .pause(let time):
            await LoopTask.sleep(for: time)
            try Task.checkCancellation()
        case .wait(for: let cue):
            await cue.wait()
            try Task.checkCancellation()
        case .finishSending: try await connection.finishSending()
        case .reset: connection.abort()
        }
    }

    private func expect(
        _ bytes: [UInt8],
        _ step: Step,
        _ number: Int,
        on connection: Connection,
        _ come: Locked<[UInt8]>
    ) async throws {
        var received: [UInt8] = []
        while received.count < bytes.count {
            guard let piece = try await connection.receive(upTo: bytes.count - received.count) else {
                throw mismatch(number, step, "the stream ended after \(received.count) of them", received)
            }
            received += piece
            come.with { [received] in $0 = received }
            let place = ScriptMismatch.firstDifference(bytes, received)
            if place < received.count { throw mismatch(number, step, "byte \(place + 1) is another", received) }
        }
    }

    private func expectReset(_ step: Step, _ number: Int, on connection: Connection) async throws {
        do {
            let more = try await connection.receive(upTo: 64)
            throw mismatch(number, step, more == nil ? "the stream ended without one" : "there was more", more ?? [])
        } catch let error as SocketError where error.code == .reset {
            return
        }
    }

    private func mismatch(_ number: Int, _ step: Step, _ happened: String, _ bytes: [UInt8] = []) -> ScriptMismatch {
        var expected: [UInt8]?
        if case .expect(let wanted) = step { expected = wanted }
        return ScriptMismatch(
            step: number,
            of: steps.count,
            step.words,
            expected: expected,
            received: bytes,
            happened
        )
    }
}

extension ScriptedPeer.Step {
    /// `expect 6 bytes`
    fileprivate var words: String {
        switch self {
        case .expect(let bytes): "expect \(bytes.count == 1 ? "1 byte" : "\(bytes.count) bytes")"
        case .expectEnd: "expect the end"
        case .expectReset: "expect a reset"
        case .send(let bytes): "send \(bytes.count == 1 ? "1 byte" : "\(bytes.count) bytes")"
        case .pause(let time): "pause for \(time)"
        case .wait: "wait for the cue"
        case .finishSending: "finish sending"
        case .reset: "reset"
        }
    }
}
