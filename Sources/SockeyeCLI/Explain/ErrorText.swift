/// A text that somebody pasted, a message or a whole traceback, and which known errors are in it.
struct ErrorText {
    /// One known error, and where it stands.
    struct Match {
        let entry: Explanation
        /// Counted from 1.
        let line: Int
        /// The line as it was pasted, without the blanks around it.
        let text: String
        /// How many characters of the line were recognised: the longer, the surer.
        let weight: Int
    }

    /// 256 KiB: of a longer text the end is looked at, which is where programs say why they ended.
    static let maximumBytes = 256 << 10

    /// 4 KiB: of a longer line both ends are looked at; what programs say of an error is shorter.
    static let maximumLineBytes = 4 << 10

    let lines: [String]
    /// How many bytes at the beginning are not looked at, and how many lines they have.
    let skippedBytes: Int
    let skippedLines: Int
    private let isPythonTraceback: Bool

    init(_ text: String) {
        self.init(Array(text.utf8))
    }

    /// - Parameter droppedBytes: How many stood before these and were not kept, in so many lines.
    init(_ bytes: [UInt8], droppedBytes: Int = 0, droppedLines: Int = 0) {
        let bytes = Self.fromUTF16(bytes) ?? bytes
        let end = bytes.suffix(Self.maximumBytes)
        let skipped = bytes.dropLast(end.count)
        skippedBytes = droppedBytes + skipped.count
        skippedLines = droppedLines + skipped.count { $0 == UInt8(ascii: "\n") }
        lines = end.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map(Self.line)
        isPythonTraceback = lines.contains { $0.contains("Traceback (most recent call last)") }
    }

    /// What PowerShell of Windows writes into a file with `2> error.txt`: UTF-16 with a mark in front. nil: it is not that.
    private static func fromUTF16(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count >= 2, bytes[0] ^ bytes[1] == 0x01, bytes[0] >= 0xFE else { return nil }
        let isLittle = bytes[0] == 0xFF
        let units = stride(from: 2, to: bytes.count - 1, by: 2).map { index in
            let (one, other) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
            return isLittle ? other << 8 | one : one << 8 | other
        }
        return Array(String(decoding: units, as: UTF16.self).utf8)
    }

    private static func line(_ bytes: ArraySlice<UInt8>) -> String {
        let bytes = bytes.last == UInt8(ascii: "\r") ? bytes.dropLast() : bytes
        guard bytes.count > maximumLineBytes else { return String(decoding: bytes, as: UTF8.self) }
        let half = maximumLineBytes / 2
        return String(decoding: bytes.prefix(half), as: UTF8.self) + " … "
            + String(decoding: bytes.suffix(half), as: UTF8.self)
    }

    /// The part of the text in which an address is looked for: around the error, and not in all of a log.
    func surroundings(of match: Match?) -> String {
        let line = match.map { $0.line - skippedLines } ?? lines.count
        return lines.prefix(line + 5).suffix(40).joined(separator: "\n")
    }

    /// The errors, the one that explains the text first: in a traceback the last error is what ended the program, and
    /// Java's last "Caused by" is the root; but what only follows from another one that is there comes behind it. Each entry
    /// once.
    func matches() -> [Match] {
        var found: [Match] = []
        var (operation, detail) = ("", "")
        for (index, line) in lines.enumerated() {
            let plain = PlainLine.of(line)
            if let call = codeLine(plain) {
                operation = Self.operation(in: call) ?? operation
                detail = CallDetail.word(in: call) ?? detail
                continue
            }
            if !found.isEmpty, Self.isSecondary(plain) { continue }
            // The colon: what begins a line stands there as behind the name of a program.
            guard
                let match = Self.best(
                    in: "\(detail) \(CallDetail.ofNumber(in: plain)) \(operation) : \(plain)",
                    line,
                    number: skippedLines + index + 1
                )
            else {
                continue
            }
            found.append(match)
        }
        let broken = lines.suffix(Self.brokenLines)
        if found.isEmpty, lines.count > 1, let first = broken.first,
            let match = Self.best(
                in: broken.map(PlainLine.of).filter { codeLine($0) == nil }.joined(separator: " "),
                first,
                number: skippedLines + broken.startIndex + 1
            )
        {
            // A terminal has broken the message into lines.
            found = [match]
        }
        if lines.count > Self.describedLines { found.removeAll(where: \.entry.isDescription) }
        var seen: Set<String> = []
        let errors = found.reversed().filter { seen.insert($0.entry.id).inserted }
        let follows = errors.filter { !seen.isDisjoint(with: $0.entry.followsFrom) }.map(\.entry.id)
        return errors.filter { !follows.contains($0.entry.id) } + errors.filter { follows.contains($0.entry.id) }
    }

    /// `  code: 'ECONNRESET',` and `  errno: -104,`, with which Node repeats what the error above was at the bottom of it, and
    /// Java's `Suppressed:`, which came while the one above was dealt with.
    private static func isSecondary(_ line: String) -> Bool {
        let trimmed = line.drop { $0 == " " || $0 == "\t" }
        return trimmed.count < line.count
            && ["code: ", "errno: ", "syscall: ", "Suppressed: "].contains { trimmed.hasPrefix($0) }
    }

