import Testing

/// Blanks what is not code in a Swift file: comments, the contents of strings, raw identifiers and extended regexes.
///
/// The result has a line for every line of the input, so that a line number found in it holds in the file. It is
/// a lexer in small, not a parser: a bare regex literal (`/…/`) is taken for code, which is why rules that look for
/// braces ask authors to write `#/…/#`.
struct CodeMask {
    private let input: [UInt8]
    private var output: [UInt8] = []
    private var index = 0

    static func blank(_ text: String) -> String {
        var mask = CodeMask(input: Array(text.utf8))
        mask.scanCode(insideInterpolation: false)
        return String(decoding: mask.output, as: UTF8.self)
    }

    private init(input: [UInt8]) {
        self.input = input
        output.reserveCapacity(input.count)
    }

    private func isNext(_ literal: String, after offset: Int = 0) -> Bool {
        input.dropFirst(index + offset).starts(with: literal.utf8)
    }

    private func hashCount(after offset: Int = 0) -> Int {
        input.dropFirst(index + offset).prefix { $0 == UInt8(ascii: "#") }.count
    }

    private mutating func keep(_ count: Int = 1) {
        output.append(contentsOf: input[index..<min(index + count, input.count)])
        index += count
    }

    /// A newline stays, since lines are what everything else counts.
    private mutating func hide(_ count: Int = 1) {
        for byte in input[index..<min(index + count, input.count)] {
            output.append(byte == UInt8(ascii: "\n") ? byte : UInt8(ascii: " "))
        }
        index += count
    }

    private mutating func scanCode(insideInterpolation: Bool) {
        var depth = 0
        while index < input.count {
            let byte = input[index]
            switch byte {
            case UInt8(ascii: "/") where isNext("//"): hideLineComment()
            case UInt8(ascii: "/") where isNext("/*"): hideBlockComment()
            case UInt8(ascii: "\""): scanString(hashes: 0)
            case UInt8(ascii: "#"): scanHash()
            case UInt8(ascii: "`"): scanRawIdentifier()
            default:
                if byte == UInt8(ascii: "(") { depth += 1 }
                if byte == UInt8(ascii: ")") { depth -= 1 }
                keep()
                if insideInterpolation && depth == 0 { return }
            }
        }
    }

    private mutating func hideLineComment() {
        while index < input.count && input[index] != UInt8(ascii: "\n") { hide() }
    }

    private mutating func hideBlockComment() {
        var depth = 0
        repeat {
            if isNext("/*") {
                depth += 1
                hide(2)
            } else if isNext("*/") {
                depth -= 1
                hide(2)
            } else {
                hide()
            }
        } while depth > 0 && index < input.count
    }

    private mutating func scanRawIdentifier() {
        keep()
        while index < input.count && input[index] != UInt8(ascii: "`") && input[index] != UInt8(ascii: "\n") { hide() }
        if index < input.count { keep() }
    }

    /// `#"…"#` is a string and `#/…/#` a regex; any other `#` begins a directive or a macro, which is code.
    private mutating func scanHash() {
        let hashes = hashCount()
        if isNext("\"", after: hashes) {
            keep(hashes)
            scanString(hashes: hashes)
        } else if isNext("/", after: hashes) {
            keep(hashes + 1)
            while index < input.count && !(isNext("/") && hashCount(after: 1) >= hashes) { hide() }
            keep(hashes + 1)
        } else {
            keep(hashes)
        }
    }

    /// The delimiters stay and the contents go, except that an interpolation is code again.
    private mutating func scanString(hashes: Int) {
        let quotes = isNext("\"\"\"") ? 3 : 1
        keep(quotes)
        while index < input.count {
            if quotes == 1 && input[index] == UInt8(ascii: "\n") { return }
            let closes = quotes == 3 ? isNext("\"\"\"") : isNext("\"")
            if closes && hashCount(after: quotes) >= hashes {
                keep(quotes + hashes)
                return
            }
            guard isNext("\\"), hashCount(after: 1) >= hashes else {
                hide()
                continue
            }
            hide(1 + hashes)
            if isNext("(") {
                scanCode(insideInterpolation: true)
            } else if !isNext("\n") {
                hide()
            }
        }
    }
}

@Suite struct CodeMaskTests {
    @Test(arguments: [
        ("a // b", "a     "),
        ("a /* b /* c */ d */ e", "a                   e"),
        (#"f("x! { \"") }"#, #"f("       ") }"#),
        (#"f("a \(b!) c")"#, #"f("   (b!)  ")"#),
        ("\"\"\"\n{ \"x\"\n\"\"\" }", "\"\"\"\n     \n\"\"\" }"),
        ("#\"\\(a) \"b\"# }", "#\"       \"# }"),
        ("func `a { b`() {}", "func `     `() {}"),
        ("#/a{2}\"/# }", "#/     /# }"),
        ("#if DEBUG // x", "#if DEBUG     "),
    ])
    func `comments and the contents of strings are blanked, and code stays`(source: String, expected: String) {
        #expect(CodeMask.blank(source) == expected)
    }

    @Test func `blanking keeps every line where it was`() {
        let source = "a\n/* b\n c */ d\n\"\"\"\n x\n\"\"\"\ne\n"
        #expect(CodeMask.blank(source).split(separator: "\n", omittingEmptySubsequences: false).count == 8)
    }
}
