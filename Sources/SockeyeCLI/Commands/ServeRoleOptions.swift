import ArgumentParser
import Sockeye
import SockeyeSystem

/// What `sockeye serve` does with its clients: one of these.
struct ServeRoleOptions: ParsableArguments {
    @Option(help: ArgumentHelp("What to answer to each piece that comes. (default: Got it!)", valueName: "text"))
    var reply: String?

    @Flag(help: "Send everything back.")
    var echo = false

    @Flag(help: "Answer nothing.")
    var discard = false

    @Option(help: ArgumentHelp("Send a file to each client, then the end.", valueName: "file"), completion: .file())
    var send: String?

    @Option(
        help: ArgumentHelp(
            "Write what comes into a file, and end with its one client; or, if it is a folder, into a new file there for each "
                + "client.",
            valueName: "path"
        ),
        completion: .file()
    )
    var receive: String?

    @Option(
        help: ArgumentHelp(
            "Run a program for each client, which reads what the client sends and whose output the client gets. Words are split "
                + "as in a shell, and nothing else of a shell is there. It finds the addresses in SOCKEYE_REMOTE_ADDRESS, "
                + "SOCKEYE_REMOTE_PORT, SOCKEYE_LOCAL_ADDRESS and SOCKEYE_LOCAL_PORT.",
            valueName: "command"
        )
    )
    var exec: String?

    @Option(help: ArgumentHelp("The same with a shell, which knows $, |, * and the rest.", valueName: "command"))
    var shell: String?

    @Flag(
        help:
            "What one client sends, every other receives, and so does what is typed here. Who is more than 4 MiB behind is cut off."
    )
    var hub = false

    @Flag(
        help:
            "Talk to one client, as connect talks to a server: what is typed, or comes from a pipe, goes to it. Of datagrams, to the first who sends one."
    )
    var terminal = false

    @Flag(help: "With --hub: go on when standard input, which has said something, ends.")
    var keepStdin = false

    func validate() throws {
        let chosen = [echo, discard, hub, terminal] + [reply, send, receive, exec, shell].map { $0 != nil }
        if chosen.filter(\.self).count > 1 {
            throw ValidationError(
                "Choose one of --reply, --echo, --discard, --send, --receive, --exec, --shell, --hub and --terminal."
            )
        }
        if keepStdin, !hub {
            throw ValidationError("--keep-stdin goes with --hub: nothing else in serve ends with standard input.")
        }
        if exec != nil { _ = try words() }
    }

    /// Whether clients are talked to in messages, if there are any.
    var takesMessages: Bool { send == nil && receive == nil && exec == nil && shell == nil }

    /// What is answered to each piece or message; nil when that is not a fixed text.
    var fixedReply: String? {
        takesMessages && !echo && !discard && !hub && !terminal ? reply ?? "Got it!" : nil
    }

    /// What makes this server send, for `--explain`.
    var source: SideStory.Source {
        if terminal { return .ofStandardInput }
        return discard || receive != nil ? .nobody : .peer
    }

    /// Nothing but an echo that nobody sees.
    func isBareEcho(quiet: Bool, framing: Framing?) -> Bool { echo && quiet && framing == nil }

    /// - Parameter isOnce: There will be one client.
    /// - Throws: `Failure` for what cannot be read, written or run.
    func role(framing: Framing?, audience: Audience?, isOnce: Bool) throws -> any ServerRole {
        let isQuiet = audience == nil
        if let send {
            if !isOnce, SystemFile.isPipe(send) { throw Self.pipeForMany(send) }
            return try FileSender(send, audience, isForOne: isOnce)
        }
        if let receive { return try FileReceiver(receive, isQuiet: isQuiet) }
        if exec != nil { return CommandRunner(arguments: try program(words()), isQuiet: isQuiet, isForOne: isOnce) }
        if let shell {
            return CommandRunner(arguments: ["/bin/sh", "-c", shell], isQuiet: isQuiet, isForOne: isOnce)
        }
        if hub { return Hub(framing: framing, audience: audience) }
        if terminal { return TerminalRole(framing: framing, isQuiet: isQuiet) }
        let answer: ServerConversation.Answer =
            echo ? .echo : fixedReply.map { .text(Array($0.utf8)) } ?? .nothing
        return ServerConversation(answer: answer, framing: framing, audience: audience)
    }

    private static func pipeForMany(_ path: String) -> Failure {
        let word = Failure.quoted(path)
        return Failure(
            attempted: "send \(SafeText.line(path)) to each client",
            happened: "it is a pipe, and what comes out of a pipe comes once",
            cause: "the first client would get all of it, and the next ones nothing",
            next: [
                "sockeye serve --once --send \(word)   sends it to one client",
                "cat \(word) > /tmp/copy   makes a file of it, which --send sends to each",
            ],
            status: Failure.wrongUsage
        )
    }

    private func words() throws -> [String] {
        do throws(CommandWords.Mistake) {
            return try CommandWords.split(exec ?? "")
        } catch {
            switch error {
            case .unclosedQuote(let quote): throw ValidationError("--exec: a \(quote) is opened and not closed.")
            case .nothingAfterBackslash: throw ValidationError("--exec: nothing stands after the last \\.")
            case .empty: throw ValidationError("--exec: no command is named.")
            }
        }
    }

    /// The words, if a program has that name: told now, and not when the first client comes.
    private func program(_ words: [String]) throws(Failure) -> [String] {
        if SystemFile.program(words[0]) != nil { return words }
        throw Failure(
            attempted: "find the program \(SafeText.line(words[0]))",
            happened: words[0].contains("/")
                ? "it is not there, or may not be run" : "PATH has no program of that name",
            cause: "it is misspelt or not installed, or it is a command of the shell itself",
            next: [
                "command -v \(Failure.quoted(words[0]))   says what a shell would take",
                "sockeye serve --shell \(Failure.quoted(exec ?? ""))   lets a shell run it",
            ],
            status: Failure.wrongUsage
        )
    }
}
