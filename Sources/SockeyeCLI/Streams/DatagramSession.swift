import Sockeye
import SockeyeSystem

/// Standard input to the peer and the peer to standard output, both at once.
struct DatagramSession: Sendable {
    /// Whom it talks to.
    enum Partner: Sendable {
        /// The one that the socket is connected to.
        case connected
        /// Several computers hear what is sent to this address, and each answers from its own.
        case several(SocketAddress)
        /// The one who has sent this, of all that the socket hears.
        case sender(Datagram)
    }

    let socket: DatagramSocket
    let partner: Partner
    let words: TypedAddress
    let input: Input
    /// How long answers are waited for after the end of the input; nil: until a signal.
    let patience: Duration?
    let conduct: Conduct
    /// Whether nothing is said of who sends.
    let isQuiet: Bool
    private let progress: ConnectProgress
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
        partner: Partner,
        words: TypedAddress,
        input: Input,
        patience: Duration?,
        conduct: Conduct,
        isQuiet: Bool = false,
        progress: ConnectProgress = ConnectProgress()
    ) {
        self.socket = socket
        self.partner = partner
        self.isQuiet = isQuiet
        self.progress = progress
        self.words = words
        self.input = input
        self.patience = patience
        self.conduct = conduct
    }

    func run() async throws {
        sayWithWhom()
        let receiving = LoopTask.start { await receive() }
        let sendFailure: (any Error)? = await withTaskCancellationHandler {
            guard conduct.sends else {
                // There is no end to wait for, so only Ctrl-C or an error ends it.
                _ = try? await receiving.value
                return nil
            }
            let failure = isPrompting ? await sendLines() : await sendPieces()
            if failure == nil, conduct.receives {
                // Without a limit, until an error, or Ctrl-C.
                if let patience { await waitForAnswers(patience) } else { _ = try? await receiving.value }
            }
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

    private func sayWithWhom() {
        let (way, peer): (String, SocketAddress?) =
            switch partner {
            case .connected: ("to", socket.remoteAddress)
            case .several(let group): ("to", group)
            case .sender(let datagram): ("from", datagram.from)
            }
        let heading = "Datagrams \(way) \(peer.map(words.text(for:)) ?? words.text)"
        if isPrompting, !isQuiet {
            Console.sayWrapped("\(heading). Type a line; exit or Ctrl-D ends.")
        } else if case .sender = partner, !isQuiet {
            Console.say(heading)
        }
    }

    // MARK: Sending

    /// What each read of the input brings, as it is.
    private func sendPieces() async -> (any Error)? {
        progress.inputBegins()
        do {
            while let bytes = try await input.next() {
                var rest = bytes[...]
                while !rest.isEmpty {
                    let piece = Array(rest.prefix(DatagramConnect.largestPiece))
                    try await progress.sending(piece.count) { try await send(piece) }
                    rest = rest.dropFirst(DatagramConnect.largestPiece)
                }
            }
            // For who is cancelled the input ends early.
            if !Task.isCancelled { progress.inputHasEnded() }
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
        switch partner {
        case .connected: try await socket.send(bytes)
        case .several(let group): try await socket.send(bytes, to: group)
        case .sender(let datagram) where datagram.from == .unixUnnamed:
            // It may still have something to say, so that is no reason to end.
            let why = "a Unix socket without a name cannot be answered; its program gives it one with bind()"
            return Console.sayWrapped("Not sent: \(why).")
        case .sender(let datagram): try await socket.send(bytes, answering: datagram)
        }
        clock.with {
            $0.last = .now
            $0.hasSent = true
        }
    }

    // MARK: Receiving

    /// Until nothing has come or gone for so long: there is no end to wait for.
    private func waitForAnswers(_ patience: Duration) async {
        while true {
            let left = patience - (ContinuousClock.now - clock.with { $0.last })
            if left <= .zero { return }
            guard await LoopTask.sleep(for: left) else { return }
        }
    }

    private func receive() async -> SocketError? {
        var displays: [SocketAddress: Display] = [:]
        if case .sender(let datagram) = partner, conduct.receives {
            screen.hidePrompt()
            await show(datagram, &displays)
            if isPrompting { screen.showPrompt() }
        }
        do {
            while true {
                let datagram: Datagram = try await socket.receive()
                guard isPartner(datagram.from) else { continue }
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
            clock.with { $0.last = .now - (patience ?? .zero) }
            return error
        }
    }

    private func isPartner(_ peer: SocketAddress) -> Bool {
        guard case .sender(let datagram) = partner else { return true }
        return peer == datagram.from
    }

    /// Of several that answer, each is named where it comes first.
    private func show(_ datagram: Datagram, _ displays: inout [SocketAddress: Display]) async {
        let peer = socket.remoteAddress ?? datagram.from
        var display: Display
        if let known = displays[peer] {
            display = known
        } else {
            if case .several = partner { Console.say("Datagrams from \(words.text(for: peer))") }
            // Whoever makes up addresses does not fill the memory.
            if displays.count >= DatagramPeers.most { displays = [:] }
            var local: SocketAddress?
            if case .sender = partner { local = socket.localAddress }
            display = Output.standard.display(events: .ofDatagrams(from: peer, at: local))
        }
        await Output.standard.write(display.render(datagram.bytes))
        displays[peer] = display
    }
}
