import Sockeye

/// Plays the clients of a recording in the order of its events, each when the server has answered what it had answered
/// then: so a question never comes before the answer that it followed.
struct ReplayPlayer {
    /// What became of one client.
    struct Result: Sendable, Equatable {
        let connection: Int
        var sentBytes = 0
        var sameBytes = 0
        var difference: AnswerComparison.Difference?
        /// What else was not as in the recording, in words.
        var trouble: String?
        /// What the recording lacks: then the answers are not known to be the same, even where no difference was found.
        var gap: RecordingGap?

        var isDifferent: Bool { difference != nil || trouble != nil }
        var isSame: Bool { !isDifferent && gap == nil }
    }

    private let events: [RelayEvent]
    private let gaps: [Int: RecordingGap]
    private let target: TypedAddress
    /// nil: as soon as the answers allow it. 1: as recorded, 2: twice as fast.
    private let speed: Double?
    private let patience: Duration

    private var clients: [Int: ReplayClient] = [:]
    private var results: [Int: Result] = [:]
    /// What each server has said so far in the recording.
    private var expected: [Int: Int] = [:]
    /// The server has ended in the recording: what the client still sent was lost then, too.
    private var endedThen: Set<Int> = []

    init(_ recording: Recording, to target: TypedAddress, speed: Double?, patience: Duration) {
        events = recording.events
        gaps = recording.gaps
        self.target = target
        self.speed = speed
        self.patience = patience
    }

    /// - Returns: A result for each connection, in the order of the recording.
    /// - Throws: when the server cannot be reached.
    mutating func run() async throws(SocketError) -> [Result] {
        let start = ContinuousClock.now
        let zero = events.first?.time ?? .zero
        do throws(SocketError) {
            for event in events {
                if let speed, event.isClients {
                    let left = ContinuousClock.now.duration(to: start + (event.time - zero) / speed)
                    if left > .zero { await LoopTask.sleep(for: left) }
                }
                if Task.isCancelled { throw SocketError(.cancelled, .receive) }
                try await play(event)
            }
        } catch {
            for client in clients.values { client.abort() }
            throw error
        }
        for number in clients.keys.sorted() { await finish(number) }
        for (number, gap) in gaps { results[number, default: Result(connection: number)].gap = gap }
        return results.values.sorted { $0.connection < $1.connection }
    }

    private mutating func play(_ event: RelayEvent) async throws(SocketError) {
        let number = event.connection
        if case .open = event.kind {
            try await open(number)
            return
        }
        guard let client = clients[number] else { return }
        switch event.kind {
        case .data(.client, let bytes):
            await attempt(number) { () async throws(SocketError) in try await client.send(bytes) }
            results[number]?.sentBytes += bytes.count
        case .data(.server, let bytes):
            expected[number, default: 0] += bytes.count
            if await !client.waitForBytes(expected[number] ?? 0, atMost: patience) { await finish(number) }
        case .end(.client):
            await attempt(number) { () async throws(SocketError) in try await client.finishSending() }
        case .end(.server), .reset(.server):
            endedThen.insert(number)
            if await !client.waitForEnd(atMost: patience) {
                results[number]?.trouble = "the server finished here in the recording, and now it does not"
                await finish(number)
            }
        case .reset(.client):
            client.abort()
            await finish(number)
        case .close, .cut, .stopped: await finish(number)
        case .open, .message, .failed: break
        }
    }

    private mutating func open(_ number: Int) async throws(SocketError) {
        var answers: [UInt8] = []
        for case .data(.server, let bytes) in events.lazy.filter({ $0.connection == number }).map(\.kind) {
            answers += bytes
        }
        let client = ReplayClient(try await ReplayTransport(to: target), recorded: answers)
        clients[number] = client
        results[number] = Result(connection: number)
        // It ends with its connection, which `finish` closes.
        LoopTask.start { await client.receive() }
    }

    private mutating func attempt(_ number: Int, _ body: () async throws(SocketError) -> Void) async {
        do throws(SocketError) {
            try await body()
        } catch {
            if endedThen.contains(number) { return }
            results[number]?.trouble = "\(error)"
            await finish(number)
        }
    }

    /// Closes a client's connection and keeps what it has found out.
    private mutating func finish(_ number: Int) async {
        guard let client = clients.removeValue(forKey: number) else { return }
        let known = client.result
        client.finishComparing(upTo: expected[number] ?? 0)
        await client.close()
        results[number]?.sameBytes = known.count
        var difference = client.result.difference
        // Where the recording has no end, nobody knows what came after it.
        if gaps[number] != nil, difference?.kind == .surplus { difference = nil }
        results[number]?.difference = difference
        if difference != nil, let failure = known.failure { results[number]?.trouble = "\(failure)" }
    }
}

extension RelayEvent {
    /// Something that a client does, and that has its time.
    fileprivate var isClients: Bool {
        switch kind {
        case .open, .data(.client, _), .end(.client), .reset(.client): true
        default: false
        }
    }
}
