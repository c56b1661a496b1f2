import Foundation
import TestSupport
import Testing

@testable import SockeyeCLI

/// Every lesson, run for real: each asserts what it teaches by itself, and says so with its status.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct LessonTests {
    @Test(arguments: 1...10)
    func `a lesson shows what it is about`(number: Int) throws {
        let outcome = try Program.sockeye("lesson", "\(number)").finish()
        #expect(outcome.status == 0, "\(outcome.text)")
        #expect(outcome.errors == "")
        let lines = outcome.text.split(separator: "\n")
        #expect(["SERVER", "CLIENT", "Look for", "What came out", "Try it yourself"].allSatisfy(outcome.text.contains))
        #expect(lines.contains { $0.hasPrefix("  ✓ ") })
        #expect(!lines.contains { $0.hasPrefix("  ✗ ") })
        let commands = Lesson.all[number - 1].tryNext.map(\.command)
        let long = lines.filter { line in line.count > 80 && !commands.contains { line.hasSuffix($0) } }
        #expect(long.isEmpty)
        #expect(!outcome.text.contains("\u{1B}"))
    }

    @Test(arguments: [1, 6, 9])
    func `a lesson is drawn as a picture that is well formed`(number: Int) throws {
        let scratch = try Scratch()
        let outcome = try Program.sockeye("lesson", "\(number)", "--svg", scratch.file("l.svg")).finish()
        #expect(outcome.status == 0)
        let script = """
            import sys, xml.dom.minidom as m
            d = m.parse(sys.argv[1]); w = int(d.documentElement.getAttribute('width')); h = int(d.documentElement.getAttribute('height'))
            t = d.getElementsByTagName('text')
            print(all(0 <= int(x.getAttribute('y')) <= h and 0 <= int(x.getAttribute('x')) <= w for x in t), len(t) > 20)
            """
        #expect(try Program.python(script, scratch.file("l.svg")).finish().text == "True True\n")
    }

    @Test func `without a number the lessons are listed`() throws {
        let outcome = try Program.sockeye("lesson").finish()
        #expect(outcome.status == 0)
        #expect(outcome.text.contains(" 1  What blocks, and when\n"))
        #expect(outcome.text.contains("10  A connection for each message"))
    }

    @Test func `all of them come as JSON, a line an event`() throws {
        let outcome = try Program.sockeye("lesson", "--all", "--json").finish()
        #expect(outcome.status == 0)
        let events = try outcome.text.split(separator: "\n").map { try JSONValue(parsing: $0.utf8) }
        let ends = events.filter { $0["event"]?.string == "end" }
        #expect(ends.compactMap { $0["lesson"]?.integer } == Array(1...10))
        #expect(ends.allSatisfy { $0["passed"] == .bool(true) && $0["failure"] == .null })
        for step in events where step["event"]?.string == "step" {
            #expect(["server", "client"].contains(step["side"]?.string))
            #expect(step["call"]?.string?.isEmpty == false)
            #expect(step["time"]?.double != nil && step["seconds"]?.double != nil && step["waited"]?.bool != nil)
        }
        for check in events where check["event"]?.string == "check" {
            #expect(check["holds"] == .bool(true), "\(check.line)")
        }
    }

    /// The calls of a lesson in the order in which they were made, and what each sends.
    private func calls(_ number: Int) throws -> [(call: String, arrow: String?)] {
        try Program.sockeye("lesson", "\(number)", "--json").finish().text.split(separator: "\n")
            .map { try JSONValue(parsing: $0.utf8) }
            .filter { $0["event"]?.string == "step" }
            .map { ($0["call"]?.string ?? "", $0["arrow"]?.string) }
    }

    @Test func `the request that a full queue does not take is shown as lost`() throws {
        let connects = try calls(5).filter { $0.call.hasPrefix("connect(") }
        #expect(connects.map(\.arrow) == ["delivered", "delivered", "delivered", "lost"])
    }

    @Test func `the listening socket is closed before the next server binds`() throws {
        let calls = try calls(6).map(\.call)
        let order = calls.compactMap { call in
            call == "close(listening socket)"
                ? "close" : call.hasPrefix("bind(") && call != "bind(127.0.0.1:0)" ? "bind" : nil
        }
        #expect(order == ["close", "bind", "close", "bind", "close", "bind"])
        #expect(calls.filter { $0.hasPrefix("setsockopt") }.count == 2, "both servers have to set it, and both show it")
    }

    @Test func `the lesson about datagrams shows the connect that makes the error come`() throws {
        let calls = try calls(9).map(\.call)
        let send = try #require(calls.firstIndex(of: "send(\"hello?\")"))
        #expect(calls[send - 1].hasPrefix("connect(127.0.0.1:"))
    }

    @Test func `without a loopback interface a lesson fails, and says why`() throws {
        let arguments = ["-rn", Program.sockeyePath, "lesson", "1"]
        guard let unshare = Peers.path("unshare"), try Program(unshare, ["-rn", "true"]).finish().status == 0 else {
            print("skipped: no network namespace may be made here")
            return
        }
        let outcome = try Program(unshare, arguments).finish()
        #expect(outcome.status == 1)
        #expect(outcome.text.contains("  ✗ connect 127.0.0.1:"), "\(outcome.text)")
        #expect(outcome.text.contains("This is not what the lesson is about"))
    }

    @Test(arguments: [
        (["0"], "There is no lesson 0"), (["11"], "There is no lesson 11"), (["one"], "one"),
        (["1", "--all"], "Choose one"),
        (["--svg", "x"], "--svg draws one lesson"), (["1", "--svg", "/nowhere/x"], "could not write the picture"),
    ])
    func `wrong usage is said, with 64`(arguments: [String], words: String) throws {
        let outcome = try Program.sockeye(arguments: ["lesson"] + arguments).finish()
        #expect(outcome.status == 64)
        #expect(outcome.errors.contains(words), "\(outcome.errors)")
    }

    // MARK: Without a socket

    private func step(
        _ lane: LessonLane?,
        _ call: String,
        _ start: Int,
        _ end: Int,
        waited: Bool = false,
        arrow: LessonStep.Arrow? = nil
    ) -> LessonStep {
        var step = LessonStep(lane: lane, call: call, arrow: arrow, start: .milliseconds(start))
        step.end = .milliseconds(end)
        step.hasWaited = waited
        step.isOver = end > start || lane == nil
        return step
    }

    @Test func `what waits is in two rows, and what happens meanwhile stands between`() {
        let timeline = LessonTimeline([
            step(.server, "recv(9)", 1, 30, waited: true), step(nil, "a note", 10, 10),
            step(.client, "send(\"hi\")", 20, 21, arrow: .delivered),
        ])
        #expect(timeline.rows.map(\.text) == ["recv(9)", "a note", "send(\"hi\")", "recv() returns"])
        #expect(timeline.rows.map(\.kind) == [.begin, .note, .call, .end])
        #expect(timeline.rows[2].waiting == [.server])
        #expect(timeline.rows[3].waiting == [])
    }

    @Test func `what did not sleep stands after its cause, even if it was called before`() {
        let timeline = LessonTimeline([
            step(.server, "recv(9)", 1, 9), step(.client, "send(\"hi\")", 5, 6, arrow: .delivered),
        ])
        #expect(timeline.rows.map(\.lane) == [.client, .server])
    }

    @Test func `a call that never returned waits to the end`() {
        let timeline = LessonTimeline([step(.server, "accept()", 1, 1), step(.client, "connect()", 2, 3)])
        #expect(timeline.rows.map(\.kind) == [.begin, .call])
        #expect(timeline.rows[1].waiting == [.server])
    }

    @Test(arguments: [60, 80, 120, 500])
    func `both lanes fit into the terminal`(columns: Int) {
        var long = step(.server, "send(\"" + String(repeating: "x", count: 200) + "\")", 1, 2, arrow: .lost)
        long.result = String(repeating: "many words ", count: 30)
        let lines = TextTimeline(columns: columns, paint: Paint(isOn: false)).lines(
            LessonTimeline([long, step(.client, "recv()", 3, 4)])
        )
        #expect(lines.allSatisfy { $0.count < max(columns, 60) })
        #expect(lines.contains { $0.contains("──✗") })
    }

    @Test(arguments: [36, 40, 59])
    func `in a narrow terminal there is one lane`(columns: Int) {
        var long = step(.server, "send(\"" + String(repeating: "x", count: 200) + "\")", 1, 2)
        long.result = String(repeating: "many words ", count: 30)
        let steps = [
            long, step(.client, "recv(9)", 3, 9), step(nil, "a note of many words, which is broken", 4, 4),
        ]
        let lines = TextTimeline(columns: columns, paint: Paint(isOn: false)).lines(LessonTimeline(steps))
        for line in lines { #expect(line.count < columns, "\(line)") }
        #expect(lines.contains { $0.contains(" server send(") } && lines.contains { $0.contains(" client recv(") })
        let page = LessonPage(number: 4, lesson: Lesson.all[3], steps: steps, checks: [], failure: nil)
        let others = page.lines(columns: columns, paint: Paint(isOn: false)).filter { !$0.contains("sockeye") }
        for line in others { #expect(line.count <= columns, "\(line)") }
    }

    @Test func `a narrow terminal breaks a long call, and loses nothing of it`() {
        let calls = ["connect(127.0.0.1:34251)", "setsockopt(SO_REUSEADDR, 1)", String(repeating: "x", count: 90)]
        for call in calls {
            let lines = TextTimeline(columns: 60, paint: Paint(isOn: false)).lines(
                LessonTimeline([step(.client, call, 1, 2, arrow: .delivered)])
            )
            let shown = lines.dropFirst().map { String($0.dropFirst(37)) }.joined().filter { $0 != " " }
            #expect(shown.contains(call.filter { $0 != " " }), "\(lines)")
        }
    }

    @Test(arguments: [60, 80])
    func `what to try fits into the terminal, each command in one line`(columns: Int) {
        for (number, lesson) in Lesson.all.enumerated() {
            let page = LessonPage(number: number + 1, lesson: lesson, steps: [], checks: [], failure: nil)
            let lines = page.lines(columns: columns, paint: Paint(isOn: false))
            let commands = Set(lesson.tryNext.map { "        " + $0.command })
            #expect(commands.isSubset(of: lines), "alone in its line, for a shell to take")
            let others = lines.filter { !commands.contains($0) }
            #expect(others.allSatisfy { $0.count <= columns }, "\(others.filter { $0.count > columns })")
            for trial in lesson.tryNext { #expect(!trial.command.contains("#") && !trial.command.contains("  ")) }
        }
    }

    @Test func `a check that does not hold fails the lesson`() {
        func page(_ checks: [LessonCheck], _ failure: String? = nil) -> LessonPage {
            LessonPage(number: 1, lesson: .blocking, steps: [], checks: checks, failure: failure)
        }
        let (good, bad) = (LessonCheck(words: "a", holds: true), LessonCheck(words: "b", holds: false))
        #expect(page([good]).hasPassed)
        #expect(!page([good, bad]).hasPassed)
        #expect(!page([]).hasPassed)
        #expect(!page([good], "refused").hasPassed)
        #expect(page([good, bad]).lines(columns: 80, paint: Paint(isOn: false)).contains("  ✗ b"))
    }
}
