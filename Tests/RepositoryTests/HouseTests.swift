import Testing

/// The rules that one look at one line decides. Needles are put together from halves, so that this file, which is
/// itself looked at, does not hold them.
enum HousePolicy {
    static let machinePaths = ["/wo" + "rk/", "/op" + "t/swift", "/fa" + "rm/", "/ho" + "me/", "/Us" + "ers/"]
    static let leftovers = ["TO" + "DO", "FIX" + "ME"]
    static let sleeps = ["Thread.sleep", "Task.sleep(", "usleep(", "nanosleep("]

    static func machinePathFindings(in files: [SourceFile]) -> [Finding] {
        files.flatMap { file in
            machinePaths.filter(file.text.contains).flatMap { needle in
                lines(of: file) { holds($0, needle, asWord: false) }.map { index in
                    let message = "names a path of one machine (\(needle)…); write it relative to the repository"
                    return Finding(path: file.path, line: index + 1, message: message)
                }
            }
        }
    }

    static func leftoverFindings(in files: [SourceFile]) -> [Finding] {
        files.flatMap { file in
            leftovers.filter(file.text.contains).flatMap { needle in
                lines(of: file) { holds($0, needle, asWord: true) }.map { index in
                    let message =
                        "\(needle) left in; do it, open an issue, or say as a sentence what is not done and why"
                    return Finding(path: file.path, line: index + 1, message: message)
                }
            }
        }
    }

    static func sleepFindings(in files: [SourceFile]) -> [Finding] {
        files.flatMap { file in
            file.code.indices.compactMap { index in
                guard let call = sleeps.first(where: file.code[index].contains),
                    !file.hasMarker("SLEEP:", near: index, reach: 1)
                else { return nil }
                let message =
                    "\(call) in a test; wait for the event itself, or write '// SLEEP: …' with the reason above it"
                return Finding(path: file.path, line: index + 1, message: message)
            }
        }
    }

