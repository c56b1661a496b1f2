import Foundation
import Histogram
import TestSupport
import Testing

@testable import SockeyeCLI

/// A terminal of 40 columns: what is written for it is broken between words, and pictures fit.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct NarrowTests {
    @Test func `an error is broken between words, and its commands are not broken`() {
        let command = "sockeye connect 127.0.0.1:1337 --explain   shows how far it came"
        let failure = Failure(
            attempted: "connect to a.computer.somewhere.example:1337 (192.0.2.7:1337)",
            happened: "connection refused (ECONNREFUSED)",
            cause: "no program on this computer listens on port 1: the server is not started, or on another port",
            next: [command],
            status: 1
        )
        let text = failure.description(columns: 40)
        let lines = text.split(separator: "\n")
        #expect(lines.contains("    \(command)"))
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
        #expect(report.contains("p99.9"), "\(outcome.text)")
        #expect(report.contains("█"))
        for line in report.split(separator: "\n") { #expect(line.count <= 40, "\(line)") }
        server.send(SIGINT)
        server.finish(closingInput: false)
    }

    @Test func `a long line that was typed stays on the screen as a whole`() {
        var editor = LineEditor()
        let text = String(repeating: "0123456789", count: 5)
        for character in text { _ = editor.press(.character(character)) }
        #expect(!editor.drawing(prompt: "> ", columns: 40).contains(text))
        #expect(editor.finished(prompt: "> ") == "\r\u{1B}[K> \(text)\n")
    }
}
