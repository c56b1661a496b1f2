import Sockeye
import SockeyeSystem

/// `--hub`: what one client sends, every other receives.
///
/// Each member has a queue and a task that empties it, so nobody waits for anybody. All the queues share the bytes
/// themselves: what ten thousand members are still to get is in memory once.
final class Hub: ServerRole {
    let framing: Framing?
    let audience: Audience?
    private let members = Locked<[Int: HubMember]>([:])
    private let lastNumber = Locked(0)
    /// The server's own terminal, where a line can be typed and the others be heard at once.
    private let screen: PromptScreen?
    /// 4 MiB for each member who does not keep up: some seconds of a busy hub, and not the server's whole memory. Several of
    /// the largest messages fit in any case.
    private let largestQueue: Int
    /// 10 s for what is still in the queue of a member that has finished sending.
    private static let farewell = Duration.seconds(10)

    init(framing: Framing?, audience: Audience?) {
        self.framing = framing
        self.audience = audience
        let screen = StandardStream.input.isTerminal ? PromptScreen() : nil
        self.screen = screen?.isEditing == true ? screen : nil
        largestQueue = max(4 << 20, 4 * (framing?.maximumLength ?? 0))
    }

    func hold(with connection: Connection) async throws {
        let number = lastNumber.with { number in
            number += 1
            return number
        }
        let member = HubMember(connection, largestQueue: largestQueue)
        members.with { $0[number] = member }
        if audience != nil { await say("\(connection.remoteAddress) has joined") }
        async let sending: Void = member.sendAll()
        do {
            try await listen(to: connection, number)
        } catch {
            await leave(number, member)
            throw error
        }
        await leave(number, member)
        // Who has finished sending has left, but still gets what was said before, if it takes it.
        let limit = LoopTask.start { if await LoopTask.sleep(for: Self.farewell) { connection.abort() } }
        await sending
        limit.cancel()
    }

    private func listen(to connection: Connection, _ number: Int) async throws {
        let dialogue = Dialogue(connection, framing)
        var display = dialogue.display
        while let bytes = try await dialogue.next(shownTo: audience) {
            await pass(on: bytes, from: number, of: connection.remoteAddress)
            await show(display.render(bytes))
        }
        await show(display.finish())
    }

    private func pass(on message: [UInt8], from number: Int, of client: SocketAddress) async {
        do throws(SocketError) {
            await send(try framing?.encoded(message) ?? message, from: number)
        } catch {
            // Some framings can say something that would be read as something else when it is said again.
            await say("A message of \(client) is not passed on: \(SafeText.line(error.detail ?? "\(error.code)")).")
        }
    }

    private func show(_ bytes: [UInt8]) async {
        guard let screen, !bytes.isEmpty else { return await audience?.show(bytes) ?? () }
        await screen.interrupted { await audience?.show(bytes) }
    }

    private func say(_ line: String) async {
        guard let screen else { return Console.say(line) }
        await screen.interrupted { Console.say(line) }
    }

    private func leave(_ number: Int, _ member: HubMember) async {
        members.with { $0[number] = nil }
        member.finish()
        if audience != nil { await say("\(member.connection.remoteAddress) has left") }
    }

    /// To everybody but the one who said it; nil for the server's own terminal.
    private func send(_ bytes: [UInt8], from sender: Int?) async {
        for (number, member) in members.with({ $0 }) where number != sender {
            guard !member.take(bytes) else { continue }
            EventLog.current?.tellCutOff(member.connection, "slow")
            member.connection.abort()
            await say("\(member.connection.remoteAddress) does not keep up, and is cut off")
        }
    }

    /// Ends the conversation of every member, after what it is still to get.
    func finish() {
        for member in members.with({ Array($0.values) }) { member.finish() }
    }

    // MARK: The server's own terminal

    /// What is typed here, or comes from a pipe, goes to every member, until that ends.
    ///
    /// - Returns: Whether anything came: an empty input, such as `/dev/null`, takes no part.
    func takePart(with input: Input) async throws -> Bool {
        if let screen {
            try await takeLines(from: input, screen)
            return true
        }
        var hasSpoken = StandardStream.input.isTerminal
        if framing != nil {
            var lines = InputLines(input, for: framing)
            while let line = try await lines.next() {
                hasSpoken = true
                await say(line: line)
            }
        } else {
            while let bytes = try await input.next() {
                hasSpoken = true
                await send(bytes, from: nil)
            }
        }
        return hasSpoken
    }

