import ArgumentParser

/// What a shell completes by: the parser's script, with what it lacks.
///
/// It knows no values for `help`. In bash a colon ends a word, and in zsh a description begins behind one, so `length:4` could
/// not be completed. In fish each value had the description of its option beside it.
enum CompletionScript {
    /// nil when none is asked for, or one of another shell, about which the parser has the right words.
    static func wanted(by arguments: [String]) -> String? {
        guard arguments.count == 2, arguments[0] == "--generate-completion-script",
            let shell = CompletionShell(rawValue: arguments[1])
        else { return nil }
        return script(of: shell)
    }

    static func script(of shell: CompletionShell) -> String {
        let script = SockeyeTool.completionScript(for: shell)
        let names = SockeyeTool.configuration.subcommands.map { $0._commandName }.joined(separator: " ")
        switch shell {
        case .bash:
            return script.replacing(helpInBash, with: helpInBash + offering(names))
                .replacing("-F _sockeye sockeye", with: "-F _sockeye_with_colons sockeye") + wholeWords
        case .zsh:
            return TypedFraming.typed.reduce(script.replacing("'*:subcommands:'", with: "':command:(\(names))'")) {
                $0.replacing("'\($1)'", with: "'\($1.replacing(":", with: "\\:"))'")
            }
        case .fish:
            let condition = #"__sockeye_should_offer_completions_for_positional "sockeye help" -eq 1"#
            let plain = script.split(separator: "\n", omittingEmptySubsequences: false).map(withoutRepetition)
            return plain.joined(separator: "\n") + "\ncomplete -c 'sockeye' -n '\(condition)' -fa '\(names)'\n"
        default: return script
        }
    }

    /// An option's description in one line, and its values in another.
    private static func withoutRepetition(_ line: Substring) -> String {
        let parts = #/(complete .* -l '[^']*'(?: -s '.')?)( -d '.*') -rfka ('.+')/#
        guard let match = line.wholeMatch(of: parts)?.output else { return String(line) }
        return "\(match.1)\(match.2) -rf\n\(match.1) -rfka \(match.3)"
    }

    /// How the parser ends the function for `help`, which takes as many arguments as there are.
    private static let helpInBash = """
        _sockeye_help() {
            repeating_flags=()
            non_repeating_flags=(--version)
            repeating_options=()
            non_repeating_options=()
            __sockeye_offer_flags_options -1

        """

    private static func offering(_ names: String) -> String {
        "    COMPREPLY+=($(compgen -W '\(names)' -- \"${cur}\"))\n"
    }

    /// Puts words together that bash has split at their colons, and takes off what stands there already.
    private static let wholeWords = #"""

        _sockeye_with_colons() {
            local -a words=()
            local word joins=false
            for word in "${COMP_WORDS[@]:0:COMP_CWORD+1}"; do
                if [[ "${#words[@]}" -gt 0 ]] && { "${joins}" || [[ "${word}" = +(:) ]]; }; then
                    words[${#words[@]}-1]+="${word}"
                else
                    words+=("${word}")
                fi
                joins=false
                [[ "${word}" = +(:) ]] && joins=true
            done
            local -r whole="${words[${#words[@]}-1]}"
            local -r typed="${whole%"${whole##*:}"}"
            local COMP_CWORD="$((${#words[@]} - 1))"
            local COMP_WORDS=("${words[@]}")
            _sockeye "${1}" "${whole}" "${words[${#words[@]}-2]}"
            COMPREPLY=("${COMPREPLY[@]#"${typed}"}")
        }

        """#
}
