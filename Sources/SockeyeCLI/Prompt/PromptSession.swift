import Sockeye
import SockeyeSystem

/// A person and a peer: each line goes out as it was typed, and what comes is shown when it comes.
struct PromptSession: Sendable {
    let dialogue: Dialogue
    let input: Input
    let conduct: Conduct
    private let screen = PromptScreen()
    /// Whether the person has ended his side.
    private let isOver = Locked(false)
    /// 500 ms without an answer: the prompt comes back, and a later answer is shown when it comes.
    private static let patience = Duration.milliseconds(500)
    /// 3 s without any answer: a server may wait for the end of a line, which a prompt does not send.
    private static let bewilderment = Duration.seconds(3)
    /// Whether anything has come.
    private let isAnswered = Locked(false)
    /// Whether the peer has finished sending, and is talked to all the same.
    private let isAtEnd = Locked(false)
    /// 2 s, as long as closing waits too: for an answer that is on its way when the person ends.
    private static let farewell = Duration.seconds(2)
    /// 250 ms: how often is looked whether a peer that has finished is still there, which nothing tells by itself.
    private static let glance = Duration.milliseconds(250)

    init(_ dialogue: Dialogue, _ input: Input, _ conduct: Conduct = Conduct()) {
        self.dialogue = dialogue
        self.input = input
        self.conduct = conduct
    }

    func run() async throws {
        let receiving = LoopTask.start { await receive() }
        let ending = await withTaskCancellationHandler {
            await send()
        } onCancel: {
            receiving.cancel()
        }
        isOver.with { $0 = true }
        await wait(for: receiving, after: ending)
        var sendFailure: (any Error)?
        if case .failed(let error) = ending { sendFailure = error }
        let failure = farewell(try await receiving.value ?? sendFailure)
        if let failure, (failure as? SocketError)?.code != .cancelled || Task.isCancelled { throw failure }
    }

    /// Who has finished and then resets what still comes has most likely just closed, which is no failure of its own.
    private func farewell(_ failure: (any Error)?) -> (any Error)? {
        guard isAtEnd.with(\.self), let error = failure as? SocketError, error.code == .reset else { return failure }
        let peer = dialogue.connection.remoteAddress
        return Failure(
            attempted: "go on talking to \(peer)",
            happened: "\(error.reason)",
            cause: "it had finished sending and has closed the connection: what was typed after that was not read",
            next: ["the same command again waits for the next client"],
            status: Failure.networkFailed
        )
    }

    private enum Ending {
        /// Nothing more is to be sent, and what comes is wanted, as at the end of a pipe.
        case inputEnded
        /// `exit`: the person wants to go.
        case left
        case failed(any Error)
    }

    /// Until the peer has finished too, however late it answers; who wants to go waits no longer than closing does.
    private func wait(for receiving: Task<(any Error)?, any Error>, after ending: Ending) async {
        let peer = dialogue.connection.remoteAddress
        let hasFinished = Locked(false)
        let waiting: @Sendable () async -> Void = {
            await withTaskCancellationHandler {
                _ = await receiving.result
            } onCancel: {
                receiving.cancel()
            }
            if !Task.isCancelled { hasFinished.with { $0 = true } }
        }
        if !conduct.receives { return await Patience.run(for: .zero, waiting) }
        if let limit = conduct.wait { return await Patience.run(for: limit, waiting) }
        guard case .inputEnded = ending, conduct.halfCloses else {
            await Patience.run(for: Self.farewell, waiting)
            if case .left = ending, !hasFinished.with(\.self), !Task.isCancelled {
                Console.sayWrapped("\(peer) has not finished: what it may still send is not waited for.")
            }
            return
        }
        let telling = LoopTask.start {
            guard await LoopTask.sleep(for: Self.farewell) else { return }
            Console.sayWrapped("Waiting until \(peer) has finished too. Ctrl-C ends it.")
        }
        await waiting()
        telling.cancel()
    }

