import ArgumentParser

/// The short way to a subcommand that is called as it should be.
///
/// The parser first learns all subcommands and their options by reflection, of which a call needs one: a server listened three
/// milliseconds later for it. So the one that is named is asked alone; whatever it does not understand, and every wish for help,
/// goes the whole way, which has the right words.
enum Subcommand {
    static func parsed(_ arguments: [String]) -> (any ParsableCommand)? {
        guard let name = arguments.first, let kind = kinds.first(where: { $0.name == name })?.kind else { return nil }
        // A request for help, and the like, is a command of another type.
        guard let command = try? kind.parseAsRoot(Array(arguments.dropFirst())), type(of: command) == kind else {
            return nil
        }
        return command
    }

    /// Those that are in a hurry, by name: who serves is waited for, and the others are called again and again by scripts.
    private static let kinds: [(name: String, kind: any ParsableCommand.Type)] = [
        ("serve", Serve.self), ("connect", Connect.self), ("relay", Relay.self), ("bench", Bench.self),
        ("resolve", Resolve.self), ("replay", Replay.self),
    ]
}

extension CommandConfiguration {
    /// The configuration of a command that is asked alone, too: its usage names the tool before it, and it does not look for the
    /// wish for a completion script, which only the tool as a whole is asked for.
    func ofTool() -> CommandConfiguration {
        var configuration = self
        configuration._superCommandName = "sockeye"
        return configuration
    }
}
