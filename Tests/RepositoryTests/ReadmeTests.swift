import Testing

/// The README shows only code that is compiled: each of its Swift blocks is a file in Snippets/.
enum ReadmePolicy {
    struct Block {
        let snippet: String?
        /// Counted from 1: the line of the opening fence.
        let line: Int
        var code: [String] = []
    }

    static func findings(readme: SourceFile, snippet: (String) -> SourceFile?) -> [Finding] {
        swiftBlocks(of: readme).compactMap { block in
            guard let name = block.snippet else {
                let message = "a Swift block that nothing compiles; write <!-- snippet: NAME --> on the line above it"
                return Finding(path: readme.path, line: block.line, message: message)
            }
            let path = "Snippets/\(name).swift"
            guard let file = snippet(path) else {
                return Finding(path: readme.path, line: block.line, message: "there is no \(path); add the file")
            }
            let shown = visibleLines(of: file)
            guard shown != block.code else { return nil }
            let length = max(shown.count, block.code.count)
            func line(_ index: Int, of lines: [String]) -> String { index < lines.count ? lines[index] : "(nothing)" }
            let first = (0..<length).first { line($0, of: shown) != line($0, of: block.code) } ?? 0
            let readmeText = line(first, of: block.code)
            let message =
                "differs from \(path): README has '\(readmeText)' where the snippet shows "
                + "'\(line(first, of: shown))'; copy the snippet's text here"
            return Finding(path: readme.path, line: block.line + 1 + first, message: message)
        }
    }

    static func swiftBlocks(of readme: SourceFile) -> [Block] {
        var blocks: [Block] = []
        var fence: String?
        var isSwift = false
        var lastText = ""
        for (index, line) in readme.lines.enumerated() {
            let trimmed = String(line.drop { $0 == " " })
            if let open = fence {
                if trimmed.hasPrefix(open) {
                    fence = nil
                } else if isSwift {
                    blocks[blocks.count - 1].code.append(line)
                }
            } else if trimmed.hasPrefix("```") {
                fence = String(trimmed.prefix { $0 == "`" })
                isSwift = trimmed.drop { $0 == "`" }.lowercased().hasPrefix("swift")
                let name = lastText.wholeMatch(of: #/\s*<!-- snippet: ([\w\/+-]+) -->\s*/#)?.output.1
                if isSwift { blocks.append(Block(snippet: name.map(String.init), line: index + 1)) }
            }
            if !trimmed.isEmpty { lastText = line }
        }
        return blocks
    }

    /// What a snippet shows: its lines less the `//!` header and what stands between `snippet.hide` and `snippet.show`.
    /// When `snippet.show` comes first, nothing shows before it. Common indentation and outer blank lines go.
    static func visibleLines(of file: SourceFile) -> [String] {
        func marker(_ line: String) -> String? {
            line.wholeMatch(of: #/\s*//\s*snippet\.(\w+)\s*/#).map { String($0.output.1) }
        }
        var isVisible = file.lines.lazy.compactMap(marker).first != "show"
        var shown: [String] = []
        for line in file.lines where !line.hasPrefix("//!") {
            switch marker(line) {
            case "show": isVisible = true
            case "hide", "end": isVisible = false
            case nil where isVisible: shown.append(line)
            default: break
            }
        }
        func isBlank(_ line: String) -> Bool { !line.contains { $0 != " " } }
        while shown.last.map(isBlank) ?? false { shown.removeLast() }
        shown = Array(shown.drop(while: isBlank))
        let indentation = shown.filter { !isBlank($0) }.map { $0.prefix { $0 == " " }.count }.min() ?? 0
        return shown.map { isBlank($0) ? "" : String($0.dropFirst(indentation)) }
    }

    /// The test command that `.ci/run` takes from the README.
    static func hasTestCommand(_ readme: SourceFile) -> Bool {
        readme.lines.contains { $0 == "swift test" || $0.hasPrefix("swift test ") }
    }
}

@Suite struct ReadmeTests {
    @Test func `every Swift block of the README is a compiled snippet`() throws {
        let readme = try #require(
            Repository.file(at: "README.md"),
            "write a README.md that begins with ten lines of code"
        )
        report(ReadmePolicy.findings(readme: readme, snippet: Repository.file(at:)))
        let hint = "README.md has no line 'swift test'; .ci/run takes the test command from there"
        let hasCommand = ReadmePolicy.hasTestCommand(readme)
        #expect(hasCommand, "\(hint)")
    }

    private let snippet = SourceFile(
        "Snippets/echo.swift",
        "//! An echo server.\n\n// snippet.hide\nfunc run() {\n// snippet.show\n    a()\n\n    b()\n// snippet.hide\n}\n"
    )

    private func findings(_ readme: String) -> [Finding] {
        let file = snippet
        return ReadmePolicy.findings(readme: SourceFile("README.md", readme)) { $0 == file.path ? file : nil }
    }

    @Test func `a block that equals its snippet passes, and other languages are left alone`() {
        let readme = "<!-- snippet: echo -->\n```swift\na()\n\nb()\n```\n```sh\nswift test\n```\n"
        #expect(findings(readme).isEmpty)
        #expect(ReadmePolicy.hasTestCommand(SourceFile("README.md", readme)))
    }

    @Test(arguments: [
        ("```swift\na()\n\nb()\n```\n", 1),
        ("<!-- snippet: none -->\n```swift\na()\n```\n", 2),
        ("<!-- snippet: echo -->\n```swift\na()\n\nc()\n```\n", 5),
        ("<!-- snippet: echo -->\n\n```swift\na()\n```\n", 5),
    ])
    func `a block that is unmarked, unknown or different is found`(readme: String, line: Int) {
        #expect(findings(readme).map(\.line) == [line])
    }

    @Test(arguments: [
        ("//! A.\nlet a = 1\n", ["let a = 1"]),
        ("import A\n// snippet.show\nlet a = 1\n// snippet.end\nlet b = 2\n", ["let a = 1"]),
        ("let a = 1\n// snippet.hide\nlet b = 2\n// snippet.show\nlet c = 3\n", ["let a = 1", "let c = 3"]),
    ])
    func `a snippet shows what its markers leave`(text: String, shown: [String]) {
        #expect(ReadmePolicy.visibleLines(of: SourceFile("Snippets/a.swift", text)) == shown)
    }
}
