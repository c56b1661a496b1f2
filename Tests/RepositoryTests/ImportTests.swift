import Foundation
import Testing

/// Which module may import what. This table is the policy of the house, argued in ARCHITECTURE.md: when a build
/// wants another row, the code is in the wrong layer.
struct ImportRule {
    let target: String
    let allowed: Set<String>
    /// What to do instead of an import that is not allowed.
    let instead: String

    static let table = [
        ImportRule(
            target: "SockeyeSystem",
            allowed: ["CSockeye", "Synchronization"],
            instead: "wrap the system call in \(libcFile), or shim what Swift cannot import in CSockeye"
        ),
        ImportRule(
            target: "Sockeye",
            allowed: ["SockeyeSystem", "Synchronization"],
            instead: "give SockeyeSystem a package function that does it; the library has no other dependency"
        ),
        ImportRule(
            target: "SockeyeTesting",
            allowed: ["Sockeye", "SockeyeSystem"],
            instead: "build it on the public surface of Sockeye, as a user's tests would"
        ),
        ImportRule(
            target: "SockeyeDoctor",
            allowed: ["Sockeye", "SockeyeSystem"],
            instead: "put what it needs of the system into SockeyeSystem, and what it shows to a person into SockeyeCLI"
        ),
        ImportRule(
            target: "SockeyeCLI",
            allowed: ["Sockeye", "SockeyeSystem", "SockeyeDoctor", "ArgumentParser", "Histogram"],
            instead: "reach the platform through SockeyeSystem's package functions"
        ),
        ImportRule(
            target: "SockeyeMain",
            allowed: ["SockeyeCLI"],
            instead: "put it into SockeyeCLI, where tests can call it"
        ),
    ]

    /// The one file that sees libc, and so the one where -1 and errno are met.
    static let libcFile = "Sources/SockeyeSystem/Syscalls/Syscalls.swift"
    static let libcModules: Set = ["Glibc", "Musl", "Darwin", "Android", "Bionic"]

    /// Single files that may import one module more: the first asks several times a message for what must be inlined, and
    /// calls into another module are not; the second reads what others have written.
    static let alsoAllowed = [
        "Sources/Sockeye/EventLoop/ThisThread.swift": "CSockeye",
        "Sources/SockeyeCLI/Words/JSONValue+Parse.swift": "FoundationEssentials",
    ]

    /// Where CSockeye's headers may come from. A name without a folder, such as <errno.h>, is libc's.
    static let headerFolders: Set = ["arpa", "asm", "linux", "net", "netinet", "sys"]
}

enum ImportPolicy {
    static func findings(in files: [SourceFile]) -> [Finding] {
        files.flatMap { file -> [Finding] in
            let parts = file.path.split(separator: "/").map(String.init)
            guard parts.count > 2, parts[0] == "Sources" else { return [] }
            if parts[1] == "CSockeye" { return headerFindings(in: file) }
            guard file.path.hasSuffix(".swift") else { return [] }
            guard let rule = ImportRule.table.first(where: { $0.target == parts[1] }) else {
                let message = "target \(parts[1]) has no row in ImportRule.table; add one that says what it may import"
                return [Finding(path: file.path, message: message)]
            }
            return moduleFindings(in: file, rule: rule)
        } + missingLibcFile(in: files)
    }

    private static func moduleFindings(in file: SourceFile, rule: ImportRule) -> [Finding] {
        var conditionDepth = 0
        var findings: [Finding] = []
        for (index, line) in file.code.enumerated() {
            if line.contains("#if ") { conditionDepth += 1 }
            if line.contains("#endif") { conditionDepth -= 1 }
            guard let module = importedModule(in: line), !rule.allowed.contains(module) else { continue }
            if ImportRule.alsoAllowed[file.path] == module { continue }
            let isLibc = ImportRule.libcModules.contains(module)
            if isLibc && file.path == ImportRule.libcFile {
                guard conditionDepth == 0 else { continue }
                let message = "import \(module) unconditionally; write it within #if canImport(\(module)) … #endif"
                findings.append(Finding(path: file.path, line: index + 1, message: message))
            } else {
                let policy = "\(rule.target) may import only \(rule.allowed.sorted().joined(separator: ", "))"
                let message = "imports \(module), but by policy \(policy). Instead, \(rule.instead)"
                findings.append(Finding(path: file.path, line: index + 1, message: message))
            }
        }
        return findings
    }

