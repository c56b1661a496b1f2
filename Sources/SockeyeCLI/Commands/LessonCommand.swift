import ArgumentParser
import Sockeye
import SockeyeSystem

/// `sockeye lesson`: ten experiments on real sockets.
struct LessonCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lesson",
        abstract: "Experiments on real sockets, each with what to look for.",
        discussion: """
            sockeye lesson                    lists the ten lessons
            sockeye lesson 1                  what blocks, and when
            sockeye lesson 4 --svg reset.svg  the timeline as a picture
            sockeye lesson --all              all of them
            NO_COLOR=1 sockeye lesson 1       without colours

            A server and a client run for real, on this computer, a thread each. What they did stands in two lanes, and at \
            the end the lesson checks that what it is about has happened: status 0 if so, and 1 if not.
            """
    )

    @Argument(
        help: ArgumentHelp("Which one: 1 to \(Lesson.all.count).", valueName: "n"),
        completion: .list(Lesson.all.indices.map { String($0 + 1) })
    )
    var number: Int?

    @Flag(help: "Run all of them, one after the other.")
    var all = false

    @Option(help: ArgumentHelp("Draw the timeline into a file.", valueName: "file"), completion: .file())
    var svg: String?

    @Flag(help: "Each step and each check as a line of JSON.")
    var json = false

    func validate() throws {
        if let number, !(1...Lesson.all.count).contains(number) {
            throw ValidationError(
                "There is no lesson \(number): they are 1 to \(Lesson.all.count). List: sockeye lesson"
            )
        }
        if all, number != nil { throw ValidationError("Choose one lesson, or --all.") }
        if svg != nil, number == nil {
            throw ValidationError("--svg draws one lesson: sockeye lesson 1 --svg lesson.svg")
        }
    }

    func run() async throws {
        EventLog.begin(json)
        Interruption.endsAtOnce()
        if number == nil, !all { return await list() }
        let numbers = number.map { [$0] } ?? Array(1...Lesson.all.count)
        do throws(Errno) {
            // Found out before the lesson, which takes its time.
            if let svg { try SystemFile.checkWriting(to: svg) }
        } catch {
            try unwritable(svg ?? "", error, numbers[0]).end()
        }
        var hasPassed = true
        for number in numbers {
            let page = await Self.page(number)
            await show(page)
            if let svg { try draw(page, into: svg) }
            if !page.hasPassed { hasPassed = false }
        }
        if !hasPassed { throw ExitCode(Failure.networkFailed) }
    }

    /// A lesson takes a few seconds: one that takes a minute has come to a stop.
    private static let patience = Duration.seconds(60)

    private static func page(_ number: Int) async -> LessonPage {
        let lesson = Lesson.all[number - 1]
        let stage = LessonStage()
        let watchdog = LoopTask.start {
            guard await LoopTask.sleep(for: patience) else { return }
            stage.giveUp(SocketError(.timedOut, .wait, detail: "the lesson went on for \(patience)"))
        }
        var failure: String?
        do {
            try await lesson.run(stage)
        } catch {
            failure = "\(error)"
        }
        watchdog.cancel()
        return LessonPage(
            number: number,
            lesson: lesson,
            steps: stage.steps,
            checks: stage.checks,
            failure: failure
        )
    }

    private func show(_ page: LessonPage) async {
        let lines: [String]
        if json {
            lines = page.events.map(\.line)
        } else {
            let paint = Paint(isOn: StandardStream.output.isTerminal && Paint.isWanted)
            lines = page.lines(columns: StandardStream.output.columns ?? 80, paint: paint) + [""]
        }
        await Output.standard.write(Array((lines.joined(separator: "\n") + "\n").utf8))
    }

    private func list() async {
        let lines = Lesson.all.enumerated().map { index, lesson in
            json
                ? JSONValue.object(["lesson": .integer(index + 1), "title": .string(lesson.title)]).asEvent("lesson")
                    .line
                : (index < 9 ? " " : "") + "\(index + 1)  \(lesson.title)"
        }
        let foot =
            json ? [] : ["", "sockeye lesson 1 runs the first, sockeye lesson --all runs all: a few seconds each."]
        await Output.standard.write(Array(((lines + foot).joined(separator: "\n") + "\n").utf8))
    }

    private func draw(_ page: LessonPage, into path: String) throws {
        let title = "Lesson \(page.number): \(page.lesson.title)"
        let picture = SVGTimeline(title: title, timeline: LessonTimeline(page.steps), checks: page.checks)
        do throws(Errno) {
            let file = try OutputFile(creating: path)
            try file.write(Array(picture.text.utf8))
        } catch {
            try unwritable(path, error, page.number).end()
        }
    }

    private func unwritable(_ path: String, _ error: Errno, _ number: Int) -> Failure {
        .unwritable(
            "write the picture \(SafeText.line(path))",
            error,
            next: ["sockeye lesson \(number) --svg /tmp/lesson.svg"]
        )
    }
}
