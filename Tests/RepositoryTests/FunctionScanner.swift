import Testing

/// A function, initializer, subscript or computed property, and the lines it covers.
struct FunctionExtent: Equatable {
    let name: String
    /// Counted from 1, both ends included.
    let firstLine: Int
    let lastLine: Int

    var lineCount: Int { lastLine - firstLine + 1 }
}

/// Finds functions by matching braces in masked code. It knows no grammar: a `{` outside parentheses after `func` is
/// taken for the body, which holds for everything the formatter leaves behind.
struct FunctionScanner {
    private struct Pending {
        let name: String
        let line: Int
        let parenDepth: Int
        let endsWithLine: Bool
    }

    private let file: SourceFile
    private var found: [FunctionExtent] = []
    private var pending: Pending?
    private var openBraces: [Pending?] = []
    private var parenDepth = 0

    static func functions(in file: SourceFile) -> [FunctionExtent] {
        var scanner = FunctionScanner(file: file)
        for index in file.code.indices { scanner.scan(lineAt: index) }
        return scanner.found.sorted { $0.firstLine < $1.firstLine }
    }

    private init(file: SourceFile) { self.file = file }

    private mutating func scan(lineAt index: Int) {
        let line = Array(file.code[index].utf8)
        var word: [UInt8] = []
        var beforeWord = UInt8(ascii: " ")
        for (column, byte) in (line + [UInt8(ascii: "\n")]).enumerated() {
            if isWordByte(byte) {
                if word.isEmpty { beforeWord = column > 0 ? line[column - 1] : UInt8(ascii: " ") }
                word.append(byte)
                continue
            }
            if !word.isEmpty && beforeWord != UInt8(ascii: ".") && beforeWord != UInt8(ascii: "`") {
                meet(word: String(decoding: word, as: UTF8.self), lineIndex: index)
            }
            word = []
            meet(symbol: byte, line: index + 1)
        }
        if pending?.endsWithLine == true { pending = nil }
    }

    private func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: byte >= 0x80
        }
    }

    private mutating func meet(word: String, lineIndex: Int) {
        switch word {
        case "func":
            let name = file.lines[lineIndex].firstMatch(of: #/\bfunc\s+(`[^`]*`|[^\s(<]+)/#)?.output.1
            begin(String(name ?? "func"), lineIndex, endsWithLine: false)
        case "init", "deinit", "subscript":
            begin(word, lineIndex, endsWithLine: false)
        case "var":
            // A computed property opens its brace on its own line; a stored one has none there, or a closure after `=`.
            let name = file.lines[lineIndex].firstMatch(of: #/\bvar\s+(\w+)/#)?.output.1
            begin(String(name ?? "var"), lineIndex, endsWithLine: true)
        default: break
        }
    }

    private mutating func begin(_ name: String, _ lineIndex: Int, endsWithLine: Bool) {
        // Within a parameter list the word is a label or a part of a default value.
        if let pending, parenDepth > pending.parenDepth { return }
        pending = Pending(name: name, line: lineIndex + 1, parenDepth: parenDepth, endsWithLine: endsWithLine)
    }

    private mutating func meet(symbol: UInt8, line: Int) {
        switch symbol {
        case UInt8(ascii: "("): parenDepth += 1
        case UInt8(ascii: ")"): parenDepth -= 1
        case UInt8(ascii: "="):
            if pending?.endsWithLine == true { pending = nil }
        case UInt8(ascii: "{"):
            let opensBody = pending?.parenDepth == parenDepth
            openBraces.append(opensBody ? pending : nil)
            if opensBody { pending = nil }
        case UInt8(ascii: "}"):
            if pending?.parenDepth == parenDepth { pending = nil }
            guard let body = openBraces.popLast() ?? nil else { return }
            found.append(FunctionExtent(name: body.name, firstLine: body.line, lastLine: line))
        default: break
        }
    }
}

@Suite struct FunctionScannerTests {
    private func extents(_ text: String) -> [String] {
        FunctionScanner.functions(in: SourceFile("A.swift", text)).map { "\($0.name) \($0.lineCount)" }
    }

    @Test func `functions are measured from their first line to their closing brace`() {
        let text = """
            struct A {
                let text = "{ func no() {"
                var stored = { 1 }()
                var computed: Int {
                    1
                }
                init(
                    a: () -> Void = {}
                ) {
                    self.init()
                    // }
                }
                func `a { b`() where A: B { if true { return } }
                func outer() {
                    func inner() {
                    }
                }
            }
            """
        #expect(extents(text) == ["computed 3", "init 6", "`a { b` 1", "outer 4", "inner 2"])
    }

    @Test func `a requirement without a body takes nobody else's`() {
        let text = """
            protocol P {
                func one()
                init(x: Int)
            }
            extension P {
                func two() {
                }
            }
            """
        #expect(extents(text) == ["two 2"])
    }
}
