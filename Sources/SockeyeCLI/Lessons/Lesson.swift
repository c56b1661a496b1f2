import Sockeye

/// An experiment on real sockets: what it shows, how it is done, and what has to come out.
struct Lesson: Sendable {
    let title: String
    /// What is asked, and how the experiment answers it.
    let question: String
    /// What to look at in the timeline, when it is there.
    let lookFor: [String]
    /// Commands with which it can be seen again by hand.
    let tryNext: [Trial]
    /// Runs it. What it taught it asserts with `stage.check`.
    let run: @Sendable (LessonStage) async throws -> Void

    /// A command to try, and where, or what it shows.
    struct Trial: Sendable {
        let words: String
        /// A line for a shell, and nothing else.
        let command: String

        init(_ words: String, _ command: String) {
            self.words = words
            self.command = command
        }
    }

    static let all: [Lesson] = [
        .blocking, .streams, .halfClose, .resets, .backlog, .timeWait, .slowReader, .families, .datagrams,
        .connectionCost,
    ]
}
