import ArgumentParser
import Sockeye
import SockeyeSystem

/// `sockeye connect`: a client, with a prompt on a terminal and as a pipe otherwise.
struct Connect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A client: a prompt on a terminal, a pipe otherwise.",
        discussion: """
            sockeye connect 1337                      type a line, read the reply; exit or Ctrl-D ends
            sockeye connect --reconnect 1337          the same, with a new connection for each line
            printf 'hi' | sockeye connect host:1337   sends hi, then prints what comes until the peer has finished
            sockeye connect host:1337 < file          sends a file
            sockeye connect --framing length:4 1337   each line is a message with its length before it, both ways
            sockeye connect udp:host:1337             a line is a datagram; in a pipe, what one read brings
            sockeye connect udp:255.255.255.255:1337  the same to all computers of the network; each may answer
            sockeye connect --timeout 3s host:1337    gives up when there is no connection after three seconds
            sockeye connect --retry 30 host:1337      waits for a server that is just starting
            sockeye connect --explain 1337            each operation in words; who waits for whom, and who closed first
            sockeye connect --crlf mail.example:25    ends each line as mail and web servers expect it
            sockeye connect --proxy socks5://user:password@proxy:1080 host:1337
            sockeye connect --wait 5s host:1337 < file    at most five seconds for what comes after the end of the file

            In a pipe all of standard input is sent, then the end, and what comes is printed until the peer has finished.
            In a pipe every byte passes unchanged; on a terminal control characters of the peer are shown escaped.
            Ctrl-C ends it: with status 1 before there was a connection or all of the input was sent, otherwise with 0.
            When the reader of its output exits (| head -1), it ends with status 0 and prints no error.
            """
    ).ofTool()

    @Argument(help: "Where to connect: host:port, a port of this computer, udp:host:port, or unix:/path.")
    var address: String

    @Flag(help: "Open a new connection for each line.")
    var reconnect = false

    @Flag(help: "Say in plain words what happens on the socket, who waits for whom, and who closed first.")
    var explain = false

    @Flag(help: "Each event as a line of JSON on standard output, which has what the server sends too.")
    var json = false

    @OptionGroup(title: "The way there")
    var route: ConnectRoute

    @OptionGroup(title: "The end")
    var ending: ConnectEnding

    @OptionGroup(title: "Messages")
    var messages: FramingOptions

    @OptionGroup(title: "Limits")
    var limits: ConnectLimits

    @OptionGroup
    var keepAlive: KeepAliveArgument

    @OptionGroup
    var family: FamilyChoice

    @OptionGroup
    var source: SourceChoice

    func validate() throws {
        if messages.chosen != nil, ending.crlf {
            throw ValidationError(#"--crlf and --framing both say what ends a message: --framing 'delimiter:\r\n'."#)
        }
        if reconnect, ending.receiveOnly || ending.wait != nil {
            throw ValidationError("--reconnect sends a line a connection: --receive-only and --wait do not go with it.")
        }
    }

    func run() async throws {
        EventLog.begin(json)
        let typed: TypedAddress
        do {
            typed = try TypedAddress(address, command: "connect")
        } catch {
            try error.end()
        }
        if typed.kind == .datagram { return try await talkInDatagrams(typed) }
        try await Failure.explaining(typed, command: "connect") {
            do {
                let progress = ConnectProgress()
                let undone = progress.undone(SafeText.line(typed.endpoint.description))
                try await Interruption.ends(undone: undone) { try await talk(to: typed, progress) }
            } catch let error as SocketError {
                throw await failure(of: error, typed)
            }
        }
    }

    private func failure(of error: SocketError, _ typed: TypedAddress) async -> Failure {
        let source = try? source.address()
        if let failure = await family.contradiction(error, goal(typed.endpoint), from: source) { return failure }
        let again = "sockeye connect \(Failure.quoted(typed.endpoint.description))"
        if let framing = messages.framing, let failure = Failure(error, framing, again: again) { return failure }
        return Failure(limits.naming(error), typed, command: "connect")
    }

    /// Where the connection itself goes.
    private func goal(_ endpoint: Endpoint) -> Endpoint { route.proxy?.endpoint ?? endpoint }

    private func talk(to typed: TypedAddress, _ progress: ConnectProgress) async throws {
        let endpoint = typed.endpoint
        var options = ConnectionOptions()
        options.observer = EventLog.observing(explain ? Explainer.shared : nil)
        keepAlive.apply(to: &options)
        Explainer.shared.source.with { $0 = ending.conduct.sends ? .ofStandardInput : .nobody }
        options.family = try family.preference(for: goal(endpoint))
        options.sourceAddress = try source.address()
        try family.check(options.sourceAddress, for: goal(endpoint))
        let idle = limits.idleTimeout.map { IdleLimit($0.duration, telling: options.observer) }
        if let idle { options.observer = idle }
        let opener = Opener(
            endpoint: endpoint,
            options: options,
            timeout: limits.timeout?.duration,
            retries: route.retry,
            pause: route.pause,
            proxy: route.proxy,
            progress: progress
        )
        let (framing, conduct) = (messages.chosen, ending.conduct)
        if reconnect {
            let session = LineSession(opener: opener, framing: framing, conduct: conduct, idle: idle) { error in
                if let error = error as? SocketError { return await failure(of: error, typed) }
                return error as? Failure
            }
            return try await session.run(Input(), isPrompting: StandardStream.input.isTerminal)
        }
        try await opener.withConnection { connection in
            let dialogue = Dialogue(connection, framing)
            let way = route.proxy.map { " through \($0.endpoint)" } ?? ""
            let heading = "Connected to \(route.proxy == nil ? "\(connection.remoteAddress)" : "\(endpoint)")\(way)."
            guard let idle else { return try await Self.hold(dialogue, conduct, heading, progress) }
            try await idle.run(on: connection) { try await Self.hold(dialogue, conduct, heading, progress) }
        }
    }

    private static func hold(
        _ dialogue: Dialogue,
        _ conduct: Conduct,
        _ heading: String,
        _ progress: ConnectProgress
    ) async throws {
        if StandardStream.input.isTerminal, conduct.sends {
            Console.sayWrapped("\(heading) Type a line; exit or Ctrl-D ends.")
            try await PromptSession(dialogue, Input(), conduct).run()
        } else {
            try await PipeSession(dialogue: dialogue, input: Input(), conduct: conduct, progress: progress).run()
        }
    }
}
