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

            Bytes are compared, not the pieces in which they come. The client's next piece is sent when the server has
            answered as much as it had then. Status 0 when all answers are the same, 1 when one is not.
            """
    ).ofTool()

    @Argument(help: "A file that sockeye relay --record has written.")
    var file: String

    @Argument(help: "Where the server is: host:port, a port of this computer, or unix:/path.")
    var address: String

    @Option(
        help: ArgumentHelp(
            "Keep the recorded pauses: 1 as they were, 2 half as long. (default: no pauses)",
            valueName: "n"
        )
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
        let isSame = Locked(true)
        try await Failure.explaining(typed, command: "connect") {
            try await Interruption.ends {
                let patience = wait?.duration ?? .seconds(5)
                var player = ReplayPlayer(recording, to: typed, speed: speed, patience: patience)
                let results = try await player.run()
                isSame.with { $0 = results.allSatisfy(\.isSame) }
                await tell(results)
            }
        }
        if !isSame.with(\.self) { throw ExitCode(Failure.networkFailed) }
    }

    /// Recording would overwrite a file that is there and something else.
    private func advice(isFree: Bool) -> String {
        let name = isFree ? Failure.quoted(file) : file == "talk.jsonl" ? "talk2.jsonl" : "talk.jsonl"
        return "sockeye relay 1337 8000 --record \(name)   records one"
    }

    private func load() throws(Failure) -> Recording {
        let bytes: [UInt8]
        do {
            bytes = try SystemFile.contents(file, limit: Recording.largestBytes)
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
                cause: "it is no recording, or it was cut off while it was written",
                next: [advice(isFree: false)],
                status: Failure.wrongUsage
            )
        }
    }

    private func tell(_ results: [ReplayPlayer.Result]) async {
        for result in results {
            if json { await Output.standard.write(Array((result.json.line + "\n").utf8)) }
            if result.isSame { continue }
            let lines = (result.difference?.lines ?? []) + (result.trouble.map { [$0] } ?? [])
            Console.say("connection \(result.connection): " + lines.joined(separator: "\n"))
        }
        let different = results.count { !$0.isSame }
        let sent = results.reduce(0) { $0 + $1.sentBytes }
        let same = results.reduce(0) { $0 + $1.sameBytes }
        let played = "\(RelayWords.times(results.count, "connection")) played, \(Quantity.bytes(sent)) sent"
        if results.isEmpty {
            Console.say("The recording holds no connection: nothing was played.")
        } else if different == 0 {
            Console.say("\(played): the server answered the same \(Quantity.bytes(same)).")
        } else {
            Console.say("\(played): \(different) of them answered differently.")
        }
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
            .init(name: "difference", value: difference?.json ?? .null),
            .init(name: "trouble", value: trouble.map(JSONValue.string) ?? .null),
        ])
    }
}
