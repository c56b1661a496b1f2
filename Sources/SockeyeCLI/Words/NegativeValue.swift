import ArgumentParser

/// `-c -1`, and a port of `-1`: the parser takes them for an option without a value and for an option that is unknown. Read as
/// they were meant, the option or the address itself says what is wrong with them.
enum NegativeValue {
    /// The arguments in another form that says the same; nil where nothing of the kind is in them.
    ///
    /// - Parameter words: What the parser has said of them.
    static func rewritten(_ arguments: [String], after words: String) -> [String]? {
        if let option = words.firstMatch(of: #/^Missing value for '(--?[^ ']+)/#)?.output.1 {
            return joined(arguments, String(option))
        }
        // -4 and -6 are options, and for a port of that kind somebody may mean them.
        let isMissing = words.hasPrefix("Missing expected argument") || words.hasPrefix("Unknown option '-")
        guard isMissing, !arguments.contains("--"),
            let place = arguments.firstIndex(where: { $0.wholeMatch(of: #/-\d+/#) != nil && $0 != "-4" && $0 != "-6" })
        else { return nil }
        var rest = arguments
        let value = rest.remove(at: place)
        return rest + ["--", value]
    }

    private static func joined(_ arguments: [String], _ option: String) -> [String]? {
        let end = arguments.firstIndex(of: "--") ?? arguments.endIndex
        let place = arguments[..<end].indices.dropLast().first { index in
            arguments[index] == option && arguments[index + 1].wholeMatch(of: #/-\.?\d.*/#) != nil
        }
        guard let place else { return nil }
        var rest = arguments
        rest[place] = "\(option)=\(rest.remove(at: place + 1))"
        return rest
    }
}

extension SockeyeTool {
    /// The command that was typed.
    static func parsed(_ arguments: [String]) throws -> any ParsableCommand {
        if let complaint = MistypedCommand.complaint(arguments) { throw complaint }
        let command: any ParsableCommand
        do {
            command = try parseAsRoot(arguments)
        } catch {
            let words = message(for: error)
            if let complaint = NetcatHabit.complaint(arguments, after: words) { throw complaint }
            guard let other = NegativeValue.rewritten(arguments, after: words) else { throw error }
            // One fewer with each step, so this ends.
            return try parsed(other)
        }
        // A request for help is a command of the parser's own.
        let isOurs = command is Self || configuration.subcommands.contains { $0 == type(of: command) }
        if !isOurs, let complaint = MistypedCommand.complaint(aboutWordWithOneDash: arguments) { throw complaint }
        return command
    }
}
