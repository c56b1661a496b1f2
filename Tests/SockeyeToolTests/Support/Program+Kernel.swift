import Foundation
import Testing

/// What the kernel knows of a program, and nobody else: where its threads are stuck, and which signals wait for it.
extension Program {
    /// Waits until one of the program's threads is stuck in a function of the kernel: who is held up says nothing himself.
    func wait(untilIn function: KernelFunction, location: SourceLocation = #_sourceLocation) throws {
        try Self.wait("no thread is in \(function.rawValue)", location: location) {
            let tasks = "/proc/\(id)/task"
            return try FileManager.default.contentsOfDirectory(atPath: tasks).contains { task in
                let place = try? String(contentsOfFile: "\(tasks)/\(task)/wchan", encoding: .utf8)
                return place?.contains(function.rawValue) == true
            }
        }
    }

    /// As the kernel calls them, or a part of it: the name of the first one differs by version.
    enum KernelFunction: String {
        case writingToPipe = "pipe_write"
        case openingPipe = "wait_for_partner"
    }

    /// Sends a signal, and returns when the program has taken it.
    func sendUntilTaken(_ signal: Int32, location: SourceLocation = #_sourceLocation) throws {
        send(signal)
        try Self.wait("the signal was not taken", location: location) {
            let status = try String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)
            let pending = try #require(status.firstMatch(of: #/ShdPnd:\s*([0-9a-f]+)/#)).output.1
            return try #require(UInt64(pending, radix: 16)) & (1 << UInt64(signal - 1)) == 0
        }
    }

    /// Waits with a watchdog for what no event tells.
    static func wait(
        _ words: Comment,
        location: SourceLocation = #_sourceLocation,
        for condition: () throws -> Bool
    ) throws {
        let deadline = Date(timeIntervalSinceNow: watchdogSeconds)
        while try !condition() {
            try #require(Date() < deadline, words, sourceLocation: location)
            sched_yield()
        }
    }
}

/// A pipe with a name, for what nobody reads, or writes.
struct NamedPipe {
    let path: String

    init(in scratch: Scratch) throws {
        path = scratch.file("pipe")
        try #require(mkfifo(path, 0o600) == 0)
    }

    /// Somebody who has it open and does not read.
    func idleReader() throws -> FileHandle {
        let end = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        try #require(end >= 0)
        return FileHandle(fileDescriptor: end, closeOnDealloc: true)
    }

    /// The same, and the pipe takes no more from anybody.
    func fill() throws -> FileHandle {
        let end = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        try #require(end >= 0)
        let piece = [UInt8](repeating: UInt8(ascii: "."), count: 4096)
        while write(end, piece, piece.count) > 0 {}
        return FileHandle(fileDescriptor: end, closeOnDealloc: true)
    }

    /// Takes out all that is in it.
    static func empty(_ reader: FileHandle) {
        var piece = [UInt8](repeating: 0, count: 65_536)
        while read(reader.fileDescriptor, &piece, piece.count) > 0 {}
    }
}
