import Testing

/// Something that may be larger than the limits, and why.
struct SizeExemption {
    let path: String
    /// nil exempts the length of the file itself.
    var function: String?
    let reason: String

    static let all: [SizeExemption] = []
}

/// Nobody holds more than this in mind at once. House style aims at 300 and 40; these are the walls behind the aim.
enum SizePolicy {
    static let maximumFileLines = 500
    static let maximumFunctionLines = 70

    static func findings(in files: [SourceFile], exemptions: [SizeExemption] = SizeExemption.all) -> [Finding] {
        var used: Set<Int> = []
        func isExempt(_ path: String, _ function: String?) -> Bool {
            let match = exemptions.firstIndex { $0.path == path && $0.function == function }
            if let match { used.insert(match) }
            return match != nil
        }
        var findings: [Finding] = []
        for file in files where isSource(file) {
            let count = file.lines.count - (file.text.hasSuffix("\n") ? 1 : 0)
            if count > maximumFileLines && !isExempt(file.path, nil) {
                let advice = "move one concern to Type+Aspect.swift, or exempt it in SizeExemption with a reason"
                let message = "\(count) lines, the limit is \(maximumFileLines); \(advice)"
                findings.append(Finding(path: file.path, message: message))
            }
            for function in FunctionScanner.functions(in: file)
            where function.lineCount > maximumFunctionLines && !isExempt(file.path, function.name) {
                let size = "\(function.name) has \(function.lineCount) lines, the limit is \(maximumFunctionLines)"
                let advice = "name its steps as functions, or exempt it in SizeExemption with a reason"
                findings.append(Finding(path: file.path, line: function.firstLine, message: "\(size); \(advice)"))
            }
        }
        for (index, exemption) in exemptions.enumerated() {
            if !used.contains(index) {
                let what = exemption.function ?? "the file"
                let message = "\(what) is within its limit; delete its SizeExemption"
                findings.append(Finding(path: exemption.path, message: message))
            } else if exemption.reason.split(separator: " ").count < 3 {
                let message = "say in its SizeExemption why it cannot be split"
                findings.append(Finding(path: exemption.path, message: message))
            }
        }
        return findings
    }

    private static func isSource(_ file: SourceFile) -> Bool {
        [".swift", ".c", ".h"].contains { file.path.hasSuffix($0) }
    }
}

@Suite struct SizeTests {
    private let long = SourceFile("Sources/A.swift", String(repeating: "let a = 1\n", count: 501))
    private let deep = SourceFile(
        "Sources/B.swift",
        "func b() {\n" + String(repeating: "    a()\n", count: 69) + "}\n"
    )

    @Test func `files and functions stay within their limits`() {
        report(SizePolicy.findings(in: Repository.files))
    }

    @Test func `a file or a function over its limit is found`() {
        #expect(SizePolicy.findings(in: [long, deep], exemptions: []).map(\.path) == [long.path, deep.path])
    }

    @Test func `an exemption with a reason excuses`() {
        let reason = "a table of every errno"
        let exemptions = [
            SizeExemption(path: long.path, reason: reason),
            SizeExemption(path: deep.path, function: "b", reason: reason),
        ]
        #expect(SizePolicy.findings(in: [long, deep], exemptions: exemptions).isEmpty)
    }

    @Test func `an exemption that is unused or gives no reason is found`() {
        let unused = SizeExemption(path: "Sources/C.swift", reason: "it was long once")
        let unexplained = SizeExemption(path: long.path, reason: "")
        #expect(SizePolicy.findings(in: [long], exemptions: [unused]).count == 2)
        #expect(SizePolicy.findings(in: [long], exemptions: [unexplained]).count == 1)
    }
}