    private func takeLines(from input: Input, _ screen: PromptScreen) async throws {
        var lines = PromptLines(screen, input, for: framing)
        screen.showPrompt()
        defer { screen.end() }
        while let line = try await lines.next() {
            screen.lineWasTyped()
            if line == Prompt.exit { return }
            await say(line: line)
            screen.showPrompt()
        }
    }

    /// A message, or without messages a line with its newline: the members are to see where it ends.
    private func say(line: [UInt8]) async {
        do throws(SocketError) {
            await send(try framing?.encoded(line) ?? line + [UInt8(ascii: "\n")], from: nil)
        } catch {
            Console.say("Not sent: \(SafeText.line(error.detail ?? "\(error.code)")).")
        }
    }

    /// The terminal as it was.
    func leaveTerminal() { screen?.end() }
}

/// One client of a hub, with what is still to be sent to it.
final class HubMember: Sendable {
    private struct State {
        var queue: [[UInt8]] = []
        /// In the queue and on its way, each message with what it costs besides its bytes.
        var weight = 0
        var isFinished = false
        /// The task that empties the queue, while there is nothing in it.
        var sender: CheckedContinuation<Void, Never>?

        /// - Returns: whom to resume, outside of the lock.
        mutating func wake() -> CheckedContinuation<Void, Never>? {
            defer { sender = nil }
            return sender
        }
    }

    let connection: Connection
    private let largestQueue: Int
    private let state = Locked(State())

    init(_ connection: Connection, largestQueue: Int) {
        self.connection = connection
        self.largestQueue = largestQueue
    }

    /// 64 bytes for keeping one in the queue: else a member could be owed a million empty messages.
    private static func weight(_ message: [UInt8]) -> Int { message.count + 64 }

    /// Adds to the queue. False: it is full, and this member is lost; once only.
    func take(_ bytes: [UInt8]) -> Bool {
        let (fits, sender) = state.with { state -> (Bool, CheckedContinuation<Void, Never>?) in
            guard !state.isFinished else { return (true, nil) }
            guard state.weight + Self.weight(bytes) <= largestQueue else {
                state.isFinished = true
                state.queue = []
                return (false, state.wake())
            }
            state.queue.append(bytes)
            state.weight += Self.weight(bytes)
            return (true, state.wake())
        }
        sender?.resume()
        return fits
    }

    /// Nothing more is added; what is there is still sent.
    func finish() {
        let sender = state.with { state in
            state.isFinished = true
            return state.wake()
        }
        sender?.resume()
    }

    /// Sends what the queue holds, until it is finished and empty, or the member is gone; then the end.
    func sendAll() async {
        while let batch = await nextBatch() {
            do {
                try await connection.send(batch.count == 1 ? batch[0] : Array(batch.joined()))
            } catch {
                // Gone or cut off; the reading side says so.
                return state.with { state in
                    state.isFinished = true
                    state.queue = []
                }
            }
            let weight = batch.reduce(0) { $0 + Self.weight($1) }
            state.with { $0.weight -= weight }
        }
        // The member sees the end, and will mostly answer with its own. One that is cut off sees none: this task is cancelled then.
        try? await connection.finishSending()
    }

    /// 16 KiB: enough for a system call, and little enough that ten thousand members may each have a copy.
    private static let largestBatch = 16_384

    /// The next message, and those small ones behind it that leave in the same system call; nil at the end.
    private func nextBatch() async -> [[UInt8]]? {
        while true {
            let (batch, isFinished) = state.with { state in
                var bytes = 0
                let count = state.queue.prefix { message in
                    bytes += message.count
                    return bytes <= Self.largestBatch
                }.count
                let batch = Array(state.queue.prefix(max(1, count)))
                state.queue.removeFirst(batch.count)
                return (batch, state.isFinished)
            }
            if !batch.isEmpty { return batch }
            if isFinished || Task.isCancelled { return nil }
            await waitForMore()
        }
    }

    private func waitForMore() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isDue = state.with { state in
                    if !state.queue.isEmpty || state.isFinished || Task.isCancelled { return true }
                    state.sender = continuation
                    return false
                }
                if isDue { continuation.resume() }
            }
        } onCancel: {
            state.with { $0.wake() }?.resume()
        }
    }
}
