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
            sockeye connect --timeout 3s host:1337    gives up when there is no connection after three seconds

            In a pipe every byte passes unchanged; on a terminal control characters of the peer are shown escaped.
            """
    )

    @Argument(help: "Where to connect: host:port, a port of this computer, or unix:/path.")
    var address: String

    @Flag(help: "Open a new connection for each line.")
    var reconnect = false

    @Flag(help: "Say in plain words what happens on each socket.")
    var explain = false

    @OptionGroup(title: "Messages")
    var messages: FramingOptions

    @OptionGroup(title: "Limits")
    var limits: ConnectLimits

    @OptionGroup
    var family: FamilyChoice

    @OptionGroup
    var source: SourceChoice

    func run() async throws {
        let typed: TypedAddress
        do {
            typed = try TypedAddress(address, command: "connect")
        } catch {
            try error.end()
        }
        try await Failure.explaining(typed, command: "connect") {
            do {
                try await Interruption.ends { try await talk(to: typed.endpoint) }
            } catch let error as SocketError {
                let again = "sockeye connect \(Failure.quoted(typed.endpoint.description))"
                guard let framing = messages.framing, let failure = Failure(error, framing, again: again) else {
                    throw error
                }
                throw failure
            }
        }
    }

    private func talk(to endpoint: Endpoint) async throws {
        var options = ConnectionOptions()
        if explain { options.observer = Explainer() }
        options.family = try family.preference(for: endpoint)
        options.sourceAddress = try source.address()
        let idle = limits.idleTimeout.map { IdleLimit($0.duration, telling: options.observer) }
        if let idle { options.observer = idle }
        let opener = Opener(endpoint: endpoint, options: options, timeout: limits.timeout?.duration)
        if reconnect {
            let framing = messages.chosen
            let isPrompting = StandardStream.input.isTerminal
            var session = LineSession(opener, framing, Input(), isPrompting: isPrompting, idle: idle)
            try await session.run()
        } else {
            try await opener.withConnection { connection in
                let dialogue = Dialogue(connection, messages.chosen)
                guard let idle else { return try await Self.hold(dialogue) }
                try await idle.run { try await Self.hold(dialogue) }
            }
        }
    }

    private static func hold(_ dialogue: Dialogue) async throws {
        if StandardStream.input.isTerminal {
            Console.say("Connected to \(dialogue.connection.remoteAddress). Type a line; exit or Ctrl-D ends.")
            try await PromptSession(dialogue, Input()).run()
        } else {
            try await PipeSession(dialogue: dialogue, input: Input()).run()
        }
    }
}
