import Foundation
import Testing

/// A place where a rule of the house is broken, and what to write instead.
struct Finding: CustomStringConvertible {
    let path: String
    /// Counted from 1; 0 means the file as a whole.
    var line = 0
    let message: String

    var description: String { line == 0 ? "\(path): \(message)" : "\(path):\(line): \(message)" }
}

/// Makes each finding an issue of its own, so that one run shows all there is to repair.
func report(_ findings: [Finding], sourceLocation: SourceLocation = #_sourceLocation) {
    for finding in findings {
        Issue.record("\(finding)", sourceLocation: sourceLocation)
    }
}

/// One text file, as written and as code alone.
struct SourceFile {
    let path: String
    let text: String
    let lines: [String]
    /// The lines with comments, string contents and raw identifiers blanked, numbered as in `lines`. Swift files only.
    let code: [String]

    init(_ path: String, _ text: String) {
        self.path = path
        self.text = text
        lines = Self.split(text)
        code = path.hasSuffix(".swift") ? Self.split(CodeMask.blank(text)) : []
    }

    /// Splitting on the byte, not on `Character`: a CR LF pair is one character, and would hide a line's end.
    private static func split(_ text: String) -> [String] {
        text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { String(Substring($0)) }
    }

    /// Whether `marker` stands on line `index` (from 0), on one of the `reach` lines above it, or in the comment
    /// block that ends there, however long that block is.
    func hasMarker(_ marker: String, near index: Int, reach: Int) -> Bool {
        var current = index
        while current >= 0 {
            if lines[current].contains(marker) { return true }
            current -= 1
            let isComment = current >= 0 && lines[current].drop { $0 == " " || $0 == "\t" }.hasPrefix("//")
            if index - current > reach && !isComment { return false }
        }
        return false
    }
}

/// The working tree these tests look at.
enum Repository {
    /// The folder that holds Package.swift. `SOCKEYE_ROOT` points the tests at another tree.
    static let root: URL = {
        if let override = ProcessInfo.processInfo.environment["SOCKEYE_ROOT"] {
            return URL(fileURLWithPath: override, isDirectory: true)
        }
        var folder = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { folder.deleteLastPathComponent() }
        return folder
    }()

    /// Every text file that is not a build product, in order of path.
    static let files: [SourceFile] = textPaths(under: "").compactMap(file(at:))

    /// The text file at `path`, or nil if there is none.
    static func file(at path: String) -> SourceFile? {
        guard let data = try? Data(contentsOf: root.appendingPathComponent(path)),
            let text = String(data: data, encoding: .utf8)
        else { return nil }
        return SourceFile(path, text)
    }

    /// The Swift files under any of `folders`; all of them when none is named.
    static func swiftFiles(under folders: String...) -> [SourceFile] {
        files.filter { file in
            file.path.hasSuffix(".swift") && (folders.isEmpty || folders.contains { file.path.hasPrefix($0 + "/") })
        }
    }

    /// Larger files are data (a capture, a recording), not text that someone reads.
    private static let maximumFileSizeBytes = 1 << 20

    private static func textPaths(under folder: String) -> [String] {
        let url = folder.isEmpty ? root : root.appendingPathComponent(folder)
        let keys: [URLResourceKey] = [.isDirectoryKey, .isRegularFileKey, .fileSizeKey]
        let entries = (try? FileManager.default.contentsOfDirectory(at: url, includingPropertiesForKeys: keys)) ?? []
        return entries.sorted { $0.lastPathComponent < $1.lastPathComponent }.flatMap { entry -> [String] in
            let name = entry.lastPathComponent
            let path = folder.isEmpty ? name : folder + "/" + name
            guard let values = try? entry.resourceValues(forKeys: Set(keys)) else { return [] }
            if values.isDirectory == true { return isBuildProduct(name) ? [] : textPaths(under: path) }
            return values.isRegularFile == true && (values.fileSize ?? 0) <= maximumFileSizeBytes ? [path] : []
        }
    }

    /// The folders that `.gitignore` names, and Git's own.
    private static func isBuildProduct(_ name: String) -> Bool {
        [".git", ".swiftpm", "__pycache__"].contains(name) || name.hasPrefix(".build")
    }
}
