import Testing

/// An escape from what the compiler proves, and the comment that has to stand in for the proof.
struct Escape {
    let name: String
    let pattern: Regex<Substring>
    let marker: String
    /// How many lines above the escape the marker may stand; a comment block that ends there counts as a whole.
    let reach: Int
    /// How many lines below it: a type's reason may be the first line of its body.
    var reachBelow = 0
    let instead: String

    static var all: [Escape] {
        let proof = "write '// SAFETY: …' above it, saying what makes it hold"
        return [
            Escape(
                name: "@unchecked Sendable",
                pattern: #/@unchecked\s+Sendable/#,
                marker: "Sendable because",
                reach: 6,
                reachBelow: 1,
                instead: "use a Mutex or an atomic, or write '// Sendable because …' above it or first in its body"
            ),
            Escape(
                name: "an unsafe storage modifier",
                pattern: #/(?:nonisolated|unowned)\(unsafe\)/#,
                marker: "SAFETY:",
                reach: 3,
                instead: "pass the value along, or \(proof)"
            ),
            Escape(
                name: "unsafeBitCast",
                pattern: #/\bunsafeBitCast\(/#,
                marker: "SAFETY:",
                reach: 3,
                instead: "convert the value, or \(proof)"
            ),
            Escape(
                name: "a trap",
                pattern: #/\b(?:fatalError|preconditionFailure)\(/#,
                marker: "SAFETY:",
                reach: 3,
                instead: "throw SocketError for what the network can cause; for a bug of our own, \(proof)"
            ),
            Escape(
                name: "try! or as!",
                pattern: #/\b(?:try|as)!/#,
                marker: "SAFETY:",
                reach: 3,
                instead: "let the error out, or \(proof)"
            ),
            // After a value and before no `=`: that leaves out `!flag`, `a != b` and `a !== b`.
            Escape(
                name: "a force unwrap",
                pattern: #/[\w\])>"}`]!(?!=)/#,
                marker: "SAFETY:",
                reach: 3,
                instead: "write 'guard let … else { throw … }', or \(proof)"
            ),
        ]
    }

    static func findings(in files: [SourceFile]) -> [Finding] {
        let escapes = all
        return files.flatMap { file in
            file.code.enumerated().compactMap { index, line -> Finding? in
                // Nearly every line ends here, which keeps the regexes off them.
                guard
                    line.utf8.contains(where: { $0 == UInt8(ascii: "!") || $0 == UInt8(ascii: "(") })
                        || line.contains("@unchecked")
                else { return nil }
                let unexplained = escapes.first { escape in
                    line.contains(escape.pattern)
                        && !file.hasMarker(escape.marker, near: index, reach: escape.reach)
                        && !file.lines.dropFirst(index + 1).prefix(escape.reachBelow)
                            .contains { $0.contains(escape.marker) }
                }
                guard let escape = unexplained else { return nil }
                let message = "\(escape.name) without '\(escape.marker)'; \(escape.instead)"
                return Finding(path: file.path, line: index + 1, message: message)
            }
        }
    }
}

@Suite struct SafetyTests {
    @Test func `every escape from what the compiler proves says why it holds`() {
        report(Escape.findings(in: Repository.swiftFiles(under: "Sources")))
    }

    @Test(arguments: [
        "final class A: @unchecked Sendable {}",
        "nonisolated(unsafe) var a = 1",
        "unowned(unsafe) let a: A",
        "let a = unsafeBitCast(b, to: C.self)",
        "fatalError()",
        "preconditionFailure(\"no\")",
        "try! a()",
        "a as! B",
        "a!.b",
        "a[0]! + 1",
        "a()!",
        "print(\"\\(a!)\")",
    ])
    func `an escape without a word is found`(line: String) {
        #expect(Escape.findings(in: [SourceFile("A.swift", line)]).count == 1)
    }

    @Test(arguments: [
        "a != b", "if !a, b !== c {}", "print(\"really!\")", "f(!a)", "// a!", "a(b: !c)", "#if !DEBUG",
        "fatalError() // SAFETY: the table is complete.",
        "// SAFETY: the index\n// was checked\n// by the caller\n// of the caller\n// before.\na[0]!",
        "final class A: @unchecked Sendable {\n    // Sendable because nothing in it changes.\n}",
        "/// Sendable because `state` is behind a lock.\n\nfinal class A: @unchecked Sendable {}",
    ])
    func `what is no escape, or is explained, passes`(text: String) {
        #expect(Escape.findings(in: [SourceFile("A.swift", text)]).isEmpty)
    }

    @Test func `an explanation further up explains nothing`() {
        let text = "// SAFETY: of something else.\nb()\nc()\nd()\ne()\na!"
        #expect(Escape.findings(in: [SourceFile("A.swift", text)]).count == 1)
    }
}
