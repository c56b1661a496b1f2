import Sockeye

/// What can go wrong with a load, in four parts.
extension Failure {
    static func benchUsage(_ attempted: String, _ happened: String, _ cause: String, _ next: [String]) -> Failure {
        Failure(attempted: attempted, happened: happened, cause: cause, next: next, status: wrongUsage)
    }

    /// An option that cannot be meant as it stands.
    static func benchOption(_ option: String, _ why: String, _ next: String) -> Failure {
        let cause = "a slip of the keys, or another option was meant"
        return benchUsage(
            "start a load with \(option)",
            why,
            cause,
            [next, "sockeye bench --help   lists the options"]
        )
    }

    /// The process may not have as many descriptors as there are connections.
    static func tooManyConnections(_ count: Int, needed: Int, limit: Int, _ line: String) -> Failure {
        Failure(
            attempted: "open \(Figures.grouped(count)) connections",
            happened: "each takes a descriptor, and this process may have \(Figures.grouped(limit))",
            cause: "ulimit -n, the limit for open files, is lower than the connections need",
            next: [
                "ulimit -n \(needed), then the same command again   (beyond ulimit -Hn only as root)",
                "\(line) --connections \(max(1, limit - (needed - count)))",
            ],
            status: networkFailed
        )
    }

    /// The errors of a run in one: the most frequent kind, with what can be done about it.
    init(_ result: BenchResult, _ address: TypedAddress, line: String, _ words: BenchWords) {
        let faults = result.faults
        guard let fault = faults.foremost else {
            self = Self.unanswered(result, address, line)
            return
        }
        let count = faults.ranked[0].count
        let many = count == 1 ? "" : " (\(Figures.grouped(count)) times)"
        switch fault {
        case .socket(let error):
            let failure = Failure(error, address, command: "connect")
            self.init(
                attempted: failure.attempted,
                happened: failure.happened + many,
                cause: failure.cause,
                next: failure.next,
                status: Self.networkFailed
            )
        case .ended(let replies): self = Self.ended(after: replies, many, result, address, line)
        case .wrongReply(let wrong):
            self = Self.tooLong(wrong, many, result, line, words) ?? Self.wrong(wrong, many, result, address, line)
        }
    }

    private static func ended(
        after replies: Int,
        _ many: String,
        _ result: BenchResult,
        _ address: TypedAddress,
        _ line: String
    ) -> Failure {
        let isLimited = replies > 0
        return Failure(
            attempted: "get a reply from \(result.address)",
            happened: "the server closed the connection after \(counted(replies, "reply", "replies"))\(many)",
            cause: isLimited
                ? "it takes only so many messages on a connection, or it has ended"
                : "it did not like the request, or it answers once and closes, or it has ended",
            next: [
                "\(line) --reconnect   takes a new connection for each message",
                "sockeye connect \(quoted(address.text)) --explain   shows what it says to one client",
            ],
            status: networkFailed
        )
    }

    /// A reply that is longer than is allowed for here; nil for any other.
    private static func tooLong(
        _ wrong: WrongReply,
        _ many: String,
        _ result: BenchResult,
        _ line: String,
        _ words: BenchWords
    ) -> Failure? {
        guard let problem = wrong.problem, let framing = words.framing.framing,
            let options = framing.options(after: problem)
        else { return nil }
        return Failure(
            attempted: "check what \(result.address) sent back",
            happened: "reply \(Figures.grouped(wrong.reply)): \(SafeText.line(problem))\(many)",
            cause: "its messages are longer than is allowed for here, or it speaks another framing",
            next: ["\(line) --request \(words.requestAgain) \(options)   takes longer ones"],
            status: networkFailed
        )
    }

    private static func wrong(
        _ wrong: WrongReply,
        _ many: String,
        _ result: BenchResult,
        _ address: TypedAddress,
        _ line: String
    ) -> Failure {
        let where_ = "byte \(Figures.grouped(wrong.position)) of reply \(Figures.grouped(wrong.reply))"
        let happened =
            if let problem = wrong.problem {
                "reply \(Figures.grouped(wrong.reply)): \(SafeText.line(problem))"
            } else if wrong.expected.isEmpty {
                "more came than was asked for, from \(where_): \(shown(wrong.came))"
            } else if wrong.came.isEmpty {
                "reply \(Figures.grouped(wrong.reply)) ended before \(where_): expected \(shown(wrong.expected))"
            } else {
                "\(where_) is wrong: came \(shown(wrong.came)), expected \(shown(wrong.expected))"
            }
        let isEcho = result.plan.traffic.check == .echo
        let isFirst = wrong.reply == 1
        return Failure(
            attempted: "check what \(result.address) sent back",
            happened: happened + many,
            cause: isEcho && isFirst
                ? "it is no echo server: without --reply everything has to come back as it was sent"
                : isFirst ? "it answers something else" : "the server mixes up or changes bytes",
            next: isEcho
                ? [
                    "\(line) --request TEXT --reply TEXT   for a server that answers something else",
                    "\(line) --request TEXT --framing lines   for replies of which only the length counts",
                ] : ["sockeye connect \(quoted(address.text))   shows what it answers"],
            status: networkFailed
        )
    }

    private static func nothingMeasured(_ result: BenchResult, _ line: String) -> Failure {
        Failure(
            attempted: "measure replies from \(result.address)",
            happened:
                "no message was answered within the \(TimeWords.short(result.plan.duration ?? .zero)) of --duration",
            cause: result.repliesInWarmUp > 0
                ? "the server has stopped answering: in the warm-up it still did"
                : "that is shorter than it takes to connect, to send and to get a reply",
            next: (result.repliesInWarmUp > 0 ? [] : ["\(line) --duration 1s"])
                + ["\(line) --count 1000   measures so many messages, however long it takes"],
            status: networkFailed
        )
    }

    private static func unanswered(_ result: BenchResult, _ address: TypedAddress, _ line: String) -> Failure {
        if result.unanswered == 0, result.isEmpty { return nothingMeasured(result, line) }
        let isEver = result.replies > 0 || result.messages > 0 || result.repliesInWarmUp > 0
        let look = "sockeye connect \(quoted(address.text)) --explain   shows what it says to one client"
        return Failure(
            attempted: "get replies from \(result.address)",
            happened: isEver
                ? "\(counted(result.unanswered, "message", "messages")) had no reply at the end"
                : "nothing came back at all",
            cause: isEver
                ? result.plan.rate == nil
                    ? "the server has stalled, or takes longer than a second for a reply"
                    : "the server has stalled, or is slower than the rate that was asked for"
                : "the server waits for more: for a whole line, or for another protocol",
            next: isEver
                ? result.plan.rate.map { ["\(line) --rate \(Figures.digits($0 / 2))   asks for half as many"] } ?? [
                    look
                ]
                : [
                    "\(line) --request 'PING\\r\\n' --reply '+PONG\\r\\n'   for a server that speaks another protocol",
                    look,
                ],
            status: networkFailed
        )
    }

    private static func counted(_ number: Int, _ one: String, _ many: String) -> String {
        "\(Figures.grouped(number)) \(number == 1 ? one : many)"
    }

    /// Bytes of somebody else within a line of ours.
    private static func shown(_ bytes: [UInt8]) -> String {
        var text = SafeText()
        let safe = text.append(bytes) + text.finish()
        return "\"" + safe.replacing("\n", with: #"\n"#).replacing("\t", with: #"\t"#) + "\""
    }
}
