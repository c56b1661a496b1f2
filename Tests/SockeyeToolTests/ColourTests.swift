import Foundation
import TestSupport
import Testing

/// Escape sequences stand where somebody sees colours, and nowhere else.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct ColourTests {
    private static let commands = [
        ["tour"], ["lesson", "1"], ["lesson"], ["bench", "PORT", "-d", "300ms", "-c", "1"], ["help", "serve"],
        ["nonsense"],
        ["connect", "CLOSED"], ["resolve", "localhost"], ["explain", "ECONNRESET"], ["doctor", "PORT", "--no-wait"],
    ]

    private static var colour: Regex<Substring> { #/\x1B\[[0-9;]*m/# }

    /// What each command writes, all of it.
    private func outputs(_ run: ([String]) throws -> Outcome) throws -> [(command: String, text: String)] {
        let server = try Program.sockeye("serve", "--echo", "--quiet", "0")
        defer {
            server.send(SIGTERM)
            server.finish()
        }
        let (port, closed) = (try server.port(), try Peers.closedPort())
        return try Self.commands.map { command in
            let outcome = try run(command.map { $0 == "PORT" ? port : $0 == "CLOSED" ? closed : $0 })
            return (command.joined(separator: " "), outcome.text + outcome.errors)
        }
    }

    @Test(arguments: ["dumb", ""])
    func `a terminal that understands no sequences gets none`(terminal: String) throws {
        for (command, text) in try outputs({ try Terminal.play([], $0, environment: ["TERM": terminal]) }) {
            #expect(!text.isEmpty && !text.contains("\u{1B}"), "\(command): \(text.debugDescription)")
        }
    }

    @Test func `NO_COLOR takes colours away`() throws {
        for (command, text) in try outputs({ try Terminal.play([], $0, environment: ["NO_COLOR": "1"]) }) {
            #expect(!text.isEmpty && !text.contains(Self.colour), "\(command): \(text.debugDescription)")
        }
    }

    @Test func `in a pipe there is text alone`() throws {
        for (command, text) in try outputs({
            try Program(Program.sockeyePath, $0, environment: ["TERM": "xterm", "NO_COLOR": ""]).finish()
        }) {
            #expect(!text.isEmpty && !text.contains("\u{1B}"), "\(command): \(text.debugDescription)")
        }
    }

    @Test func `a terminal that is asked nothing gets colours, and each ends on its line`() throws {
        let coloured = try outputs { try Terminal.play([], $0) }.filter { $0.text.contains(Self.colour) }
        #expect(coloured.map(\.command) == ["tour", "lesson 1"])
        for (command, text) in coloured {
            for line in text.split(separator: "\r\n") where line.contains(Self.colour) {
                #expect(
                    line.matches(of: Self.colour).last?.output == "\u{1B}[0m",
                    "\(command): \(line.debugDescription)"
                )
            }
        }
    }
}
