import Foundation
import TestSupport
import Testing

/// Every sockeye line of docs/coming-from-netcat.md, run by `Interop/coming-from-netcat`, which reads the page. `.ci/run` runs
/// those of the other tools too.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct ComingFromNetcatTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    private func run(_ options: String...) throws -> Outcome {
        let runner = Self.root.appendingPathComponent("Interop/coming-from-netcat").path
        return try Program("/usr/bin/env", ["python3", runner, "--tool", Program.sockeyePath, "--ours"] + options)
            .finish()
    }

    @Test(arguments: 1...4)
    func `each line of the page does what the page says`(part: Int) throws {
        let outcome = try run("--part", "\(part)/4")
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errors)")
        #expect(outcome.text.contains(" 0 failed"))
    }

    @Test func `a line that is changed on the page, or missing there, fails`() throws {
        let scratch = try Scratch()
        let page = try String(
            contentsOf: Self.root.appendingPathComponent("docs/coming-from-netcat.md"),
            encoding: .utf8
        )
        let changed = page.replacing(
            "`sockeye connect --receive-only host:1337`",
            with: "`sockeye connect --receive host:1337`"
        )
        #expect(changed != page)
        try Data(changed.utf8).write(to: URL(fileURLWithPath: scratch.file("page")))
        let outcome = try run("--page", scratch.file("page"), "--only=--receive")
        #expect(outcome.status == 1)
        #expect(
            outcome.text.contains("FAILED sockeye connect --receive-only host:1337: it is not on the page any more")
        )
        #expect(outcome.text.contains("nothing says what sockeye connect --receive host:1337 has to do"))
    }

    @Test func `the page has what people look for`() throws {
        let page = try String(
            contentsOf: Self.root.appendingPathComponent("docs/coming-from-netcat.md"),
            encoding: .utf8
        )
        #expect(page.split(separator: "\n").filter { $0.hasPrefix("| `") }.count >= 45)
        for word in [
            "nc -l -p", "nc -lk", "-e /", "-c '", "nc -u ", "nc -U", "-w 3", "-q 2", "nc -N", "nc -z", "--send-only",
            "--recv-only",
            "--proxy", "--chat", "--broker", "fork UNIX-CONNECT", "SYSTEM:", "EXEC:", "READLINE", "crlf", "> file",
        ] {
            #expect(page.contains(word), "\(word)")
        }
    }
}
