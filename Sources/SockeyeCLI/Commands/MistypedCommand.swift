import ArgumentParser

/// A command that does not exist, which the parser takes for an argument too many, or answers with the help of the whole.
enum MistypedCommand {
    /// - Returns: nil where the parser's own words will do, and where nothing is wrong.
    static func complaint(_ arguments: [String]) -> ValidationError? {
        guard let first = arguments.first else { return nil }
        let rest = Array(arguments.dropFirst())
        if first == "help" { return complaint(aboutHelp: rest.filter { !$0.hasPrefix("-") }) }
        if first.hasPrefix("-") {
            return complaint(aboutOption: first, rest) ?? NetcatHabit.complaint(nil, arguments)
        }
        return names.contains(first) ? nil : complaint(about: first, rest)
    }

    /// As for a help that nobody asked for: the parser finds an `h` among the letters of `-echo`.
    static func complaint(aboutWordWithOneDash arguments: [String]) -> ValidationError? {
        let asked: Set = ["help", "--help", "-help", "-h"]
        guard !arguments.contains(where: asked.contains),
            let word = arguments.first(where: { $0.wholeMatch(of: #/-[A-Za-z][A-Za-z-]{2,}/#) != nil })
        else { return nil }
        return ValidationError("Unknown option '\(word)'. A long option has two dashes: '-\(word)'.")
    }

    /// The parser guesses what shares hardly a letter with what was typed: --hub for --tls.
    static func withoutFarGuess(_ words: String) -> String {
        guard let match = words.firstMatch(of: #/Unknown option '-*([^']+)'(\. Did you mean '-*([^']+)'\?)/#) else {
            return words
        }
        let (typed, guess) = (match.output.1, match.output.3)
        let isNear = Spelling.distance(Array(typed), Array(guess)) <= (typed.count < 5 ? 1 : 2)
        return isNear || guess.hasPrefix(typed) ? words : words.replacing(match.output.2, with: "")
    }

    private static var names: [String] {
        SockeyeTool.configuration.subcommands.flatMap { kind in
            [kind.configuration.commandName ?? kind._commandName] + kind.configuration.aliases
        }
    }

    private static func nearest(_ word: String) -> String? {
        Spelling.nearest(word.lowercased(), among: names + ["help"], slips: { $0 < 5 ? 1 : 2 })
    }

    private static func complaint(aboutHelp words: [String]) -> ValidationError? {
        guard let word = words.first, word != "help" else { return nil }
        guard names.contains(word) else {
            let guess = nearest(word).map { " Did you mean 'sockeye help \($0)'?" } ?? ""
            return ValidationError("There is no command '\(SafeText.line(word))' to help with.\(guess)")
        }
        guard words.count > 1 else { return nil }
        return ValidationError("Unexpected argument '\(SafeText.line(words[1]))': help takes one command.")
    }

    private static func complaint(aboutOption option: String, _ rest: [String]) -> ValidationError? {
        let name = String(option.drop { $0 == "-" })
        if names.contains(name) {
            return ValidationError("A command has no dashes. Did you mean '\(line(name, rest))'?")
        }
        let own = ["--help", "--version"]
        guard !own.contains(option), let guess = Spelling.nearest(option, among: own), option.count > 3 else {
            return nil
        }
        return ValidationError("Unknown option '\(SafeText.line(option))'. Did you mean '\(guess)'?")
    }

    private static func complaint(about word: String, _ rest: [String]) -> ValidationError {
        let shown = SafeText.line(word)
        var rest = rest
        if let name = NetcatHabit.command(for: word) ?? nearest(word) {
            if name == "connect" { _ = NetcatHabit.join(&rest) }
            return ValidationError("There is no command '\(shown)'. Did you mean '\(line(name, rest))'?")
        }
        let words = NetcatHabit.programs.contains(word) ? rest : [word] + rest
        if let complaint = NetcatHabit.complaint(nil, words) { return complaint }
        // Spoken of as an address only where it can be nothing else: a word alone is the name of a computer too.
        if word.contains(#/:|^\d+$/#), (try? TypedAddress(word, command: "connect")) != nil {
            let address = Failure.quoted(word)
            return ValidationError(
                "'\(shown)' is an address, and a command comes before it: sockeye connect \(address), or sockeye serve \(address)."
            )
        }
        return ValidationError("There is no command '\(shown)'.")
    }

    /// 60: what is longer is not shown again.
    private static let longestLine = 60

    static func line(_ name: String, _ rest: [String]) -> String {
        let whole = "sockeye " + ([name] + rest.map { Failure.quoted(SafeText.line($0)) }).joined(separator: " ")
        return whole.count <= longestLine ? whole : "sockeye \(name) …"
    }
}
