import Foundation
import TestSupport
import Testing

/// Standard output and standard error in one place: a line of the tool's own begins at the start of a line.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct GluedLineTests {
    private static let server = "c, _ = l.accept(); c.sendall(b'no newline'); read_all(c); c.close()"

    /// Runs `connect --explain` with its streams where the shell puts them, and returns the files `o` and `e`.
    private func run(_ redirection: String) throws -> (output: String, errors: String) {
        let scratch = try Scratch()
        let server = try Program.python(Script.server(Self.server))
        let line =
            "cd '\(scratch.path)'; '\(Program.sockeyePath)' connect --explain 127.0.0.1:\(try server.firstLine())"
        #expect(try Program.shell("\(line) </dev/null \(redirection)").finish().status == 0)
        server.finish()
        func text(_ name: String) -> String { (try? String(contentsOfFile: scratch.file(name), encoding: .utf8)) ?? "" }
        return (text("o"), text("e"))
    }

    @Test(arguments: [">o 2>&1", ">>o 2>>o", "2>&1 | cat >o"])
    func `a line of ours does not stand behind what came without a newline`(redirection: String) throws {
        let output = try run(redirection).output
        #expect(output.contains("no newline\nexplain: "), "\(output)")
        let lines = output.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.allSatisfy { $0 == "no newline" || $0 == "" || $0.hasPrefix("explain: ") }, "\(output)")
        // Only where it is needed: a line of ours behind one of ours has none between.
        #expect(!output.contains("\n\n"), "\(output)")
    }

    @Test func `in files of their own both are as they were`() throws {
        let (output, errors) = try run(">o 2>e")
        #expect(output == "no newline")
        #expect(errors.hasPrefix("explain: "))
        #expect(!errors.contains("\n\n"))
    }
}
