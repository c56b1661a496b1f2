import Foundation
import TestSupport
import Testing

/// A relay and a client whose standard output is a full pipe that nobody reads just now, or ever.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct BlockedOutputTests {
    /// The tool with a standard output that is read when the test wants it.
    private final class Blocked {
        let process: StartedProcess
        private let output = Pipe()
        private let errors = Pipe()
        private(set) var words = ""

        init(_ arguments: [String]) throws {
            process = try StartedProcess(
                Program.sockeyePath,
                arguments,
                output: output.fileHandleForWriting.fileDescriptor,
                errors: errors.fileHandleForWriting.fileDescriptor
            )
            try output.fileHandleForWriting.close()
            try errors.fileHandleForWriting.close()
        }

        func port() throws -> String {
            while !words.contains("\n") {
                words += String(decoding: errors.fileHandleForReading.availableData, as: UTF8.self)
            }
            return try #require(words.firstMatch(of: #/Listening on \S*:(\d+)\n/#)).output.1.description
        }

        /// In kB, the most that it ever had.
        func memory() throws -> Int {
            let status = try String(contentsOfFile: "/proc/\(process.id)/status", encoding: .utf8)
            let match = try #require(status.firstMatch(of: #/VmHWM:\s+(\d+) kB/#))
            return try #require(Int(match.output.1))
        }

        func readAll() -> Data { output.fileHandleForReading.readDataToEndOfFile() }

        func end() -> Int32 {
            words += String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            return process.waitForEnd()
        }
    }

    /// 30 MB, in which no part is like another.
    private static let all = Data((0..<30_000_000).map { UInt8(truncatingIfNeeded: ($0 &* 2_654_435_761) >> 9) })

    /// Sends the same over `s`. "stuck" is said when nobody has taken more of it for a second; then a line is waited for.
    private static let sending = """

        data = memoryview(bytes((i * 2654435761 >> 9) & 255 for i in range(30000000)))
        print('ready', flush=True)
        s.settimeout(1); sent = 0; is_told = False
        while sent < len(data):
            try: sent += s.send(data[sent:sent + 65536])
            except TimeoutError:
                if not is_told: print('stuck', flush=True); sys.stdin.readline()
                is_told = True
            except OSError: break
        else: s.shutdown(1)

        """

    /// The tool, the program that sends, and whoever else is needed.
    private func start(_ command: [String]) throws -> (tool: Blocked, sender: Program, others: [Program]) {
        if command[0] == "connect" {
            let sender = try Program.python(Script.server("s, _ = l.accept()" + Self.sending))
            return (try Blocked(command + ["127.0.0.1:\(sender.firstLine())"]), sender, [])
        }
        let server = try Program.python(Script.server("c, _ = l.accept(); read_all(c)"))
        let tool = try Blocked([command[0], "0", "127.0.0.1:\(server.firstLine())"] + command.dropFirst())
        return (tool, try Program.python(Script.client(Self.sending), tool.port()), [server])
    }

    @Test(arguments: [
        ["relay", "--quiet"], ["relay", "--quiet", "--once"], ["connect"], ["connect", "--receive-only"],
    ])
    func `a reader that pauses loses nothing, and what waits for it does not fill the memory`(command: [String]) throws
    {
        let (tool, sender, others) = try start(command)
        try sender.wait(for: "ready", in: .output)
        let before = try tool.memory()
        try sender.wait(for: "stuck", in: .output)
        let growth = try tool.memory() - before
        #expect(growth < 14_000, "\(growth) kB")
        sender.write("go on\n")
        let isRelay = command[0] == "relay" && !command.contains("--once")
        if isRelay {
            // It ends with nobody's end: when all was said, the test ends it.
            let id = tool.process.id
            Thread.detachNewThread {
                sender.finish()
                for other in others { other.finish() }
                kill(id, SIGINT)
            }
        }
        let read = tool.readAll()
        #expect(read.count == Self.all.count)
        // Not compared within: of so many bytes a difference takes minutes to find.
        let isSame = read == Self.all
        #expect(isSame)
        #expect(tool.end() == 0, "\(tool.words)")
        if !isRelay { for program in [sender] + others { program.finish() } }
    }

    @Test(arguments: [
        ["relay"], ["relay", "--json"], ["relay", "--show", "hex"], ["connect"], ["connect", "--json"],
    ])
    func `a signal ends it although nobody reads, with status 1`(command: [String]) throws {
        let (tool, sender, others) = try start(command)
        try sender.wait(for: "stuck", in: .output)
        tool.process.send(SIGINT)
        #expect(tool.end() == 1)
        #expect(tool.words.contains("nobody reads standard output: what was still to be written is dropped\n"))
        for program in [sender] + others {
            program.write("\n")
            program.finish()
        }
    }
}
