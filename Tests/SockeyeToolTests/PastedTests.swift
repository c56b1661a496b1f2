import Foundation
import Testing

@testable import SockeyeCLI

/// Whole texts as people paste them, in `Tests/Pasted`: a folder for each entry, named like it, and `none` for what is no error
/// of a socket. They are what programs printed, or what tools made of that; only paths and addresses were changed.
@Suite struct PastedTests {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Pasted")

    static let files: [String] = {
        let names = try? FileManager.default.subpathsOfDirectory(atPath: folder.path)
        return (names ?? []).filter { $0.hasSuffix(".txt") }.sorted()
    }()

    @Test(arguments: files)
    func `a text leads to the entry of its folder`(file: String) throws {
        let bytes = [UInt8](try Data(contentsOf: Self.folder.appending(path: file)))
        let expected = file.split(separator: "/").first.map(String.init)
        let matches = ErrorText(bytes).matches()
        #expect(matches.first?.entry.id ?? "none" == expected, "\(matches.map { "\($0.line): \($0.entry.id)" })")
    }

    @Test func `the texts are there, of many kinds, and some are no errors of sockets`() {
        #expect(Self.files.count >= 60)
        #expect(Self.files.filter { $0.hasPrefix("none/") }.count >= 10)
    }

    @Test(arguments: [
        ("\u{1B}[1;31mEPIPE\u{1B}[0m", "EPIPE"), ("> > EPIPE", "> EPIPE"), (">>> s.send(b'')", ">>> s.send(b'')"),
        ("  | a", "a"), ("web-1  |     a", "    a"), ("two words | a", "two words | a"), ("a(1) | b", "a(1) | b"),
        ("2026/11/21 17:26:37 EOF", "EOF"), ("2026-11-21T17:26:37.123Z EOF", "EOF"), ("17:26 EOF", "17:26 EOF"),
        ("127.0.0.1:1337", "127.0.0.1:1337"), ("‘a’ “b”\u{A0}c‑d", "'a' \"b\" c-d"), ("\u{1B}", ""),
        ("\u{1B}[31", ""), ("\u{FEFF}EPIPE", "EPIPE"),
    ])
    func `what stands around a message is taken away`(line: String, expected: String) {
        #expect(PlainLine.of(line) == expected)
    }

    @Test func `half a UTF-16 text is no reason to fall over`() {
        for bytes: [UInt8] in [
            [], [0xFF], [0xFF, 0xFE], [0xFF, 0xFE, 0x45], [0xFE, 0xFF, 0, 0x45, 0, 0x50], [0xFF, 0xFE, 0, 0xD8],
        ] {
            #expect(ErrorText(bytes).matches().isEmpty)
        }
        #expect(ErrorText([0xFE, 0xFF] + "EPIPE".utf8.flatMap { [0, $0] }).matches().first?.entry.id == "broken-pipe")
    }
}
