/// A place in a person's own program, as a traceback names it.
struct ProgramPlace: Equatable {
    let file: String
    let line: Int
    /// The line of the program, where the traceback shows it: Python's does.
    let code: String

    /// `client.py, line 3: s.connect(("127.0.0.1", 1337))`.
    var words: String { "\(file), line \(line)" + (code.isEmpty ? "" : ": \(code)") }

    /// Folders of languages and of what others have written.
    private static let foreign = [
        "/lib/python", "/lib64/python", "\\Lib\\", "/Lib/", "site-packages", "dist-packages", "node_modules", "node:",
        "/go/src/", "/lib/go", "/pkg/mod/", "/rustc/", "/.cargo/registry",
    ]

    static func isForeign(_ frame: String) -> Bool { foreign.contains { frame.contains($0) } }

    private init?(path: Substring, line: Substring, code: String = "") {
        guard let number = Int(line), !path.hasPrefix("<"), !Self.foreign.contains(where: { path.contains($0) }) else {
            return nil
        }
        file = path.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? String(path)
        self.line = number
        self.code = code
    }

    /// `  File "chat/client.py", line 3, in <module>`. nil: another line, or one of Python's own files.
    fileprivate init?(python line: String, next: String?) {
        guard let found = line.firstMatch(of: #/^\s*File "([^"]+)", line (\d{1,9})/#) else { return nil }
        let code = (next ?? "").split(separator: " ").joined(separator: " ")
        let isCode = !code.hasPrefix("File \"") && !code.hasPrefix("Traceback")
        self.init(path: found.output.1, line: found.output.2, code: isCode ? code : "")
    }

    /// A frame below the message: `at Client.main(Client.java:3)`, `at new Client (/a/client.js:3:5)`,
    /// `at A.Main() in /a/A.cs:line 3`, and Go's `/a/main.go:12 +0x1d`. nil: another line, or code of others.
    fileprivate init?(frame line: String) {
        let java = #/^\s+at (?!java\.|javax\.|jdk\.|sun\.)(?:\S+/)?[\w.$<>]+\(([\w$]+\.\w+):(\d{1,9})\)/#
        let node = #/^\s+at (?:.*[( ])?(?:file://)?([^() ]+\.[cm]?[jt]sx?):(\d{1,9}):\d+\)?$/#
        let dotNet = #/^\s+at .* in (.+\.\w+):line (\d{1,9})/#
        let go = #/^\s+(/\S+\.go):(\d{1,9})(?: \+0x|$)/#
        let found =
            line.firstMatch(of: java)?.output ?? line.firstMatch(of: node)?.output ?? line.firstMatch(of: dotNet)?
            .output
            ?? line.firstMatch(of: go)?.output
        guard let (whole, path, number) = found, !whole.contains("java.base/") else { return nil }
        self.init(path: path, line: number)
    }

    /// `thread 'main' panicked at src/main.rs:4:52:`, and as older ones say it, behind the message.
    fileprivate init?(rust line: String) {
        guard line.contains("panicked at "), let found = line.firstMatch(of: #/([^\s,']+\.rs):(\d{1,9}):\d+/#) else {
            return nil
        }
        self.init(path: found.output.1, line: found.output.2)
    }
}

extension ErrorText {
    /// 40: the frames of a program of a beginner, below those of the language.
    private static let frameLines = 40

    /// The last place in the person's own code on the way to this error.
    func ownPlace(of match: Match) -> ProgramPlace? {
        let index = match.line - skippedLines - 1
        guard lines.indices.contains(index) else { return nil }
        return pythonPlace(before: index) ?? place(below: index)
            ?? lines[max(index - 1, 0)...index].lazy.compactMap(ProgramPlace.init(rust:)).first
    }

    /// The lines below an error, in which Java and Node show how it came to it.
    func frames(of match: Match) -> String {
        let index = match.line - skippedLines
        return lines.dropFirst(index).prefix(12).prefix { $0.first == " " || $0.first == "\t" || $0.hasPrefix("}") }
            .joined(separator: "\n")
    }

    private func place(below index: Int) -> ProgramPlace? {
        for line in lines.dropFirst(index + 1).prefix(Self.frameLines) {
            // Another error has frames of its own.
            if line.hasPrefix("Caused by: ") || line.contains("Traceback (most recent call last)") { return nil }
            if let place = ProgramPlace(frame: PlainLine.of(line)) { return place }
        }
        return nil
    }

    /// In the traceback that ends with this error.
    private func pythonPlace(before end: Int) -> ProgramPlace? {
        var place: ProgramPlace?
        for index in lines[..<end].indices.reversed() {
            let line = PlainLine.of(lines[index])
            if line.contains("Traceback (most recent call last)") { return place }
            guard place == nil else { continue }
            let next = index + 1 < end ? PlainLine.of(lines[index + 1]) : nil
            place = ProgramPlace(python: line, next: next)
        }
        return nil
    }
}
