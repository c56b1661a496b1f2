package import ArgumentParser
import Sockeye
import SockeyeSystem

/// The tool: `sockeye`, and the subcommands.
package struct SockeyeTool: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "sockeye",
        abstract: "Sockets: two programs that send each other data.",
        discussion: """
            An ADDRESS is host:port, or a port alone for this computer, or unix:/path of a Unix socket:

              sockeye serve                   a server on port 1337 that only this computer reaches
              sockeye serve '*:1337'          the same, for other computers too
              sockeye connect localhost:1337  a client: type, and read the reply
              sockeye tour                    both at once, each step explained
              sockeye explain 'TEXT'          what an error message means
              sockeye doctor HOST:PORT        why connecting does not work, with evidence

            What the peer sends goes to standard output, what Sockeye says to standard error. \
            Exit status: 0 done, 1 the network failed or a signal came before it was done, 64 wrong usage. \
            Forms of ADDRESS: sockeye help address.
            """,
        version: "0.1.0",
        subcommands: [
            Serve.self, Connect.self, Relay.self, Bench.self, DoctorCommand.self, Explain.self, Resolve.self,
            Replay.self, LessonCommand.self, Tour.self, AddressHelp.self,
        ]
    )

    package init() {}

    /// As ArgumentParser's own, but with signals prepared first: threads inherit what is blocked from who starts them.
    ///
    /// It is synchronous because an asynchronous `main` leaves the main thread to libdispatch, which there takes every
    /// signal, blocked or not; here it only waits.
    package static func main() {
        ThisProcess.openStandardStreams()
        ThisProcess.prepareSignals()
        Interruption.begin()
        // On a loop, for `main` belongs to the main actor, and that one waits.
        LoopTask.start {
            // What is wrong with a command, its own usage explains.
            var kind: any ParsableCommand.Type = SockeyeTool.self
            do {
                let arguments = Explain.withoutFalseOptions(Array(CommandLine.arguments.dropFirst()))
                kind = self.kind(ofHelpFor: Array(arguments.prefix(1)))
                if let script = CompletionScript.wanted(by: arguments) {
                    OwnOutput.write(script)
                    exit()
                }
                var command = try Subcommand.parsed(arguments) ?? parsed(arguments)
                if asksForHelp(command, arguments) {
                    OwnOutput.write(HelpPage.text(of: self.kind(ofHelpFor: arguments)))
                    exit()
                }
                kind = type(of: command)
                if var command = command as? any AsyncParsableCommand {
                    try await command.run()
                } else {
                    try command.run()
                }
                putInOrder()
                exit()
            } catch {
                putInOrder()
                exit(kind, error)
            }
        }
        Semaphore().wait()
    }

    /// A request for help is a command of the parser's own, and those of `address` are nothing else.
    private static func asksForHelp(_ command: any ParsableCommand, _ arguments: [String]) -> Bool {
        if command is SockeyeTool { return arguments.isEmpty }
        let isOurs = configuration.subcommands.contains { $0 == type(of: command) }
        return (!isOurs || command is AddressHelp) && !arguments.contains("--help-hidden")
    }

    /// As ArgumentParser's own, which takes a command that is asked for by itself for the tool.
    private static func exit(_ kind: any ParsableCommand.Type, _ error: any Error) -> Never {
        let status = kind.exitCode(for: error)
        // A version, or a help that the parser writes: unlike its own exit, an output that takes nothing is told.
        if status == .success {
            let words = kind.fullMessage(for: error)
            if !words.isEmpty { OwnOutput.write(words) }
            exit()
        }
        guard status == .validationFailure, !(error is ExitCode) else { kind.exit(withError: error) }
        var words = MistypedCommand.withoutFarGuess(kind.fullMessage(for: error))
        if error is ValidationError, kind != SockeyeTool.self {
            words = words.replacing("\n  See '", with: "\n  See 'sockeye ")
        }
        Console.say(StandardStream.error.columns.map { HelpPage(columns: $0).broken(words) } ?? words)
        exit(withError: status)
    }

    /// The events that are still to be written, and what scripts are told by.
    private static func putInOrder() {
        if EventLog.current != nil { Output.standard.flush() }
        PortFile.removeAll()
    }
}
