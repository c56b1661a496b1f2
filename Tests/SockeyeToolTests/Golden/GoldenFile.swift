import Foundation
import Testing

/// A file of Tests/Golden: commands, each behind a `$`, and below each what it says and its status.
///
/// To add a case, write a line `$ command` and renew: `SOCKEYE_GOLDEN=renew swift test --filter GoldenTests`.
struct GoldenFile {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Golden")
    static let isRenewing = ProcessInfo.processInfo.environment["SOCKEYE_GOLDEN"] == "renew"

    let url: URL

    init(_ name: String) { url = Self.folder.appendingPathComponent(name) }

    var text: String { (try? String(contentsOf: url, encoding: .utf8)) ?? "" }

    /// The commands, in their order.
    var commands: [String] {
        text.split(separator: "\n").filter { $0.hasPrefix("$ ") }.map { String($0.dropFirst(2)) }
    }

    /// Holds what was seen against the file, or writes it there.
    func expect(_ seen: String, location: SourceLocation = #_sourceLocation) throws {
        if Self.isRenewing {
            try Data(seen.utf8).write(to: url)
            return
        }
        let (old, new) = (text.components(separatedBy: "\n"), seen.components(separatedBy: "\n"))
        if old == new { return }
        let differences = new.difference(from: old).map { change in
            switch change {
            case .insert(let line, let text, _): "+\(line + 1) \(text)"
            case .remove(let line, let text, _): "-\(line + 1) \(text)"
            }
        }
        let name = "Tests/Golden/" + url.pathComponents.suffix(2).joined(separator: "/")
        let advice = "if that is meant: SOCKEYE_GOLDEN=renew swift test --filter GoldenTests"
        Issue.record("\(name) differs; \(advice)\n\(differences.joined(separator: "\n"))", sourceLocation: location)
    }
}

/// What the commands of golden files find: files, sockets, and ports, whose numbers are hidden behind names.
final class GoldenPlace {
    private let scratch: Scratch
    private let holder: Program
    private let closed: String
    private let taken: String

    /// Sockets that somebody has, and one that nobody has any more.
    private static let script = """
        import os, socket, sys
        os.chdir(sys.argv[1])
        t = socket.socket(); t.bind(('127.0.0.1', 0)); t.listen()
        u = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); u.bind(('127.0.0.1', t.getsockname()[1]))
        s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1] + '/taken.sock'); s.listen()
        d = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); d.bind('datagrams.sock')
        l = socket.socket(socket.AF_UNIX); l.bind('left.sock'); l.close()
        print(t.getsockname()[1]); sys.stdin.read()
        """

    init() throws {
        scratch = try Scratch()
        try FileManager.default.createDirectory(atPath: scratch.file("folder"), withIntermediateDirectories: true)
        try Data("a file\n".utf8).write(to: URL(fileURLWithPath: scratch.file("file")))
        let talk = """
            {"event":"recording","version":1,"listen":"127.0.0.1:1337","target":"8000","started":"2026-01-31T12:00:00.000Z"}
            {"time":0.1,"connection":1,"event":"open","client":"127.0.0.1:60062","server":"127.0.0.1:8000"}
            {"time":0.2,"connection":1,"event":"data","side":"server","bytes":2,"text":"hi"}

            """
        try Data(talk.utf8).write(to: URL(fileURLWithPath: scratch.file("talk.jsonl")))
        try Data("{}\n".utf8).write(to: URL(fileURLWithPath: scratch.file("run.json")))
        holder = try Program.python(Self.script, scratch.path)
        taken = try holder.firstLine()
        closed = try Peers.closedPort()
    }

    deinit { holder.finish() }

    /// What a command says on standard error, with its status; what differs from run to run has a name.
    func run(_ command: String) throws -> String {
        try? FileManager.default.removeItem(atPath: scratch.file("p"))
        let program = try Program(
            "/bin/bash",
            ["-c", "cd \(scratch.path)\n\(command)"],
            environment: [
                "CLOSED": closed, "TAKEN": taken, "NO_COLOR": "1",
                "PATH": [
                    URL(fileURLWithPath: Program.sockeyePath).deletingLastPathComponent().path,
                    GoldenFile.folder.path, ProcessInfo.processInfo.environment["PATH"] ?? "",
                ].joined(separator: ":"),
            ]
        )
        let outcome = program.finish()
        return "$ \(command)\n\(named(outcome.errors))status \(outcome.status)\n\n"
    }

    private func named(_ text: String) -> String {
        var text = text.replacing(scratch.path, with: "FOLDER")
        for (value, name) in [(closed, "CLOSED"), (taken, "TAKEN"), ("process \(holder.id)", "process PID")] {
            text = text.replacing(value, with: name)
        }
        text = text.replacing("kill \(holder.id)", with: "kill PID")
        text.replace(#/python3[.\d]*/#, with: "python3")
        text.replace(#/\b(?!6553[56]\b)[1-6]\d{4}\b/#, with: "PORT")
        text.replace(#/,? and here those are .*/#, with: ", and here those are …")
        text.replace(#/,? and those are .*/#, with: ", and those are …")
        // A computer in no network has none to name.
        text.replace("of its own computer\n", with: "of its own computer, and here those are …\n")
        text.replace(
            "takes an address of this computer\n",
            with: "takes an address of this computer, and those are …\n"
        )
        text.replace(#/Others reach it with: .*\n/#, with: "")
        return text
    }
}
