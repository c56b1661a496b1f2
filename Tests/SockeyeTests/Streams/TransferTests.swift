import Foundation
import TestSupport
import Testing

@Suite(.inTurn, .timeLimit(.minutes(10))) struct `A gibibyte each way at once` {
    /// TransferProgram has a slow reader on each side, and prints what was sent, what arrived, and the most memory it had.
    @Test func `arrives whole, with slow readers, in less than 64 MiB of memory`() async throws {
        let tests = URL(filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        let path = tests.deletingLastPathComponent().appending(path: "TransferProgram")
        let words = try await output(of: path, ["\(1 << 30)"]).split { $0 == " " || $0 == "\n" }.map(String.init)
        try #require(words.count == 15, "\(words)")
        #expect(words[1].hasPrefix("1073741824-"))
        #expect(words[1] == words[3], "from the client to the server")
        #expect(words[5].hasPrefix("1073741824-"))
        #expect(words[5] == words[7], "from the server to the client")
        #expect(words[1] != words[5], "each way has bytes of its own")
        let kibibytes = try #require(Int(words[9]))
        #expect(kibibytes > 0 && kibibytes < 64 * 1024)
    }

    /// What a program prints. It is killed when it takes longer than a minute.
    private func output(of path: URL, _ arguments: [String]) async throws -> String {
        let pipe = Pipe()
        let process = try StartedProcess(path.path, arguments, output: pipe.fileHandleForWriting.fileDescriptor)
        try pipe.fileHandleForWriting.close()
        let watchdog = DispatchWorkItem { process.send(SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + 60, execute: watchdog)
        let data = try await onThread { pipe.fileHandleForReading.readDataToEndOfFile() }
        watchdog.cancel()
        #expect(process.waitForEnd() == 0)
        return String(decoding: data, as: UTF8.self)
    }
}
