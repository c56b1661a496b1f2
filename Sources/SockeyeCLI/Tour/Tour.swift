import ArgumentParser
import Sockeye
import SockeyeSystem

/// `sockeye tour`: a real server and a real client in one process, and what each of them does.
struct Tour: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Both ends at once, explained step by step.",
        discussion: """
            sockeye tour              a server and a client talk over loopback, and each step is told
            NO_COLOR=1 sockeye tour   the same without colours

            It needs no second terminal and ends by itself.
            """
    )

    @Flag(help: "Each step as a line of JSON.")
    var json = false

    func run() async throws {
        EventLog.begin(json)
        Interruption.endsAtOnce()
        let narrator = Narrator()
        narrator.opening()
        let typed: TypedAddress
        do {
            typed = try TypedAddress("127.0.0.1:0", command: "tour")
        } catch {
            try error.end()
        }
        try await Failure.explaining(typed, command: "tour") {
            try await OneMessageChapter(narrator: narrator).run()
            try await EchoChapter(narrator: narrator).run()
        }
        narrator.closing()
    }
}
