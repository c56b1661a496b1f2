import Foundation
import TestSupport
import Testing

/// What a program left behind: all three of it are compared.
struct Outcome {
    var output: Data
    var errors: String
    var status: Int32

    var text: String { String(decoding: output, as: UTF8.self) }
}

/// The bytes of a program's streams, as far as they have come.
private final class Received: @unchecked Sendable {
    // Sendable because what changes is guarded by `condition`.
    let condition = NSCondition()
    var data: [Program.Stream: Data] = [:]
    var openStreams = 2

    func drain(_ handle: FileHandle, into stream: Program.Stream) {
        Thread.detachNewThread { [self] in
            while true {
                let piece = handle.availableData
                condition.lock()
                if piece.isEmpty {
                    openStreams -= 1
                } else {
                    data[stream, default: Data()].append(piece)
                }
                condition.broadcast()
                condition.unlock()
                if piece.isEmpty { return }
            }
        }
    }
}

/// A running program, with its streams in pipes. Everything that waits has a watchdog, and what a failed test leaves
/// running is killed.
final class Program: @unchecked Sendable {
    // Sendable because what changes is in `received`, behind its condition.
    enum Stream { case output, errors }

    /// Long enough for a loaded machine, short enough to learn of a hang.
    static let watchdogSeconds = 60.0

    private let process: StartedProcess
    private let received = Received()
    private let input = Pipe()

    init(_ path: String, _ arguments: [String], environment: [String: String] = [:], input file: FileHandle? = nil)
        throws
    {
        signal(SIGPIPE, SIG_IGN)
        let output = Pipe()
        let errors = Pipe()
        process = try StartedProcess(
            path,
            arguments,
            // Of a machine without a terminal, too, a terminal that a test makes is one.
            environment: ["TERM": "xterm"].merging(environment) { $1 },
            input: (file ?? input.fileHandleForReading).fileDescriptor,
            output: output.fileHandleForWriting.fileDescriptor,
            errors: errors.fileHandleForWriting.fileDescriptor
        )
        for pipe in [output, errors] { try? pipe.fileHandleForWriting.close() }
        try? input.fileHandleForReading.close()
        received.drain(output.fileHandleForReading, into: .output)
        received.drain(errors.fileHandleForReading, into: .errors)
    }

    /// The tool, as it was built beside the tests.
    static func sockeye(_ arguments: String..., environment: [String: String] = [:]) throws -> Program {
        try Program(sockeyePath, arguments, environment: environment)
    }

    /// The same with arguments from a table.
    static func sockeye(arguments: [String]) throws -> Program {
        try Program(sockeyePath, arguments, environment: [:])
    }

    /// A line as a person types it.
    static func shell(_ line: String) throws -> Program {
        try Program("/bin/sh", ["-c", line])
    }

    /// A peer that is not ours.
    static func python(_ script: String, _ arguments: String...) throws -> Program {
        try Program("/usr/bin/env", ["python3", "-u", "-c", script] + arguments)
    }

    static let sockeyePath: String = {
        let tests = URL(
            fileURLWithPath: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        )
        let beside = tests.deletingLastPathComponent().appendingPathComponent("sockeye").path
        if FileManager.default.isExecutableFile(atPath: beside) { return beside }
        return URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appendingPathComponent("sockeye").path
    }()

    var id: Int32 { process.id }

    // MARK: Talking

    func write(_ text: String) { write(Data(text.utf8)) }

    func write(_ data: Data) { try? input.fileHandleForWriting.write(contentsOf: data) }

    func closeInput() { try? input.fileHandleForWriting.close() }

    func send(_ signal: Int32) { process.send(signal) }

    /// Waits until a stream holds a text so many times, and returns all of the stream so far.
    @discardableResult
    func wait(
        for needle: String,
        times: Int = 1,
        in stream: Stream = .errors,
        location: SourceLocation = #_sourceLocation
    ) throws -> String {
        let deadline = Date(timeIntervalSinceNow: Self.watchdogSeconds)
        received.condition.lock()
        defer { received.condition.unlock() }
        while true {
            let text = String(decoding: received.data[stream, default: Data()], as: UTF8.self)
            if text.ranges(of: needle).count >= times { return text }
            guard received.openStreams > 0, received.condition.wait(until: deadline) else {
                Issue.record("no \"\(needle)\" in \"\(text)\"", sourceLocation: location)
                process.send(SIGKILL)
                throw CancellationError()
            }
        }
    }

    /// The port that `sockeye serve` announces.
    func port() throws -> String {
        let text = try wait(for: "Listening on ")
        // One write brings the whole line.
        return try #require(text.firstMatch(of: #/Listening on \S*:(\d+)\n/#)).output.1.description
    }

    /// The first line of output, which our Python servers use for their port.
    func firstLine() throws -> String {
        String(try wait(for: "\n", in: .output).prefix { $0 != "\n" })
    }

    /// Ends the input, and waits for the program to end.
    @discardableResult
    func finish(closingInput: Bool = true, location: SourceLocation = #_sourceLocation) -> Outcome {
        if closingInput { closeInput() }
        let deadline = Date(timeIntervalSinceNow: Self.watchdogSeconds)
        received.condition.lock()
        while received.openStreams > 0 {
            if !received.condition.wait(until: deadline) {
                Issue.record("the program did not end", sourceLocation: location)
                process.send(SIGKILL)
                break
            }
        }
        let (output, errors) = (received.data[.output, default: Data()], received.data[.errors, default: Data()])
        received.condition.unlock()
        return Outcome(output: output, errors: String(decoding: errors, as: UTF8.self), status: process.waitForEnd())
    }
}
