import ArgumentParser
import SockeyeDoctor
import SockeyeSystem

/// `sockeye explain`: what a pasted error message means. Nothing is looked up anywhere.
struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "What a pasted error message means.",
        discussion: """
            sockeye explain 'ConnectionRefusedError: [Errno 111] Connection refused'
            sockeye explain WinError 10061
            python3 client.py 2>&1 | sockeye explain     finds the error in a whole traceback
            sockeye explain --json EPIPE

            It knows the messages of C, Python, Java, Node, Go, Rust, Swift and Windows that are about sockets, and needs \
            no network. Status 0: explained; 1: unknown.
            """
    )

    @Flag(help: "Answer with one line of JSON.")
    var json = false

    @Argument(parsing: .remaining, help: "The message. Without it, standard input is read.")
    var text: [String] = []

    /// A message that begins with a dash, as what bash says at a login does, is no option: those have no blanks.
    static func withoutFalseOptions(_ arguments: [String]) -> [String] {
        guard arguments.first == "explain", !arguments.contains("--"),
            let index = arguments.firstIndex(where: { $0.hasPrefix("-") && $0.contains(" ") })
        else { return arguments }
        return arguments[..<index] + ["--"] + arguments[index...]
    }

    func run() async throws {
        EventLog.begin(json)
        Interruption.endsAtOnce()
        let pasted = text.isEmpty ? try await Self.standardInput() : ErrorText(text.joined(separator: " "))
        guard pasted.lines.contains(where: { $0.contains { !$0.isWhitespace } }) else {
            try Failure(
                attempted: "explain a message",
                happened: "there is none: the text is empty",
                cause: "the message comes as an argument, in quotes, or through standard input",
                next: ["sockeye explain 'Connection refused'"],
                status: Failure.wrongUsage
            ).end()
        }
        let matches = pasted.matches()
        let surroundings = pasted.surroundings(of: matches.first)
        let address = MentionedAddress(in: surroundings)
        let place = matches.first.flatMap(pasted.ownPlace)
        let line = (matches.first?.text ?? "") + " " + (place?.code ?? "")
        let foreign = matches.isEmpty ? ForeignLine.last(in: pasted) : nil
        let answer = ExplainAnswer(
            matches: matches,
            guesses: matches.isEmpty && foreign == nil ? NearestGuess.entries(for: pasted) : [],
            foreign: foreign,
            place: place,
            circumstances: Circumstances(
                surroundings: surroundings,
                line: line,
                frames: matches.first.map(pasted.frames) ?? "",
                // An address further away may be another one.
                address: MentionedAddress(in: line)
            )
        )
        if pasted.skippedBytes > 0 {
            let size = "\(ErrorText.maximumBytes >> 10) KiB"
            Console.say(
                "sockeye: the text is long: only its last \(size) were looked at, where programs say why they ended"
            )
        }
        if json {
            await Output.standard.write(Array((answer.json(address).asEvent("explanation").line + "\n").utf8))
        } else if let page = answer.page(address, columns: StandardStream.output.columns ?? 100) {
            await Output.standard.write(Array(page.utf8))
        } else {
            try answer.unknown(pasted).end()
        }
        if matches.isEmpty { try answer.unknown(pasted).end() }
    }

    private static func standardInput() async throws -> ErrorText {
        if StandardStream.input.isTerminal { Console.say("Paste the message, then press Ctrl-D on a line of its own.") }
        let input = Input()
        var bytes: [UInt8] = []
        var (droppedBytes, droppedLines) = (0, 0)
        while let piece = try await input.next() {
            bytes += piece
            // The end of a text is what counts, so its beginning need not be kept.
            guard bytes.count > 4 * ErrorText.maximumBytes else { continue }
            let dropped = bytes.dropLast(ErrorText.maximumBytes)
            droppedBytes += dropped.count
            droppedLines += dropped.count { $0 == UInt8(ascii: "\n") }
            bytes = bytes.suffix(ErrorText.maximumBytes)
        }
        return ErrorText(bytes, droppedBytes: droppedBytes, droppedLines: droppedLines)
    }
}

