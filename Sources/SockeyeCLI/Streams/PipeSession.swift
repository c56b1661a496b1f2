import Sockeye

/// Standard input to the peer and the peer to standard output, both at once, until the peer has finished.
struct PipeSession: Sendable {
    let dialogue: Dialogue
    let input: Input
    var conduct = Conduct()
    var progress = ConnectProgress()

    private enum Part: Sendable {
        case sent((any Error)?)
        case received((any Error)?)
        case waitIsOver
        case waitWasCancelled
        case inputIsSilent
    }

    /// - Throws: what ended one of the directions early; what came before is written.
    func run() async throws {
        try await withThrowingTaskGroup(of: Part.self) { group in
            group.addTask { .sent(await send()) }
            group.addTask { .received(await receive()) }
            var sendFailure, receiveFailure: (any Error)?
            var isWaitOver = false
            var directions = 2
            while directions > 0, let part = try await group.next() {
                switch part {
                case .sent(let failure):
                    directions -= 1
                    sendFailure = failure
                    // An input that cannot be read, or sent, is no reason to wait for the peer.
                    if failure is Failure { group.cancelAll() }
                    guard failure == nil, let wait = conduct.receives ? conduct.wait : .zero else { break }
                    group.addTask { await LoopTask.sleep(for: wait) ? .waitIsOver : .waitWasCancelled }
                case .received(let failure):
                    directions -= 1
                    receiveFailure = failure
                    guard failure == nil, conduct.endsWithPeer else { break }
                    group.addTask { await waitForSilence() ? .inputIsSilent : .waitWasCancelled }
                case .inputIsSilent:
                    input.endWhenNothingIsReady()
                case .waitWasCancelled:
                    break
                case .waitIsOver:
                    isWaitOver = true
                    group.cancelAll()
                }
            }
            group.cancelAll()
            if let failure = sendFailure as? Failure { throw failure }
            // What the peer did explains why sending failed, so its answer comes first.
            if !isWaitOver, let failure = receiveFailure ?? sendFailure { throw failure }
        }
    }

    /// All of the input, then FIN: the end of the input is part of the conversation.
    private func send() async -> (any Error)? {
        guard conduct.sends else { return nil }
        progress.inputBegins()
        do {
            if let framing = dialogue.framing {
                try await sendLines(framing)
            } else {
                var returns = ReturnInserter()
                while let bytes = try await input.next() {
                    let taken = conduct.endsLinesWithReturn ? returns.take(bytes) : bytes
                    try await progress.sending(bytes.count) { try await dialogue.send(taken) }
                }
            }
            // For who is cancelled the input ends early.
            if !Task.isCancelled { progress.inputHasEnded() }
            if conduct.halfCloses { try await dialogue.connection.finishSending() }
            return nil
        } catch {
            return error
        }
    }

    /// Each line is a message; those that came together leave together.
    private func sendLines(_ framing: Framing) async throws {
        var lines = InputLines(input, for: framing)
        while let batch = try await lines.nextBatch() {
            var isRefused = false
            try await progress.sending(batch.reduce(0) { $0 + $1.count + 1 }) {
                isRefused = try await dialogue.offer(batch) != nil
            }
            if !isRefused { continue }
            // One of them cannot be carried, and nothing has gone out: what stands before it is sent.
            for (index, line) in batch.enumerated() {
                if let refusal = try await dialogue.offer([line]) {
                    throw Self.failure(refusal, line: lines.count - batch.count + index + 1)
                }
            }
        }
    }

    private static func failure(_ error: SocketError, line: Int) -> Failure {
        Failure(
            attempted: "send line \(line) of standard input as a message",
            happened: SafeText.line(error.detail ?? "\(error.code)"),
            cause: "this framing has no way to say such a message",
            next: ["--framing length:4   carries any bytes, where the other end speaks it too"],
            status: Failure.networkFailed
        )
    }

    /// 2 s: a peer that has finished sending may still be read to, and may as well be gone. Whoever has more for it says so by
    /// then; whoever holds standard input open for nothing, as many programs do, is not waited for without end.
    private static let silence = Duration.seconds(2)

    /// True: for a while nothing has come from standard input; false: the task was cancelled.
    private func waitForSilence() async -> Bool {
        while true {
            let before = input.pieces
            guard await LoopTask.sleep(for: Self.silence) else { return false }
            if let before, before == input.pieces { return true }
        }
    }

    /// Whatever comes, for as long as it takes: only the peer knows when its reply is complete.
    private func receive() async -> (any Error)? {
        var display = dialogue.display
        do {
            while let bytes = try await dialogue.next() {
                if conduct.receives { await Output.standard.write(display.render(bytes)) }
            }
            await Output.standard.write(display.finish())
            return nil
        } catch {
            input.endWhenNothingIsReady()
            await Output.standard.write(display.finish())
            return error
        }
    }
}

/// `--crlf`: a CR before each LF that has none, however the bytes are cut.
struct ReturnInserter {
    private var last: UInt8 = 0

    mutating func take(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for byte in bytes {
            if byte == 0x0A, last != 0x0D { result.append(0x0D) }
            result.append(byte)
            last = byte
        }
        return result
    }
}
