import Foundation
import Testing

/// The kinds of findings of `sockeye doctor`, which scripts go by: docs/json.md has each of them, and no other.
@Suite struct DoctorPageTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// What stands first in a `Finding(…)`, alone or as the ends of a condition.
    private static func identifiers() throws -> Set<String> {
        let folder = root.appendingPathComponent("Sources/SockeyeDoctor")
        let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path).filter { $0.hasSuffix(".swift") }
        var found: Set<String> = []
        for name in names {
            let text = try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8)
            for match in text.matches(of: #/\b[Ff]inding\(\s*([^,(]*),/#) {
                for word in match.output.1.matches(of: #/"([a-z0-9-]+)"/#) { found.insert(String(word.output.1)) }
            }
        }
        return found
    }

    /// The rows of the table whose heading is `id`.
    private static func documented() throws -> [String] {
        let page = try String(contentsOf: root.appendingPathComponent("docs/json.md"), encoding: .utf8)
        let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0.hasPrefix("| id | severity |") })
        return lines[(start + 2)...].prefix { $0.hasPrefix("| `") }
            .compactMap { $0.firstMatch(of: #/^\| `([a-z0-9-]+)` \|/#).map { String($0.output.1) } }
    }

    @Test func `every kind of finding is on the page, and the page has no other`() throws {
        let (sources, page) = (try Self.identifiers(), try Self.documented())
        #expect(sources.count > 50)
        #expect(sources.subtracting(page).sorted() == [])
        #expect(Set(page).subtracting(sources).sorted() == [])
        #expect(page == page.sorted(), "the table is in the order of the alphabet, each once")
        #expect(Set(page).count == page.count)
    }
}
