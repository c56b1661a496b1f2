import ArgumentParser
import Sockeye
import SockeyeSystem

/// What goes out, and what has to come back.
struct BenchWords: ParsableArguments {
    @Option(
        help: ArgumentHelp("Bytes a message: \(TypedSize.examples). (default: 64)", valueName: "size"),
        transform: { try TypedSize(parsing: $0, upTo: Self.largestMessage) }
    )
    var size: TypedSize?

    @Option(
        help: ArgumentHelp(
            #"What to send, with \r, \n, \t, \0, \e, \xHH and \\; or @FILE. (default: a pattern of --size bytes)"#,
            valueName: "text"
        )
    )
    var request: String?

    @Option(
        help: ArgumentHelp("What has to come back, written alike. (default: what was sent)", valueName: "text")
    )
    var reply: String?

    @OptionGroup var framing: FramingOptions

    /// 16 MiB: a message that is larger is a typing error, or a download.
    private static let largestMessage = 16 << 20

    func traffic(_ line: String) throws(Failure) -> Traffic {
        if let size, size.byteCount > Self.largestMessage {
            throw Self.wrong("--size \(size.byteCount)", "a message has at most 16 MiB", "\(line) --size 16M")
        }
        guard let request else {
            if reply != nil || framing.chosen != nil {
                throw Self.wrong(
                    reply != nil ? "--reply" : "--framing",
                    "without --request the message is a pattern, and has to come back as it is",
                    "\(line) --request TEXT"
                )
            }
            return Traffic(patternOf: size?.byteCount ?? 64)
        }
        if size != nil {
            throw Self.wrong("--size and --request", "a request has its own size", "\(line) --request TEXT")
        }
        let message = try Self.bytes(request, "--request", line)
        let answer: [UInt8]? = if let reply { try Self.bytes(reply, "--reply", line) } else { nil }
        guard let chosen = framing.chosen else { return Traffic(request: message, reply: answer) }
        do {
            return Traffic(request: try chosen.encoded(message), messagesIn: chosen, reply: answer)
        } catch {
            throw unframeable(message, error.detail ?? "\(error.code)", line)
        }
    }

    /// The request as it is typed again; one that would fill the line is left to whoever has it.
    var requestAgain: String {
        guard let request, request.utf8.count <= 40 else { return "TEXT" }
        return Failure.quoted(SafeText.line(request))
    }

    private func unframeable(_ message: [UInt8], _ why: String, _ line: String) -> Failure {
        guard let framing = framing.framing,
            let options = framing.options(for: message.count, maximum: self.framing.maxMessage?.byteCount)
        else { return Self.wrong("--request in this framing", why, "\(line) --request TEXT") }
        return Failure.benchUsage(
            "start a load with --request in this framing",
            why,
            "the message is longer or shorter than the framing, or --max-message, allows",
            ["\(line) --request \(requestAgain) \(options)"]
        )
    }

    private static func bytes(_ text: String, _ option: String, _ line: String) throws(Failure) -> [UInt8] {
        let bytes: [UInt8]
        if text.hasPrefix("@") {
            let path = String(text.dropFirst())
            do {
                bytes = try HeldUp.during(.input(path)) { () throws(Errno) in
                    try SystemFile.contents(path, limit: largestMessage)
                }
            } catch {
                throw wrong(
                    "\(option) \(SafeText.line(text))",
                    "the file cannot be used: \(error)",
                    "ls -l \(Failure.quoted(path))"
                )
            }
        } else if let unescaped = EscapedText.bytes(of: text) {
            bytes = unescaped
        } else {
            throw wrong(
                "\(option) \(SafeText.line(text))",
                #"a \ stands before something else than n, r, t, 0, e, \ or xHH"#,
                #"write \\ for the \ itself"#
            )
        }
        guard !bytes.isEmpty else {
            throw wrong(option, "it is empty: a message has at least one byte", "\(line) \(option) TEXT")
        }
        return bytes
    }

    private static func wrong(_ what: String, _ why: String, _ next: String) -> Failure {
        Failure.benchOption(what, why, next)
    }
}
