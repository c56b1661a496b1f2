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

        /// The same in other words, where the line of the program shows that no socket is concerned.
        func told(at code: String) -> Match {
            let entry = OtherMatter.told(of: entry, code: code, message: text)
            return Match(entry: entry, line: line, text: text, weight: weight)
        }
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
        var position = TracebackPosition()
        for (index, line) in lines.enumerated() {
            let plain = PlainLine.of(line)
            if let call = codeLine(plain) {
                position.take(call)
                operation = Self.operation(in: call) ?? operation
                detail = CallDetail.word(in: call) ?? detail
                continue
            }
            if !found.isEmpty, Self.isSecondary(plain) { continue }
            // The colon: what begins a line stands there as behind the name of a program.
            guard
                let match = Self.best(
                    in:
                        "\(detail) \(CallDetail.ofNumber(in: plain)) \(CallDetail.ofTime(in: plain)) \(operation) : \(plain)",
                    line,
                    number: skippedLines + index + 1
                )
            else {
                position.pass(plain)
                continue
            }
            found.append(match.told(at: position.code))
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
        ["bind", "connect", "accept", "listen", "create_connection", "open_connection", "recv", "send", "sendall"]
            .first { code.contains("\($0)(") }
            .map {
                switch $0 {
                case "create_connection", "open_connection": "connect"
                case "sendall": "send"
                default: $0
                }
            }
    }

    private static func best(in searched: String, _ line: String, number: Int) -> Match? {
        let lower = Array(searched.lowercased().utf8)
        let words = Phrase.words(of: lower)
        // The name service has numbers of its own, -2 and the like, in which those of Windows are the only ones that are known.
        let isName = words.contains(Array("gaierror".utf8))
        let name = errorNumber(in: lower, words).flatMap { isName && $0 < 10_000 ? nil : ErrorNumber.name(of: $0) }
        guard let best = best(in: lower, words, number: name) else { return nil }
        let text = line.split(separator: " ").joined(separator: " ")
        return Match(entry: best.entry, line: number, text: text, weight: best.weight)
    }

    /// Where the words and the number disagree, the words are right: systems count differently.
    private static func best(in line: [UInt8], _ words: Set<[UInt8]>, number: String?)
        -> (entry: Explanation, weight: Int)?
    {
        var best: (entry: Explanation, weight: Int, isWords: Bool)?
        for known in candidates(words, hasNumber: false) {
            let (weight, isWords) = known.weight(in: line, words)
            if weight > (best?.weight ?? 0) { best = (known.entry, weight, isWords) }
        }
        let isElsewhere = Phrase.ofOthers.contains { $0.mayBeIn(words) && $0.isIn(line) }
        if let number, best?.isWords != true, best?.weight ?? 0 < Known.numberWeight, !isElsewhere,
            let known = known.first(where: { $0.entry.errnos.contains(number) })
        {
            return (known.entry, Known.numberWeight)
        }
        return best.map { ($0.entry, $0.weight) }
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
        static let numberWeight = 13

        func weight(in line: [UInt8], _ words: Set<[UInt8]>) -> (weight: Int, isWords: Bool) {
            var found = (weight: 0, isWords: false)
            for phrase in phrases
            where phrase.length > found.weight && phrase.mayBeIn(words) && phrase.isIn(line) {
                found = (phrase.length, phrase.isWords)
            }
            return found
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
