import ArgumentParser
import Foundation
import Histogram
import TestSupport
import Testing

@testable import SockeyeCLI

/// A terminal of 40 columns: what is written for it is broken between words, and pictures fit.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct NarrowTests {
    @Test func `an error is broken between words, and its commands are not broken`() {
        let command = "sockeye connect 127.0.0.1:1337 --explain"
        let failure = Failure(
            attempted: "connect to a.computer.somewhere.example:1337 (192.0.2.7:1337)",
            happened: "connection refused (ECONNREFUSED)",
            cause: "no program on this computer listens on port 1: the server is not started, or on another port",
            next: ["\(command)   shows how far it came", "look at its terminal"],
            status: 1
        )
        let text = failure.description(columns: 40)
        let lines = text.split(separator: "\n")
        // Alone in its line, which a shell takes as it is.
        #expect(lines.contains("    shows how far it came:") && lines.contains("      \(command)"), "\(text)")
        for line in lines where !line.contains(command) { #expect(line.count <= 40, "\(line)") }
        for part in ["  what happened:\n", "  likely cause:\n", "  try next:\n"] { #expect(text.contains(part)) }
        #expect(failure.description(columns: 60).contains("\n  what happened: connection refused (ECONNREFUSED)\n"))
    }

    @Test(arguments: [20, 30, 40, 67, 80, 200])
    func `bars are as long as there is room`(columns: Int) {
        var latencies = Histogram<UInt64>(highestTrackableValue: 3_600_000_000_000)
        for value in stride(from: 10_000, to: 900_000, by: 7) { latencies.record(UInt64(value)) }
        let lines = LatencyPicture(latencies).lines(columns: columns)
        let longest = lines.map { $0.filter { $0 == "█" }.count }.max() ?? 0
        #expect(longest >= 1 && longest <= 40)
        if columns >= 30 { for line in lines { #expect(line.count <= columns, "\(line)") } }
        if columns >= 80 { #expect(longest == 40) }
    }

    @Test func `a load is told in 40 columns`() throws {
        let server = try Program.sockeye("serve", "--echo", "--quiet", "0")
        // The terminal that Python plays has no size until it gets one.
        let script = """
            import fcntl, os, pty, struct, sys, termios, signal
            signal.pthread_sigmask(signal.SIG_SETMASK, [])
            pid, fd = pty.fork()
            if pid == 0:
                fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', 24, 40, 0, 0)); os.execv(sys.argv[1], sys.argv[1:])
            seen = b''
            while True:
                try: piece = os.read(fd, 65536)
                except OSError: break
                if not piece: break
                seen += piece
            sys.stdout.buffer.write(seen)
            """
        let outcome = try Program.python(
            script,
            Program.sockeyePath,
            "bench",
            server.port(),
            "--connections",
            "8",
            "--count",
            "20000"
        ).finish()
        let report = outcome.text.replacing("\r\n", with: "\n").split(separator: "\u{1B}[K").last ?? ""
        #expect(report.contains("p99.9") && report.contains("rate"), "\(outcome.text)")
        #expect(report.contains("█"))
        for line in report.split(separator: "\n") { #expect(line.count <= 40, "\(line)") }
        server.send(SIGINT)
        server.finish(closingInput: false)
    }

    private static let line =
        "Only this computer can reach it, and nobody else: sockeye connect udp:127.0.0.1:1337   (a long comment here)"

    @Test(arguments: [20, 40, 60, 80])
    func `a line of the log is broken between words, and its command is not broken`(columns: Int) {
        let rows = Console.broken(Self.line, columns: columns).split(separator: "\n")
        #expect(rows.last == "  sockeye connect udp:127.0.0.1:1337   (a long comment here)")
        #expect(rows.dropLast().allSatisfy { $0.count <= columns }, "\(rows)")
        #expect(rows.map { $0.drop { $0 == " " } }.joined(separator: " ") == Self.line)
    }

    @Test func `a line that fits, one for a program, and one that has its own order stay as they are`() {
        #expect(Console.broken(Self.line, columns: nil) == Self.line)
        #expect(Console.broken(Self.line, columns: Self.line.count) == Self.line)
        #expect(Console.broken(Self.line + "\nmore", columns: 40) == Self.line + "\nmore")
    }

    // MARK: Help

    private static let commands: [any ParsableCommand.Type] = [SockeyeTool.self] + SockeyeTool.configuration.subcommands

    @Test(arguments: [40, 60, 80, 100])
    func `help fits, and what can be pasted stays in one piece`(columns: Int) {
        for kind in Self.commands {
            let whole = SockeyeTool.helpMessage(for: kind, columns: 100_000)
            let page = HelpPage(columns: columns).broken(whole)
            let lines = Set(page.split(separator: "\n").map { $0.drop { $0 == " " } })
            for line in whole.split(separator: "\n") {
                let example = line.drop { $0 == " " }.prefix(
                    upTo: line.firstRange(of: #/\S {2,}\S/#).map {
                        line.index(after: $0.lowerBound)
                    } ?? line.endIndex
                )
                guard example.hasPrefix("sockeye ") else { continue }
                #expect(lines.contains { $0 == example || $0.hasPrefix(example + "  ") }, "\(example) in\n\(page)")
            }
            let long = lines.filter { $0.count > columns && !$0.hasPrefix("sockeye ") }
            #expect(long.isEmpty, "\(long)")
            // Nothing is lost or added.
            let words = { (text: String) in text.split { $0 == " " || $0 == "\n" } }
            #expect(words(page) == words(whole))
        }
    }

    @Test func `what an example is for stands beside it or below it, never at the margin`() {
        let line = "sockeye serve --framing length:2  answers whole messages, each with its length before it"
        #expect(
            HelpPage(columns: 80).broken(line) == """
                sockeye serve --framing length:2  answers whole messages, each with its length
                                                  before it
                """
        )
        #expect(
            HelpPage(columns: 40).broken(line) == """
                sockeye serve --framing length:2
                      answers whole messages, each with
                      its length before it
                """
        )
        let option = "  --max-message <size>    " + "The longest message, in bytes, and what is longer is an error."
        #expect(
            HelpPage(columns: 40).broken(option) == """
                  --max-message <size>
                      The longest message, in bytes, and
                      what is longer is an error.
                """
        )
    }

    @Test(arguments: [
        (
            ["serve", "--drain"],
            "Error: Missing value for '--drain\n       <time>'\nHelp:  --drain <time>\n       On Ctrl-C, let the clients"
        ),
        (
            ["connect"],
            "Error: Missing expected argument\n       '<address>'\nHelp:  <address>\n       Where to connect:"
        ),
        (["serve", "--bogus"], "Error: Unknown option '--bogus'\nUsage: sockeye serve"),
    ])
    func `an option that is wrong is told in lines that fit, with the usage and the help to ask for`(
        arguments: [String],
        words: String
    ) throws {
        let line = "stty cols 40; exec '\(Program.sockeyePath)' \(arguments.joined(separator: " "))"
        let outcome = try Terminal.play([], ["-c", line], program: "/bin/sh")
        let text = outcome.text.replacing("\r\n", with: "\n")
        #expect(outcome.status == 64)
        #expect(text.hasPrefix(words), "\(text)")
        #expect(text.contains("See 'sockeye \(arguments[0]) --help'"), "\(text)")
        for line in text.split(separator: "\n") { #expect(line.count <= 40, "\(line)") }
    }

    // MARK: The tour

    @Test(arguments: [(nil, 41), (80, 41), (79, 41), (78, 4), (40, 4)] as [(Int?, Int)])
    func `the tour has two lanes where there is room for them`(columns: Int?, clientColumn: Int) {
        let layout = Narrator.Layout(columns: columns)
        #expect(layout.clientColumn == clientColumn)
        #expect(layout.clientColumn + layout.laneWidth <= columns ?? 79)
        #expect(layout.pageWidth < columns ?? 79)
        #expect(layout.isNarrow == (clientColumn == 4))
    }

    @Test func `a long line that was typed stays on the screen as a whole`() {
        var editor = LineEditor()
        let text = String(repeating: "0123456789", count: 5)
        for character in text { _ = editor.press(.character(character)) }
        #expect(!editor.drawing(prompt: "> ", columns: 40).contains(text))
        #expect(editor.finished(prompt: "> ") == "\r\u{1B}[K> \(text)\n")
    }
}