/// What is said about a text: the first match explained, the others named; or what it might be.
struct ExplainAnswer {
    let matches: [ErrorText.Match]
    let guesses: [Explanation]
    /// What a text without a match is about, where that is plain.
    var foreign: ForeignLine?
    /// Where in the person's own program it happened, if a traceback says so.
    let place: ProgramPlace?
    let circumstances: Circumstances

    /// For a person; nil when nothing is known.
    func page(_ address: MentionedAddress, columns: Int) -> String? {
        guard let match = matches.first else { return nil }
        let entry = circumstances.fitted(match.entry)
        let label = 16
        func paragraph(_ name: String, _ text: String) -> [String] {
            let rows = Narrator.wrap(text, max(columns - label, 40))
            return rows.enumerated().map { index, row in
                (index == 0 ? name : "").padded(to: label) + row
            }
        }
        var rows = Narrator.wrap(entry.title, max(columns, 40))
        rows += paragraph("  found:", "line \(match.line) of the pasted text: \(SafeText.line(match.text))")
        if let place { rows += paragraph("  your program:", SafeText.line(place.words)) }
        rows += paragraph("  it means:", entry.meaning)
        for (index, cause) in entry.causes.enumerated() {
            rows += paragraph(index == 0 ? "  usual causes:" : "", "\(index + 1). \(cause)")
        }
        let advice = entry.next.flatMap { note in
            NextStep(noted: SafeText.line(address.fill(note))).rows(max(columns - label, 40))
        }
        rows += advice.enumerated().map { ($0 == 0 ? "  try next:" : "").padded(to: label) + $1 }
        let told = ([entry.title, entry.meaning] + entry.causes).joined(separator: " ")
        for (index, note) in Glossary.notes(for: told).enumerated() {
            rows += paragraph(index == 0 ? "  some words:" : "", note)
        }
        for other in matches.dropFirst().prefix(3) {
            rows += paragraph("  also there:", "line \(other.line) of the pasted text: \(other.entry.title)")
        }
        return rows.joined(separator: "\n") + "\n"
    }

    func json(_ address: MentionedAddress) -> JSONValue {
        guard let match = matches.first else {
            return .object([
                "known": .bool(false), "guesses": .array(guesses.map { Self.short($0) }),
            ])
        }
        let entry = circumstances.fitted(match.entry)
        let known: JSONValue = .object([
            "known": .bool(true), "id": .string(entry.id), "title": .string(entry.title),
            "meaning": .string(entry.meaning), "causes": .strings(entry.causes),
            "next": .strings(entry.next.map(address.fill)), "line": .integer(match.line), "text": .string(match.text),
            "also": .array(matches.dropFirst().map { Self.short($0.entry) }),
        ])
        guard let place, case .object(let members) = known else { return known }
        let own = [("file", JSONValue.string(place.file)), ("file_line", .integer(place.line))]
        let source = place.code.isEmpty ? [] : [("source", JSONValue.string(place.code))]
        return .object(members + (own + source).map { JSONValue.Member(name: $0.0, value: $0.1) })
    }

    private static func short(_ entry: Explanation) -> JSONValue {
        .object(["id": .string(entry.id), "title": .string(entry.title)])
    }

    /// The honest answer.
    func unknown(_ text: ErrorText) -> Failure {
        let last = SafeText.line(String((text.lines.last { $0.contains { !$0.isWhitespace } } ?? "").prefix(120)))
        if let foreign {
            return Failure(
                attempted: "explain \"\(last)\" as an error of sockets",
                happened: "it is none of the messages about sockets that sockeye knows",
                cause: foreign.cause,
                next: foreign.next,
                status: Failure.networkFailed
            )
        }
        return Failure(
            attempted: "explain \"\(last)\"",
            happened: "it is none of the messages that sockeye knows",
            cause: "it is not about sockets, or the program says it in words of its own, or in another language",
            next: guesses.map { "sockeye explain \(Failure.quoted($0.messages[0].replacing("*", with: " ")))" }
                + [
                    "paste the whole output of the program: the line that matters is often further up",
                    "look at the network instead of the message: sockeye doctor HOST:PORT",
                ],
            status: Failure.networkFailed
        )
    }
}

extension String {
    /// With blanks behind it, to stand in a column.
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(width - count, 0)) }
}
