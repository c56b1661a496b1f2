import Foundation
import TestSupport
import Testing

/// The symptoms of docs/symptoms.md, reproduced with real firewalls, routes and processes: `Tests/Symptoms/run`.
@Suite(.ownThread) struct SymptomTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let runner = root.appendingPathComponent("Tests/Symptoms/run").path
    private static let cases =
        ((try? FileManager.default.contentsOfDirectory(atPath: root.path + "/Tests/Symptoms/cases")) ?? [])
        .filter { $0.hasSuffix(".sh") }.map { String($0.dropLast(3)) }.sorted()

    /// Four at a time: they mostly wait for time limits of the kernel, and each is bounded by the runner.
    private static let groups = (0..<4).map { group in
        cases.indices.filter { $0 % 4 == group }.map { cases[$0] }
    }

    /// Runs cases on a thread of their own, since waiting for a process blocks.
    private static func run(_ names: [String], with path: String = runner) async throws -> (text: String, status: Int32)
    {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        let output = Pipe()
                        let writing = output.fileHandleForWriting
                        // By the shell: what was just copied is busy while some other test's child has not called exec yet.
                        let process = try StartedProcess(
                            "/bin/bash",
                            [path] + names,
                            environment: ["SOCKEYE": Program.sockeyePath],
                            output: writing.fileDescriptor,
                            errors: writing.fileDescriptor
                        )
                        try writing.close()
                        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
                        return (String(decoding: bytes, as: UTF8.self), process.waitForEnd())
                    }
                )
            }
        }
    }

    @Test(arguments: groups)
    func `the doctor tells what was done to the network`(names: [String]) async throws {
        let outcome = try await Self.run(names)
        for line in outcome.text.split(separator: "\n") where line.lowercased().contains("skipped") { print(line) }
        let isSkipped = outcome.status == 77
        #expect(outcome.status == 0 || isSkipped, "\(outcome.text)")
        if !isSkipped {
            for name in names {
                #expect(outcome.text.contains("ok \(name)\n") || outcome.text.contains("skipped \(name)\n"))
            }
        }
    }

    @Test func `every symptom of the page has a case, and every case a symptom`() throws {
        let page = try String(contentsOfFile: Self.root.path + "/docs/symptoms.md", encoding: .utf8)
        let linked = page.matches(of: #/\(\.\./Tests/Symptoms/cases/([a-z-]+)\.sh\)/#).map { String($0.output.1) }
        #expect(Set(linked) == Set(Self.cases))
        // A row for each, and twenty at least.
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| \"") }
        #expect(rows.count >= 20)
        for row in rows { #expect(row.split(separator: "|").count == 4, "\(row)") }
    }

    @Test func `a case with a wrong expectation fails`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("symptoms-\(UUID().uuidString)")
        try FileManager.default.copyItem(atPath: Self.root.path + "/Tests/Symptoms", toPath: folder.path)
        defer { try? FileManager.default.removeItem(at: folder) }
        let wrong = "computer alone\nexpect alone works 127.0.0.1:1337\n"
        try Data(wrong.utf8).write(to: folder.appendingPathComponent("cases/not-started.sh"))
        let outcome = try await Self.run(["not-started"], with: folder.appendingPathComponent("run").path)
        if outcome.status == 77 { return print(outcome.text) }
        #expect(outcome.status == 1)
        #expect(outcome.text.contains("FAILED not-started"))
    }
}