    /// A test's name is the sentence that its failure makes false.
    static func testNameFindings(in files: [SourceFile]) -> [Finding] {
        files.flatMap { file -> [Finding] in
            var isTest = false
            return file.code.enumerated().compactMap { index, line -> Finding? in
                if line.contains("import XCTest") {
                    return Finding(path: file.path, line: index + 1, message: "imports XCTest; write it with Testing")
                }
                if line.contains(#/@Test\b/#) { isTest = true }
                guard isTest, line.contains(#/\bfunc\s/#) else { return nil }
                isTest = false
                if file.lines[index].contains(#/\bfunc\s+`[^`]* [^`]*`/#) { return nil }
                let message = "a test whose name is no sentence; write @Test func `accept survives ECONNABORTED`()"
                return Finding(path: file.path, line: index + 1, message: message)
            }
        }
    }

    /// A test that connects or starts programs waits for its turn, and one that blocks does it on a thread of its own: else
    /// hundreds of them share two processors, and the time limits of some are over before they have begun.
    static func turnFindings(in files: [SourceFile]) -> [Finding] {
        files.flatMap { file -> [Finding] in
            guard file.text.contains(#/\basync\b|\bProgram\b|StartedProcess/#) else { return [] }
            return file.code.enumerated().compactMap { index, line in
                guard line.contains("@Suite") else { return nil }
                // Long ones have their traits on the lines below.
                let traits = file.code[index...].prefix(4).joined()
                let isWithout = !traits.contains("inTurn") && !traits.contains("ownThread")
                let message = "a suite without a turn; write @Suite(.inTurn), or .inTurnWithPrograms and .ownThread"
                return isWithout ? Finding(path: file.path, line: index + 1, message: message) : nil
            }
        }
    }

    /// `enum Sockeye` would make `Sockeye.Connection` mean a member of the type, for ever and for every user.
    static func moduleNameFindings(in files: [SourceFile]) -> [Finding] {
        let modules = Set(files.compactMap { $0.path.split(separator: "/").dropFirst().first.map(String.init) })
        let declaration = #/\b(?:enum|struct|class|actor|protocol|typealias)\s+(\w+)/#
        return files.flatMap { file in
            file.code.enumerated().compactMap { index, line in
                guard let name = line.firstMatch(of: declaration)?.output.1, modules.contains(String(name)) else {
                    return nil
                }
                let message = "type \(name) has a module's name and would hide the module; name it for what it does"
                return Finding(path: file.path, line: index + 1, message: message)
            }
        }
    }

    private static func lines(of file: SourceFile, where matches: (String) -> Bool) -> [Int] {
        file.lines.indices.filter { matches(file.lines[$0]) }
    }

    /// Whether `line` has `needle` where a word may begin, so that "network/" holds no path and "AUTODOC" no leftover.
    private static func holds(_ line: String, _ needle: String, asWord: Bool) -> Bool {
        func isWord(_ character: Character?) -> Bool {
            character.map { $0.isLetter || $0.isNumber || "_.-~".contains($0) } ?? false
        }
        return line.ranges(of: needle).contains { range in
            let before = line[..<range.lowerBound].last
            let after = line[range.upperBound...].first
            return !isWord(before) && !(asWord && after.map { $0.isLetter || $0.isNumber } ?? false)
        }
    }
}

@Suite struct HouseTests {
    @Test func `no file names a path of one machine`() {
        report(HousePolicy.machinePathFindings(in: Repository.files))
    }

    @Test func `nothing is left for later in sources and tests`() {
        report(HousePolicy.leftoverFindings(in: Repository.swiftFiles(under: "Sources", "Tests")))
    }

    @Test func `no test sleeps without a reason`() {
        report(HousePolicy.sleepFindings(in: Repository.swiftFiles(under: "Tests")))
    }

    @Test func `tests are named as sentences`() {
        report(HousePolicy.testNameFindings(in: Repository.swiftFiles(under: "Tests")))
    }

    @Test func `tests wait for their turn`() {
        let folders = ["Sockeye", "SockeyeSystem", "SockeyeTesting", "SockeyeDoctor", "SockeyeTool"].map {
            "Tests/\($0)Tests"
        }
        report(HousePolicy.turnFindings(in: folders.flatMap { Repository.swiftFiles(under: $0) }))
    }

    @Test func `no type is named like a module`() {
        report(HousePolicy.moduleNameFindings(in: Repository.swiftFiles(under: "Sources")))
    }

    @Test(arguments: [".build/", "Package.resolved"])
    func `build products stay out of commits`(entry: String) throws {
        let ignored = try #require(Repository.file(at: ".gitignore"), "write a .gitignore")
        #expect(ignored.lines.contains(entry), "write \(entry) on a line of its own in .gitignore")
    }

    @Test func `the changelog has a section for what comes next`() throws {
        let changelog = try #require(Repository.file(at: "CHANGELOG.md"), "write a CHANGELOG.md")
        let hasSection = changelog.lines.contains("## [Unreleased]")
        #expect(hasSection, "write '## [Unreleased]' above the latest version")
    }

    @Test func `a planted path, leftover, sleep, name or type is found`() {
        func file(_ text: String) -> [SourceFile] { [SourceFile("Sources/Sockeye/A.swift", text)] }
        for path in HousePolicy.machinePaths {
            #expect(HousePolicy.machinePathFindings(in: file("// see \(path)x")).count == 1)
            #expect(HousePolicy.machinePathFindings(in: file("// see net\(path)x")).isEmpty)
        }
        for word in HousePolicy.leftovers {
            #expect(HousePolicy.leftoverFindings(in: file("// \(word): later")).count == 1)
            #expect(HousePolicy.leftoverFindings(in: file("// AU\(word)C")).isEmpty)
        }
        for call in HousePolicy.sleeps {
            #expect(HousePolicy.sleepFindings(in: file("a()\n\(call)(1)")).count == 1)
            #expect(HousePolicy.sleepFindings(in: file("// SLEEP: the kernel's own timer\n\(call)(1)")).isEmpty)
        }
        #expect(HousePolicy.testNameFindings(in: file("@Test func accepts() {}")).count == 1)
        #expect(HousePolicy.testNameFindings(in: file("@Test(arguments: [1])\nfunc `accepts`(a: Int) {}")).count == 1)
        #expect(HousePolicy.testNameFindings(in: file("import XCTest")).count == 1)
        #expect(HousePolicy.testNameFindings(in: file("@Test func `it accepts`() {}\nfunc help() {}")).isEmpty)
        #expect(HousePolicy.turnFindings(in: file("@Suite struct A {\nfunc a() async {}")).count == 1)
        #expect(HousePolicy.turnFindings(in: file("@Suite(.inTurn) struct A {\nfunc a() async {}")).isEmpty)
        #expect(HousePolicy.turnFindings(in: file("@Suite struct A {\nfunc a() {}")).isEmpty)
        #expect(HousePolicy.moduleNameFindings(in: file("public enum Sockeye {}")).count == 1)
        #expect(HousePolicy.moduleNameFindings(in: file("public enum SocketKind {}")).isEmpty)
    }
}
