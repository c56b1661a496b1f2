import Foundation
import TestSupport
import Testing

@testable import SockeyeCLI

/// What each shell offers when the tabulator key is pressed: the shells themselves are asked.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct CompletionTests {
    private static let commands: Set = [
        "serve", "connect", "relay", "bench", "doctor", "explain", "resolve", "replay", "lesson", "tour",
    ]
    private static let framings: Set = Set(TypedFraming.typed)

    /// What is typed, and what is offered; a file `alpha.txt` is there.
    private static let rows: [(line: String, offered: Set<String>)] = [
        ("sockeye ", commands), ("sockeye help ", commands.union(["address"])), ("sockeye se", ["serve"]),
        ("sockeye serve --fram", ["--framing"]), ("sockeye serve --framing ", framings),
        ("sockeye connect --framing l", framings.filter { $0.hasPrefix("l") }),
        ("sockeye bench 7000 --framing length:4", ["length:4", "length:4le"]),
        ("sockeye relay 1 2 --show ", ["text", "hex", "none"]), ("sockeye serve --send al", ["alpha.txt"]),
        ("sockeye replay al", ["alpha.txt"]), ("sockeye relay 1 2 --record al", ["alpha.txt"]),
        ("sockeye lesson ", Set((1...10).map(String.init))),
    ]

    /// A folder with the file, and the script for a shell.
    private func place(_ shell: String) throws -> Scratch {
        let scratch = try Scratch()
        try Data().write(to: URL(fileURLWithPath: scratch.file("alpha.txt")))
        try Program.sockeye("--generate-completion-script", shell).finish().output
            .write(to: URL(fileURLWithPath: scratch.file("_sockeye")))
        return scratch
    }

    private func expect(_ words: Set<String>, _ row: (line: String, offered: Set<String>)) {
        // Shells offer options as well where a command may stand.
        let relevant = row.offered.contains { $0.hasPrefix("-") } ? words : words.filter { !$0.hasPrefix("-") }
        #expect(relevant.subtracting(["help"]) == row.offered.subtracting(["help"]), "\(row.line)")
    }

    @Test func `bash offers commands, options, framings and files`() throws {
        // Readline's part: words end at colons, and the last one is completed.
        let script = #"""
            cd "$1"; source ./_sockeye; COMP_LINE="$2"; COMP_POINT=${#2}; COMP_WORDS=(); word=
            for ((i = 0; i < ${#2}; i++)); do
                c="${2:i:1}"
                case "$c" in
                    ' ') [ -z "$word" ] || COMP_WORDS+=("$word"); word= ;;
                    :) [ -z "$word" ] || COMP_WORDS+=("$word"); COMP_WORDS+=(:); word= ;;
                    *) word="$word$c" ;;
                esac
            done
            COMP_WORDS+=("$word"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); COMPREPLY=()
            function=$(complete -p sockeye); function=${function##*-F }
            ${function% sockeye} sockeye "$word" "${COMP_WORDS[COMP_CWORD-1]}"
            printf '%s\n' "${COMPREPLY[@]}"
            """#
        let scratch = try place("bash")
        for row in Self.rows {
            let outcome = try Program("/bin/bash", ["--norc", "-c", script, "bash", scratch.path, row.line]).finish()
            #expect(outcome.errors == "", "\(row.line)")
            // What stands before the colon is on the line already.
            let typed = row.line.split(separator: " ").last.map {
                $0.contains(":") ? $0.split(separator: ":")[0] + ":" : ""
            }
            let words = outcome.text.split(separator: "\n").map { (typed ?? "") + $0 }
            expect(Set(words), row)
        }
    }

    @Test func `fish offers commands, options, framings and files`() throws {
        guard let fish = Peers.path("fish") else { return print("skipped: fish is not installed") }
        let scratch = try place("fish")
        for row in Self.rows {
            let script = "cd \(scratch.path); source ./_sockeye; complete -C '\(row.line)'"
            let outcome = try Program(fish, ["--no-config", "-c", script], environment: ["HOME": scratch.path]).finish()
            let lines = outcome.text.split(separator: "\n").map { $0.split(separator: "\t") }
            expect(Set(lines.map { String($0[0]) }), row)
            // A description once, beside the option, and not beside each of its values.
            if row.line.contains("--framing ") { #expect(lines.allSatisfy { $0.count == 1 }, "\(lines)") }
        }
    }

    /// zsh completes in a terminal only, which zpty is; a function in place of `compadd` keeps what it adds.
    private static let zshScript = #"""
        cd "$1"; zmodload zsh/zpty; zmodload zsh/zselect; zpty shell "$3" -f -i
        wait_for() {
            repeat 1000; do zpty -rt shell _ && continue; grep -qs "$1" found && return; zselect -t 2; done
            echo "never came: $1" >&2; exit 1
        }
        send() { zpty -w shell "$1" }
        send "PS1=; cd $1; fpath=($1 \$fpath); autoload -U compinit; compinit -u -d $1/dump"
        send 'compadd () { local -a found; builtin compadd -A found "$@"; print -rl -- "<${^found}>" >> '"$1"'/found
            builtin compadd "$@" }'
        send 'finish () { print over >> '"$1"'/found; BUFFER= }; zle -N finish; bindkey "^X" finish'
        send 'bindkey "^I" complete-word; unsetopt automenu; LISTMAX=1000; print begun >> '"$1"'/found'
        wait_for begun
        zpty -w -n shell "$2"$'\t\x18'
        wait_for over
        zpty -d shell
        sed -n 's/^<\(.*\)>$/\1/p' found
        """#

    @Test func `zsh offers commands, options, framings and files`() throws {
        guard let zsh = Peers.path("zsh") else { return print("skipped: zsh is not installed") }
        for row in Self.rows {
            let scratch = try place("zsh")
            let outcome = try Program(zsh, ["-f", "-c", Self.zshScript, "zsh", scratch.path, row.line, zsh]).finish()
            #expect(outcome.errors == "", "\(row.line)")
            expect(Set(outcome.text.split { $0 == "\n" || $0 == " " }.map(String.init)), row)
        }
    }
}
