import ArgumentParser
import Sockeye
import SockeyeSystem

/// `sockeye replay`: the clients of a recording again, and whether the server still answers the same.
struct Replay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "A recorded conversation played again: does the server answer the same?",
        discussion: """
            sockeye relay 1337 8000 --record talk.jsonl     records what a client and the server on port 8000 say
            sockeye replay talk.jsonl 8000                  says it again to the server, and compares the answers
            sockeye replay talk.jsonl 8000 --speed 1        with the pauses of then; 2 is twice as fast

            Bytes are compared, not the pieces in which they come. The client's next piece is sent when the server has \
            answered as much as it had then. Status 0 when all answers are the same, 1 when one is not, or when the \
            recording lacks them: it ends in the middle, or has nothing of the server.
            """
    ).ofTool()

    @Argument(help: "A file that sockeye relay --record has written.", completion: .file())
    var file: String

    @Argument(help: "Where the server is: host:port, a port of this computer, or unix:/path.")
    var address: String

    @Option(
        help: ArgumentHelp(
            "Keep the recorded pauses: 1 as they were, 2 half as long. (default: no pauses)",
            valueName: "n"
        ),
        transform: { try TypedCount.parseRate($0, "above 0: 1 is as recorded, 2 is twice as fast") }
    )
    var speed: Double?

    @Option(
        help: ArgumentHelp("How long to wait for an answer. (default: 5s)", valueName: "time"),
        transform: TypedDuration.init(parsing:)
    )
    var wait: TypedDuration?

    @Flag(help: "What became of each connection as a line of JSON on standard output.")
    var json = false

    func validate() throws {
        if let speed, !(speed > 0 && speed <= 1e6) {
            throw ValidationError("--speed \(speed): 1 is as recorded, 2 is twice as fast, up to 1000000.")
        }
    }

    func run() async throws {
        EventLog.begin(json)
        let typed: TypedAddress
        let recording: Recording
        do {
            typed = try TypedAddress(address, command: "replay \(Failure.quoted(file))")
            recording = try load()
        } catch {
            try error.end()
        }
        let (isSame, isDone) = (Locked(false), Locked(false))
        try await Failure.explaining(typed, command: "replay \(Failure.quoted(file))") {
            let undone = Undone { [isDone] in
                isDone.with(\.self) ? nil : "ended before the recording was played to its end"
            }
            try await Interruption.ends(undone: undone) {
                let patience = wait?.duration ?? .seconds(5)
                var player = ReplayPlayer(recording, to: typed, speed: speed, patience: patience)
                let results = try await player.run()
                isDone.with { $0 = true }
                isSame.with { $0 = !results.isEmpty && results.allSatisfy(\.isSame) }
                await tell(results)
            }
        }
        if !isSame.with(\.self) { throw ExitCode(Failure.networkFailed) }
    }

    /// Recording would overwrite a file that is there and something else.
    private func advice(isFree: Bool) -> String {
        let name = isFree ? Failure.quoted(file) : file == "talk.jsonl" ? "talk2.jsonl" : "talk.jsonl"
        let listen = (try? TypedAddress(address, command: "replay"))?.endpoint.port == 1337 ? "1338" : "1337"
        return "sockeye relay \(listen) \(Failure.quoted(address)) --record \(name)   records one"
    }

    /// What can be played of a file that was cut off.
    private func wholeLines(_ count: Int) -> [String] {
        let name = file == "whole.jsonl" ? "whole2.jsonl" : "whole.jsonl"
        return [
            "head -n \(count) \(Failure.quoted(file)) > \(name)   keeps the whole lines",
            "sockeye replay \(name) \(Failure.quoted(address))   plays them",
        ]
    }

    private func load() throws(Failure) -> Recording {
        let bytes: [UInt8]
        do {
            bytes = try HeldUp.during(.input(file)) { () throws(Errno) in
                try SystemFile.contents(file, limit: Recording.largestBytes)
            }
        } catch {
            let isTooLarge = error == .fileTooLarge
            throw Failure(
                attempted: "read the recording \(SafeText.line(file))",
                happened: isTooLarge ? "it has more than \(Recording.largestBytes >> 20) MiB" : "\(error)",
                cause: isTooLarge
                    ? "it is held in memory while it is played" : "the file is not there, or not yours to read",
                next: [advice(isFree: error == .noSuchFile)],
                status: Failure.wrongUsage
            )
        }
        do {
            return try Recording(parsing: bytes)
        } catch {
            throw Failure(
                attempted: "play \(SafeText.line(file))",
                happened: error.words,
                cause: error.wholeLines == nil
                    ? "it is no recording, or was changed" : "the relay was killed, or its disk was full",
                next: error.wholeLines.map(wholeLines) ?? [advice(isFree: false)],
                status: Failure.wrongUsage
            )
        }
    }

    private func tell(_ results: [ReplayPlayer.Result]) async {
        for result in results {
            if json { await Output.standard.write(Array((result.json.line + "\n").utf8)) }
            if result.isSame { continue }
            let lines = (result.difference?.lines ?? []) + [result.trouble, result.gap?.words].compactMap(\.self)
            Console.say("connection \(result.connection): " + lines.joined(separator: "\n"))
        }
        Console.say(Self.verdict(results))
    }

    private static func verdict(_ results: [ReplayPlayer.Result]) -> String {
        let played = results.filter { $0.gap?.kind != .opening }
        if played.isEmpty { return "The recording holds no connection that could be played: nothing was compared." }
        let sent = Quantity.bytes(played.reduce(0) { $0 + $1.sentBytes })
        let same = results.reduce(0) { $0 + $1.sameBytes }
        let begin = "\(RelayWords.times(played.count, "connection")) played, \(sent) sent"
        let different = results.count { $0.isDifferent }
        let incomplete = results.count { !$0.isDifferent && $0.gap != nil }
        if different + incomplete == 0 {
            let answers = same > 0 ? "answered the same \(Quantity.bytes(same))" : "said nothing, as in the recording"
            return "\(begin): the server \(answers)."
        }
        var parts: [String] = []
        if different > 0 { parts.append("\(different) of them answered differently") }
        if incomplete > 0 {
            let all = same > 0 ? "to its end; \(Quantity.bytes(same)) of answers are the same" : "at all"
            parts.append("\(incomplete) of them could not be compared \(all)")
        }
        return "\(begin): " + parts.joined(separator: ", ") + "."
    }
}

extension ReplayPlayer.Result {
    /// The fields are described in docs/recordings.md.
    var json: JSONValue {
        .object([
            .init(name: "event", value: .string("replayed")), .init(name: "connection", value: .integer(connection)),
            .init(name: "same", value: .bool(isSame)),
            .init(name: "sent_bytes", value: .integer(sentBytes)),
            .init(name: "same_bytes", value: .integer(sameBytes)),
            .init(name: "compared", value: .string(gap == nil ? "all" : sameBytes > 0 ? "part" : "nothing")),
            .init(name: "last_line", value: gap.map { .integer($0.line) } ?? .null),
            .init(name: "difference", value: difference?.json ?? .null),
            .init(name: "trouble", value: (trouble ?? gap?.words).map(JSONValue.string) ?? .null),
        ])
    }
}
