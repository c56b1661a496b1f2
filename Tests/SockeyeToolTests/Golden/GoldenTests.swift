import Foundation
import TestSupport
import Testing

/// Help and errors, word for word.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct GoldenTests {
    private static let commands = [
        "", "serve", "connect", "relay", "bench", "doctor", "explain", "resolve", "replay", "lesson", "tour", "address",
    ]

    @Test(arguments: commands)
    func `the help is as it was`(command: String) throws {
        // ArgumentParser asks how wide the page is.
        let words = command.isEmpty ? ["--help"] : command == "address" ? ["help", command] : [command, "--help"]
        let outcome = try Program(Program.sockeyePath, words, environment: ["COLUMNS": "100"]).finish()
        #expect(outcome.status == 0)
        #expect(outcome.errors == "")
        try GoldenFile("help/\(command.isEmpty ? "sockeye" : command).txt").expect(outcome.text)
    }

    @Test func `every command has its help here`() throws {
        let help = try Program.sockeye("--help").finish().text
        let listed = help.matches(of: #/\n  ([a-z]+) {2,}/#).map { String($0.output.1) }
        #expect(Set(listed).subtracting(["help"]) == Set(Self.commands).subtracting(["", "address"]))
    }

    @Test(arguments: ["usage", "address", "network", "conversation"])
    func `errors are as they were`(name: String) throws {
        let file = GoldenFile("errors/\(name).txt")
        let place = try GoldenPlace()
        #expect(file.commands.count > 10)
        try file.expect(file.commands.map(place.run).joined())
    }

    @Test func `what cannot be brought about here is as it was`() throws {
        try GoldenFile("errors/constructed.txt").expect(ConstructedErrors.text)
    }

    @Test func `every text of an error is shown in a golden file`() throws {
        let outcome = try Program("/usr/bin/env", ["python3", GoldenFile.folder.path + "/messages"]).finish()
        #expect(outcome.status == 0, "\(outcome.text)\(outcome.errors)")
    }

    @Test func `a text that changes is found`() {
        let file = GoldenFile("errors/address.txt")
        guard !GoldenFile.isRenewing else { return }
        withKnownIssue { try file.expect(file.text.replacing("what happened", with: "what occurred")) }
    }
}