    /// 4: who describes what happens in words of their own writes no more lines.
    private static let describedLines = 4

    /// 20: a message that a terminal has broken has no more lines than that.
    private static let brokenLines = 20

    /// Lines that show source code or frames: an error's name in them is not an error. nil: no such line.
    private func codeLine(_ line: String) -> String? {
        let trimmed = line.drop { $0 == " " || $0 == "\t" }
        if trimmed.hasPrefix("at ") || trimmed.hasPrefix(">>> ") { return String(trimmed) }
        guard isPythonTraceback else { return nil }
        return trimmed.hasPrefix("File \"") || line.hasPrefix("    ") || line.hasPrefix("\t") ? String(trimmed) : nil
    }

    /// Which socket call a line of a traceback makes; it tells errors apart that share one message.
    private static func operation(in code: String) -> String? {
        ["bind", "connect", "accept", "listen", "create_connection", "open_connection", "recv", "send"]
            .first { code.contains("\($0)(") }
            .map { $0 == "create_connection" || $0 == "open_connection" ? "connect" : $0 }
    }

    private static func best(in searched: String, _ line: String, number: Int) -> Match? {
        let lower = Array(searched.lowercased().utf8)
        let words = Phrase.words(of: lower)
        // The name service has numbers of its own, -2 and the like, in which those of Windows are the only ones that are known.
        let isName = words.contains(Array("gaierror".utf8))
        let name = errorNumber(in: lower, words).flatMap { isName && $0 < 10_000 ? nil : ErrorNumber.name(of: $0) }
        var best: (entry: Explanation, weight: Int)?
        for known in Self.candidates(words, hasNumber: name != nil) {
            let weight = known.weight(in: lower, words, numberName: name)
            if weight > (best?.weight ?? 0) { best = (known.entry, weight) }
        }
        guard let best else { return nil }
        let text = line.split(separator: " ").joined(separator: " ")
        return Match(entry: best.entry, line: number, text: text, weight: best.weight)
    }

    /// An entry and what to look for, taken apart once.
    private struct Known {
        let entry: Explanation
        let phrases: [Phrase]

        init(_ entry: Explanation) {
            self.entry = entry
            phrases = (entry.phrases + entry.errnos + entry.errnos.map { "WSA" + $0 }).map(Phrase.init)
        }

        /// 13: it says more than the class of an exception, `TimeoutError`, and less than any words beside it.
        private static let numberWeight = 13

        func weight(in line: [UInt8], _ words: Set<[UInt8]>, numberName: String?) -> Int {
            var weight = 0
            for phrase in phrases
            where phrase.length > weight && phrase.mayBeIn(words) && phrase.isIn(line) { weight = phrase.length }
            if weight < Self.numberWeight, let numberName, entry.errnos.contains(numberName) {
                weight = Self.numberWeight
            }
            return weight
        }
    }

    private static let known = Explanation.all.map(Known.init)

    /// The entries that have a phrase which begins with this word; under nil those with one that begins with a sign.
    private static let byFirstWord: [[UInt8]?: [Int]] = {
        var index: [[UInt8]?: [Int]] = [:]
        for (number, entry) in known.enumerated() {
            for word in Set(entry.phrases.map(\.first)) { index[word, default: []].append(number) }
        }
        return index
    }()

    /// The entries that a line with these words may be of: nearly every line of a log has none.
    private static func candidates(_ words: Set<[UInt8]>, hasNumber: Bool) -> [Known] {
        if hasNumber { return known }
        var numbers = Set(byFirstWord[nil] ?? [])
        for word in words { numbers.formUnion(byFirstWord[word] ?? []) }
        return numbers.sorted().map { known[$0] }
    }

    /// The number behind `errno`, `WinError`, `os error` and their like; behind `error` or `code` only a Windows number,
    /// since programs have codes of their own.
    ///
    /// - Parameter words: All of the line's, so that a line without any of these is done at once.
    static func errorNumber(in line: [UInt8], _ words: Set<[UInt8]>) -> Int32? {
        for (marker, isCertain) in [
            ("errno", true), ("winerror", true), ("os error", true), ("rawvalue", true), ("error", false),
            ("code", false),
        ] {
            let marker = Array(marker.utf8)
            guard words.contains(Array(marker.prefix(while: Phrase.isWord))) else { continue }
            var start = 0
            while let end = Phrase.find(marker, in: line, from: start) {
                start = end
                if let number = number(in: line[end...].prefix(12)), isCertain || (10_000...12_000).contains(number) {
                    return number
                }
            }
        }
        return nil
    }

    /// The digits that follow, behind at most four characters that are neither letters nor digits: `: -`, `=`, `(`.
    private static func number(in text: ArraySlice<UInt8>) -> Int32? {
        func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        let gap = text.prefix { !isDigit($0) && !Phrase.isWord($0) }
        guard gap.count <= 4 else { return nil }
        return Int32(String(decoding: text.dropFirst(gap.count).prefix(while: isDigit), as: UTF8.self))
    }
}

/// A piece of a message to look for: text, with `*` for anything in between. It begins and ends at a word's edge.
struct Phrase {
    private let parts: [[UInt8]]
    /// The word that it begins with, where it begins with one.
    let first: [UInt8]?
    /// How much of a line it recognises.
    let length: Int

    init(_ text: String) {
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
