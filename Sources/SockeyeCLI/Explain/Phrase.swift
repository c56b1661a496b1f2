/// A piece of a message to look for: text, with `*` for anything in between. It begins and ends at a word's edge.
struct Phrase {
    private let parts: [[UInt8]]
    /// The word that it begins with, where it begins with one.
    let first: [UInt8]?
    /// How much of a line it recognises.
    let length: Int
    /// It is what a system says, and more than the name of an error.
    let isWords: Bool

    /// What systems say with numbers that mean something of sockets on another system: 36 is ENAMETOOLONG on Linux, and
    /// EINPROGRESS on macOS.
    static let ofOthers = [
        "file name too long", "resource deadlock avoided", "resource deadlock would occur", "no locks available",
        "function not implemented", "directory not empty", "too many levels of symbolic links",
        "no message of desired type",
        "identifier removed", "no data available", "device not a stream", "no such file or directory", "file exists",
        "not a directory", "is a directory", "no space left on device", "read-only file system", "illegal seek",
        "no child processes", "inappropriate ioctl for device", "exec format error", "invalid request code",
        "value too large for defined data type", "stale file handle", "too many links",
    ]
    .map(Phrase.init)

    init(_ text: String) {
        isWords = text.contains(#/[A-Za-z'] [A-Za-z]/#)
        parts = text.lowercased().split(separator: "*").map { Array($0.utf8) }
        length = parts.reduce(0) { $0 + $1.count }
        first = parts.first.flatMap { part in
            part.first.map(Self.isWord) == true ? Array(part.prefix(while: Self.isWord)) : nil
        }
    }

    /// The whole words of a line.
    static func words(of line: [UInt8]) -> Set<[UInt8]> {
        Set(line.split { !isWord($0) }.map { Array($0) })
    }

    /// False: certainly not, since its first word is not there.
    func mayBeIn(_ words: Set<[UInt8]>) -> Bool { first.map(words.contains) ?? true }

    /// - Parameter line: in lower case.
    func isIn(_ line: [UInt8]) -> Bool {
        var start = 0
        for part in parts {
            guard let end = Self.find(part, in: line, from: start) else { return false }
            start = end
        }
        return true
    }

    /// The end of the first place where `part` stands as whole words.
    static func find(_ part: [UInt8], in line: [UInt8], from start: Int) -> Int? {
        guard let first = part.first, let last = part.last, start + part.count <= line.count else { return nil }
        for index in start...(line.count - part.count) where line[index] == first {
            let end = index + part.count
            guard line[index..<end].elementsEqual(part) else { continue }
            if isWord(first), index > 0, isWord(line[index - 1]) { continue }
            if isWord(last), end < line.count, isWord(line[end]) { continue }
            return end
        }
        return nil
    }

    static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: byte >= 0x80
        }
    }
}