    /// The module that a line imports: `import A`, `@_exported public import A`, `import struct A.B`.
    static func importedModule(in line: String) -> String? {
        guard line.contains("import") else { return nil }
        let kind = #/(?:struct|class|enum|protocol|func|var|let|typealias)\s+/#
        let attributes = #/^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|private|fileprivate)\s+)?/#
        guard let head = line.prefixMatch(of: attributes) else { return nil }
        var rest = line[head.range.upperBound...]
        guard let keyword = rest.prefixMatch(of: #/import\s+/#) else { return nil }
        rest = rest[keyword.range.upperBound...]
        if let match = rest.prefixMatch(of: kind) { rest = rest[match.range.upperBound...] }
        return rest.prefixMatch(of: #/\w+/#).map { String($0.output) }
    }

    private static func headerFindings(in file: SourceFile) -> [Finding] {
        file.lines.enumerated().compactMap { index, line in
            guard let match = line.firstMatch(of: #/^\s*#\s*include\s*<([^>]+)>/#) else { return nil }
            let parts = match.output.1.split(separator: "/")
            guard parts.count > 1, !ImportRule.headerFolders.contains(String(parts[0])) else { return nil }
            let message =
                "includes <\(match.output.1)>, but by policy CSockeye sees only libc and kernel headers. "
                + "Instead, put a binding to another library in a target of its own"
            return Finding(path: file.path, line: index + 1, message: message)
        }
    }

    private static func missingLibcFile(in files: [SourceFile]) -> [Finding] {
        let hasSystem = files.contains { $0.path.hasPrefix("Sources/SockeyeSystem/") }
        let hasLibc = files.contains { file in
            file.path == ImportRule.libcFile
                && file.code.contains { importedModule(in: $0).map(ImportRule.libcModules.contains) ?? false }
        }
        guard hasSystem && !hasLibc else { return [] }
        let message = "exactly one file imports libc, and it is this one; move the conditional imports here"
        return [Finding(path: ImportRule.libcFile, message: message)]
    }
}

@Suite struct ImportTests {
    @Test func `every target imports only what the table allows`() {
        report(ImportPolicy.findings(in: Repository.files))
    }

    @Test func `the library targets do without Foundation`() {
        for rule in ImportRule.table {
            #expect(
                rule.allowed.isDisjoint(with: ["Foundation", "FoundationEssentials"]),
                "\(rule.target) would link Foundation; write the few lines of it that are needed instead"
            )
        }
    }

    @Test(arguments: [
        ("import Foundation", "Foundation"),
        ("@_exported public import SockeyeSystem", "SockeyeSystem"),
        ("@_spi(Testing) internal import Sockeye", "Sockeye"),
        ("    import struct Foundation.Data", "Foundation"),
        ("important()", nil),
    ])
    func `an import is read whatever stands before the module`(line: String, module: String?) {
        #expect(ImportPolicy.importedModule(in: line) == module)
    }

    @Test(arguments: [
        ("Sources/Sockeye/A.swift", "import Foundation\n"),
        ("Sources/Sockeye/A.swift", "#if canImport(Glibc)\nimport Glibc\n#endif\n"),
        ("Sources/SockeyeSystem/A.swift", "import Glibc\n"),
        ("Sources/SockeyeSystem/Syscalls/Syscalls.swift", "import Glibc\n"),
        ("Sources/SockeyeCLI/A.swift", "import Glibc\n"),
        ("Sources/SockeyeTesting/A.swift", "import Testing\n"),
        ("Sources/Unheard/A.swift", "import Sockeye\n"),
        ("Sources/CSockeye/include/a.h", "#include <openssl/ssl.h>\n"),
    ])
    func `an import outside the table is found`(path: String, text: String) {
        var files = [SourceFile(path, text)]
        if path != ImportRule.libcFile {
            files.append(SourceFile(ImportRule.libcFile, "#if canImport(Glibc)\nimport Glibc\n#endif\n"))
        }
        #expect(ImportPolicy.findings(in: files).map(\.path) == [path])
    }

    @Test func `a system layer without its libc file is found`() {
        let file = SourceFile("Sources/SockeyeSystem/Socket.swift", "import CSockeye\n")
        #expect(ImportPolicy.findings(in: [file]).map(\.path) == [ImportRule.libcFile])
    }
}
