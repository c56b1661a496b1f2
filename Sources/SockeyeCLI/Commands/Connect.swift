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

            In a pipe every byte passes unchanged; on a terminal control characters of the peer are shown escaped.
            """
    )

    @Argument(help: "Where to connect: host:port, a port of this computer, or unix:/path.")
    var address: String

    @Flag(help: "Open a new connection for each line.")
    var reconnect = false

    @Flag(help: "Say in plain words what happens on each socket.")
    var explain = false

    func run() async throws {
        let typed: TypedAddress
        do {
            typed = try TypedAddress(address, command: "connect")
        } catch {
            try error.end()
        }
        try await Failure.explaining(typed, command: "connect") {
            try await Interruption.ends { try await talk(to: typed.endpoint) }
        }
    }

    private func talk(to endpoint: Endpoint) async throws {
        var options = ConnectionOptions()
        if explain { options.observer = Explainer() }
        let input = Input()
        let isPrompting = StandardStream.input.isTerminal
        if reconnect {
            var session = LineSession(endpoint: endpoint, options: options, input: input, isPrompting: isPrompting)
            try await session.run()
        } else if isPrompting {
            try await withConnection(to: endpoint, options: options) { connection in
                Console.say("Connected to \(connection.remoteAddress). Type a line; exit or Ctrl-D ends.")
                try await PromptSession(connection: connection, input: input).run()
            }
        } else {
            try await withConnection(to: endpoint, options: options) { connection in
                try await PipeSession(connection: connection, input: input).run()
            }
        }
    }
}
