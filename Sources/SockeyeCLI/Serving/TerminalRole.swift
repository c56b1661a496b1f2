import Sockeye
import SockeyeSystem

/// `--terminal`: what `connect` is at one end, for the one client at the other: standard input goes to it, and what it sends
/// to standard output.
struct TerminalRole: ServerRole {
    let framing: Framing?
    let isQuiet: Bool

    func hold(with connection: Connection) async throws {
        do {
            try await talk(over: connection)
        } catch let failure as Failure {
            throw failure.ofServer("--terminal")
        }
    }

    private func talk(over connection: Connection) async throws {
        let dialogue = Dialogue(connection, framing)
        // A client that has finished asking waits for an answer, so its end is not the end of the input.
        let conduct = Conduct(endsWithPeer: false)
        if StandardStream.input.isTerminal {
            if !isQuiet {
                Console.sayWrapped("Connection from \(connection.remoteAddress). Type a line; exit or Ctrl-D ends.")
            }
            return try await PromptSession(dialogue, Input(), conduct).run()
        }
        if !isQuiet { Console.say("Connection from \(connection.remoteAddress)") }
        try await PipeSession(dialogue: dialogue, input: Input(), conduct: conduct).run()
    }
}
