/// A place in a person's own program, as a Python traceback names it.
struct PythonFrame: Equatable {
    let file: String
    let line: Int
    /// The line of the program, where the traceback shows it.
    let code: String

    /// `client.py, line 3: s.connect(("127.0.0.1", 1337))`.
    var words: String { "\(file), line \(line)" + (code.isEmpty ? "" : ": \(code)") }

    /// `  File "chat/client.py", line 3, in <module>`. nil: another line, or one of Python's own files.
    fileprivate init?(_ line: String, next: String?) {
        guard let found = line.firstMatch(of: #/^\s*File "([^"]+)", line (\d{1,9})/#), let number = Int(found.output.2)
        else { return nil }
        let path = found.output.1
        let foreign = ["/lib/python", "/lib64/python", "\\Lib\\", "/Lib/", "site-packages", "dist-packages"]
        guard !path.hasPrefix("<"), !foreign.contains(where: { path.contains($0) }) else { return nil }
        file = path.split { $0 == "/" || $0 == "\\" }.last.map(String.init) ?? String(path)
        self.line = number
        let code = (next ?? "").split(separator: " ").joined(separator: " ")
        self.code = code.hasPrefix("File \"") || code.hasPrefix("Traceback") ? "" : code
    }
}

extension ErrorText {
    /// The last line of the person's own code in the traceback that ends with this error.
    func ownFrame(of match: Match) -> PythonFrame? {
        let end = match.line - skippedLines - 1
        guard lines.indices.contains(end) else { return nil }
        var place: PythonFrame?
        for index in lines[..<end].indices.reversed() {
            let line = PlainLine.of(lines[index])
            if line.contains("Traceback (most recent call last)") { return place }
            guard place == nil else { continue }
            let next = index + 1 < end ? PlainLine.of(lines[index + 1]) : nil
            place = PythonFrame(line, next: next)
        }
        return nil
    }
}
