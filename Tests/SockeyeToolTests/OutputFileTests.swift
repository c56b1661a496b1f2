import Foundation
import SockeyeSystem
import TestSupport
import Testing

/// Options that name a file to be written: what cannot be is told before anything begins, and what is there stays until then.
@Suite(.serialized, .inTurnWithPrograms, .ownThread) struct OutputFileTests {
    @Test(arguments: [
        ["serve", "0", "--port-file"], ["serve", "udp:0", "--port-file"], ["serve", "0", "--receive"],
        ["relay", "0", "1", "--port-file"], ["relay", "0", "1", "--record"], ["relay", "udp:0", "udp:1", "--record"],
        ["lesson", "1", "--svg"],
    ])
    func `a file that cannot be written is told before anything begins`(command: [String]) throws {
        for path in ["/nodir/x", "/tmp", "nodir/x"] where !(command.last == "--receive" && path == "/tmp") {
            let outcome = try Program.sockeye(arguments: command + [path]).finish()
            #expect(outcome.status == 64)
            #expect(outcome.text == "")
            #expect(!outcome.errors.contains("Listening"), "\(outcome.errors)")
            let answer = path == "/tmp" ? "EISDIR" : "ENOENT"
            for part in [path, answer, "likely cause:", "try next:"] {
                #expect(outcome.errors.contains(part), "\(outcome.errors)")
            }
        }
    }

    @Test(arguments: [["--svg"], ["--compare", "run.json", "--svg"]])
    func `a picture that cannot be drawn is told before the load`(options: [String]) throws {
        // Nobody listens there: a load would have ended with a refusal.
        let outcome = try Program.sockeye(arguments: ["bench", Peers.closedPort()] + options + ["/nodir/x.svg"])
            .finish()
        #expect(outcome.status == 64)
        #expect(outcome.text == "")
        #expect(outcome.errors.contains("could not draw /nodir/x.svg"), "\(outcome.errors)")
    }

    @Test func `a recording stays as it is when the relay cannot begin`() throws {
        let holder = try Program.python(Script.server("sys.stdin.read()"))
        let scratch = try Scratch()
        let file = scratch.file("talk.jsonl")
        try Data("precious\n".utf8).write(to: URL(fileURLWithPath: file))
        let port = try holder.firstLine()
        let outcome = try Program.sockeye("relay", "127.0.0.1:\(port)", "127.0.0.2:1", "--record", file).finish()
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("EADDRINUSE"))
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "precious\n")
        holder.finish()
    }

    @Test func `a file to receive into stays as it is when the server cannot begin`() throws {
        let holder = try Program.python(Script.server("sys.stdin.read()"))
        let scratch = try Scratch()
        let file = scratch.file("inbox")
        try Data("precious\n".utf8).write(to: URL(fileURLWithPath: file))
        let outcome = try Program.sockeye("serve", "127.0.0.1:\(holder.firstLine())", "--receive", file).finish()
        #expect(outcome.status == 1)
        #expect(outcome.errors.contains("EADDRINUSE"))
        #expect(try String(contentsOfFile: file, encoding: .utf8) == "precious\n")
        holder.finish()
    }

    @Test func `looking whether a file can be written leaves nothing behind`() throws {
        let scratch = try Scratch()
        try SystemFile.checkWriting(to: scratch.file("new"))
        try SystemFile.checkMaking(scratch.file("new"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == [])
        try Data("old".utf8).write(to: URL(fileURLWithPath: scratch.file("old")))
        try SystemFile.checkWriting(to: scratch.file("old"))
        try SystemFile.checkMaking(scratch.file("old"))
        #expect(try String(contentsOfFile: scratch.file("old"), encoding: .utf8) == "old")
        try SystemFile.checkWriting(to: "/dev/null")
        for (path, error) in [("", Errno.noSuchFile), ("x/", .isDirectory), (scratch.path, .isDirectory)] {
            #expect(throws: error) { try SystemFile.checkWriting(to: path) }
            #expect(throws: error) { try SystemFile.checkMaking(path) }
        }
        #expect(throws: Errno(rawValue: ENOTDIR)) { try SystemFile.checkWriting(to: scratch.file("old/x")) }
    }
}
