import Sockeye
import SockeyeSystem

/// Standard input to the peer and the peer to standard output, both at once.
struct DatagramSession: Sendable {
    let socket: DatagramSocket
    /// Where datagrams go that several computers hear; nil where the socket is connected to one.
    let group: SocketAddress?
    let words: TypedAddress
    let input: Input
    let patience: Duration
    let conduct: Conduct
    private let screen = PromptScreen()
    private let clock = Locked(Heard())
    private let isPrompting = StandardStream.input.isTerminal

    /// When anything last went or came.
    private struct Heard {
        var last = ContinuousClock.now
        var hasAnswer = false
        var hasSent = false
    }

    init(
        socket: DatagramSocket,
        group: SocketAddress?,
        words: TypedAddress,
        input: Input,
        patience: Duration,
        conduct: Conduct
    ) {
        self.socket = socket
        self.group = group
        self.words = words
        self.input = input
        self.patience = patience
        self.conduct = conduct
    }

    func run() async throws {
        if isPrompting {
            let peer = (group ?? socket.remoteAddress).map(words.text(for:)) ?? words.text
            Console.sayWrapped("Datagrams to \(peer). Type a line; exit or Ctrl-D ends.")
        }
        let receiving = LoopTask.start { await receive() }
        let sendFailure: (any Error)? = await withTaskCancellationHandler {
            guard conduct.sends else {
                // There is no end to wait for, so only Ctrl-C or an error ends it.
                _ = try? await receiving.value
                return nil
            }
            let failure = isPrompting ? await sendLines() : await sendPieces()
            if failure == nil, conduct.receives { await waitForAnswers() }
            return failure
        } onCancel: {
            receiving.cancel()
        }
        receiving.cancel()
        // What came explains why sending failed, so it goes first.
        if let failure = try await receiving.value { throw failure }
        if let sendFailure { throw sendFailure }
        let isUnanswered = clock.with { $0.hasSent && !$0.hasAnswer }
        if isUnanswered, conduct.receives, !isPrompting, !Task.isCancelled {
            Console.say("No answer. Datagrams get lost on the way, and nobody tells; not every server answers.")
        }
    }

    // MARK: Sending

    /// What each read of the input brings, as it is.
    private func sendPieces() async -> (any Error)? {
        do {
            while let bytes = try await input.next() {
                var rest = bytes[...]
                while !rest.isEmpty {
                    try await send(Array(rest.prefix(DatagramConnect.largestPiece)))
                    rest = rest.dropFirst(DatagramConnect.largestPiece)
                }
            }
            return nil
        } catch {
            return error
        }
    }

    /// Each line without its newline.
    private func sendLines() async -> (any Error)? {
        var lines = PromptLines(screen, input, for: nil)
        screen.showPrompt()
        defer { screen.end() }
        do {
            while let line = try await lines.next() {
                screen.lineWasTyped()
                if line == Prompt.exit { return nil }
                if !line.isEmpty { try await send(line) }
                screen.showPrompt()
            }
            return nil
        } catch {
            return error
        }
    }

    private func send(_ bytes: [UInt8]) async throws(SocketError) {
        if let group {
            try await socket.send(bytes, to: group)
        } else {
            try await socket.send(bytes)
        }
        clock.with {
            $0.last = .now
            $0.hasSent = true
        }
    }

    // MARK: Receiving

    /// Until nothing has come or gone for so long: there is no end to wait for.
    private func waitForAnswers() async {
        while true {
            let left = patience - (ContinuousClock.now - clock.with { $0.last })
            if left <= .zero { return }
            guard await LoopTask.sleep(for: left) else { return }
        }
    }

    private func receive() async -> SocketError? {
        var displays: [SocketAddress: Display] = [:]
        do {
            while true {
                let datagram: Datagram = try await socket.receive()
                clock.with {
                    $0.last = .now
                    $0.hasAnswer = true
                }
                guard conduct.receives else { continue }
                screen.hidePrompt()
                await show(datagram, &displays)
                if isPrompting { screen.showPrompt() }
            }
        } catch {
            for peer in displays.keys { await Output.standard.write(displays[peer]?.finish() ?? []) }
            if error.code == .cancelled { return nil }
            screen.end()
            input.endWhenNothingIsReady()
            // Nothing more is worth waiting for.
            clock.with { $0.last = .now - patience }
            return error
        }
    }

    /// Of several that answer, each is named where it comes first.
    private func show(_ datagram: Datagram, _ displays: inout [SocketAddress: Display]) async {
        let peer = socket.remoteAddress ?? datagram.from
        var display: Display
        if let known = displays[peer] {
            display = known
        } else {
            if group != nil { Console.say("Datagrams from \(words.text(for: peer))") }
            // Whoever makes up addresses does not fill the memory.
            if displays.count >= DatagramPeers.most { displays = [:] }
            display = Output.standard.display(events: .ofDatagrams(from: peer))
        }
        await Output.standard.write(display.render(datagram.bytes))
        displays[peer] = display
    }
}