    private func send() async -> Ending {
        var lines = PromptLines(screen, input, for: dialogue.framing)
        screen.showPrompt()
        var isHinted = false
        do {
            while let line = try await lines.next() {
                let turn = screen.lineWasTyped()
                if line == Prompt.exit { return try await end(.left) }
                // Without messages there is no empty one: a person wants another prompt. An empty line of CR LF is one.
                if line.isEmpty, dialogue.framing == nil, !conduct.endsLinesWithReturn {
                    screen.showPrompt()
                    continue
                }
                guard try await isSent(conduct.endsLinesWithReturn ? line + [0x0D, 0x0A] : line) else { continue }
                LoopTask.start {
                    await LoopTask.sleep(for: Self.patience)
                    screen.showPrompt(ifNothingSince: turn)
                }
                if !isHinted { isHinted = hint() }
            }
            return try await end(.inputEnded)
        } catch {
            screen.end()
            return .failed(error)
        }
    }

    /// Once, to who has typed a line and hears nothing: the server may wait for more of it.
    ///
    /// - Returns: true, or false where there is nothing to be said.
    private func hint() -> Bool {
        guard dialogue.framing == nil, !conduct.endsLinesWithReturn, conduct.receives, conduct.endsWithPeer else {
            return false
        }
        LoopTask.start {
            guard await LoopTask.sleep(for: Self.bewilderment), !isAnswered.with(\.self), !isOver.with(\.self) else {
                return
            }
            await screen.interrupted {
                Console.sayWrapped(
                    "No answer so far. A line goes out without its end; a server that waits for one gets it with --framing lines, or --crlf."
                )
            }
        }
        return true
    }

    private func end(_ ending: Ending) async throws -> Ending {
        screen.end()
        if conduct.halfCloses { try await dialogue.connection.finishSending() }
        return ending
    }

    /// False: the framing cannot carry that line, and the person is told so and may type another.
    private func isSent(_ line: [UInt8]) async throws -> Bool {
        guard let refusal = try await dialogue.offer([line]) else { return true }
        Console.say("Not sent: \(SafeText.line(refusal.detail ?? "\(refusal.code)")).")
        screen.showPrompt()
        return false
    }

    private func receive() async -> (any Error)? {
        var display = dialogue.display
        do {
            while let bytes = try await dialogue.next() {
                guard conduct.receives else { continue }
                isAnswered.with { $0 = true }
                screen.hidePrompt()
                await Output.standard.write(display.render(bytes))
                screen.showPrompt()
            }
            if !conduct.endsWithPeer { return await stayAfterTheEnd() }
            if screen.end() {
                // What the person was typing was for the peer, and must not become a command of the shell.
                StandardStream.input.dropInput()
                Console.sayWrapped(
                    "\(dialogue.connection.remoteAddress) has finished sending; the conversation is over."
                )
            }
            input.endWhenNothingIsReady()
            return nil
        } catch {
            screen.end()
            input.endWhenNothingIsReady()
            return error
        }
    }

    /// The peer has finished, and may go on reading: the person answers until he ends, or nobody is there any more.
    private func stayAfterTheEnd() async -> (any Error)? {
        isAtEnd.with { $0 = true }
        let connection = dialogue.connection
        let peer = connection.remoteAddress
        var isTold = false
        // Once it is closed here, nothing can be known of it.
        while !isOver.with(\.self), let isGone = try? connection.isPeerGone {
            if isGone {
                screen.end()
                StandardStream.input.dropInput()
                input.endWhenNothingIsReady()
                // A Unix socket that was closed, and nothing was sent to it since: an end as any other.
                if peer.family != .unix { return SocketError(.connectionReset, .receive, remoteAddress: peer) }
                Console.sayWrapped("\(peer) has gone; the conversation is over.")
                return nil
            }
            if !isTold {
                isTold = true
                await screen.interrupted {
                    Console.sayWrapped(
                        "\(peer) has finished sending, and may still read what you type. exit or Ctrl-D ends."
                    )
                }
            }
            guard await LoopTask.sleep(for: Self.glance) else { return nil }
        }
        return nil
    }
}
