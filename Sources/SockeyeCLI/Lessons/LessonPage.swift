import SockeyeSystem

/// A lesson on the terminal: the question, the timeline, what to look for, and whether it came out as it should.
struct LessonPage {
    let number: Int
    let lesson: Lesson
    let steps: [LessonStep]
    let checks: [LessonCheck]
    /// What ended it early, if anything did.
    let failure: String?

    var hasPassed: Bool { failure == nil && !checks.isEmpty && checks.allSatisfy(\.holds) }

    /// - Parameter columns: How wide the terminal is.
    func lines(columns: Int, paint: Paint) -> [String] {
        let width = min(columns, 100) - 2
        func paragraph(_ text: String) -> [String] { Narrator.wrap(text, width) }
        func bullet(_ sign: String, _ text: String) -> [String] {
            Narrator.wrap(text, width - 4).enumerated().map { ($0.offset == 0 ? "  \(sign) " : "    ") + $0.element }
        }
        let title = "Lesson \(number): \(lesson.title)"
        var lines = paragraph(title).map(paint.bold)
        lines.append(paint.faint(String(repeating: "─", count: min(title.count, width))))
        lines += paragraph(lesson.question) + [""]
        lines += TextTimeline(columns: columns, paint: paint).lines(LessonTimeline(steps)) + [""]
        lines += [paint.bold("Look for")] + lesson.lookFor.flatMap { bullet("·", $0) } + [""]
        lines.append(paint.bold("What came out"))
        for check in checks {
            lines += bullet(check.holds ? "✓" : "✗", check.words).map {
                check.holds ? paint.right($0) : paint.wrong($0)
            }
        }
        if let failure { lines += bullet("✗", failure).map(paint.wrong) }
        if !hasPassed {
            lines += paragraph("This is not what the lesson is about: on this computer it came out differently.")
        }
        lines += ["", paint.bold("Try it yourself")]
        // A command stands alone in its line, and is never broken, so that it can be copied.
        lines += lesson.tryNext.flatMap { bullet("·", $0.words + ":") + ["        " + $0.command] }
        return lines
    }

    /// The fields are described in docs/lessons.md.
    var events: [JSONValue] {
        let head = JSONValue.object([
            "event": .string("lesson"), "lesson": .integer(number), "title": .string(lesson.title),
        ])
        let steps = steps.map { step in
            JSONValue.object([
                "event": .string(step.lane == nil ? "note" : "step"), "lesson": .integer(number),
                "side": .optional(step.lane?.rawValue), "call": .string(step.call), "time": .seconds(step.start),
                "seconds": .seconds(step.duration), "waited": .bool(step.hasWaited), "result": .optional(step.result),
                "error": .optional(step.error.map { $0.errno?.description ?? $0.code.rawValue }),
                "arrow": .optional(step.arrow?.rawValue),
            ])
        }
        let checks = checks.map { check in
            JSONValue.object([
                "event": .string("check"), "lesson": .integer(number), "words": .string(check.words),
                "holds": .bool(check.holds),
            ])
        }
        let end = JSONValue.object([
            "event": .string("end"), "lesson": .integer(number), "passed": .bool(hasPassed),
            "failure": .optional(failure),
        ])
        return [head] + steps + checks + [end]
    }
}
