/// What a program that waits may still miss, judged by what the other said last; and what to do about it.
///
/// A guess, and worded as one: what a program waits for is in its source, and not on the line.
struct SilenceHint {
    /// What the side that spoke last has said; nil when nobody has said anything.
    let turn: Turn?
    let speaker: String
    let reader: String
    /// Behind the speaker's name: `, this side,`.
    var speakerNote = ""

    var words: String {
        guard let turn, turn.byteCount > 0 else {
            return """
                Neither has sent anything: each believes that it is the other's turn. One of them has to send first, as \
                what they agreed upon says
                """
        }
        return "The \(speaker)\(speakerNote) spoke last, and \(cause(turn)). \(remedy(turn))"
    }

    /// Only what is missing of a length that seems to be there; nil when none does.
    var missingLength: String? { turn.flatMap(missingOfLength) }

    private func cause(_ turn: Turn) -> String {
        if let cause = missingOfLength(turn) { return cause }
        guard turn.closing.last == UInt8(ascii: "\n") else { return withoutNewline(turn) }
        if isRequest(turn), !Self.endsWithEmptyLine(turn) {
            return """
                what it sent looks like a request for a web page without the empty line that ends it: the \(reader) waits \
                for "\\r\\n\\r\\n"
                """
        }
        return """
            with a whole line. If an answer was expected, the \(reader) still waits for more: an empty line, a longer \
            message, or the end (FIN)
            """
    }

    private func withoutNewline(_ turn: Turn) -> String {
        let words = """
            its last byte is no newline. If the \(reader) reads a line, or until the end (FIN), or more bytes than came, it \
            still waits for them
            """
        guard turn.opening.count >= 4, turn.opening.prefix(4).allSatisfy({ (0x20..<0x7F).contains($0) }) else {
            return words
        }
        let text = String(decoding: turn.opening.prefix(4), as: UTF8.self)
        let length = Self.number(turn.opening.prefix(4))
        return words + "; if it reads a length of four bytes first, it takes \"\(text)\" for a length of \(length)"
    }

    /// The first bytes look like a length, and less than that followed.
    private func missingOfLength(_ turn: Turn) -> String? {
        // Text begins with larger bytes than a length that makes sense.
        guard turn.opening.count >= 2, turn.opening[0] < 0x09 else { return nil }
        // Of four bytes of length the first two are 0.
        let (width, name) = Self.number(turn.opening.prefix(2)) > 0 ? (2, "two") : (4, "four")
        guard turn.opening.count >= width else { return nil }
        let length = Self.number(turn.opening.prefix(width))
        let came = turn.byteCount - width
        guard length > came else { return nil }
        return """
            its first \(name) bytes, read as a length, announce \(Quantity.bytes(length)), and \(came) followed: if the \
            \(reader) reads a length first, it waits for the other \(length - came)
            """
    }

    private func isRequest(_ turn: Turn) -> Bool {
        ["GET /", "POST /", "HEAD /", "PUT /"].contains { turn.opening.starts(with: $0.utf8) }
    }

    private static func endsWithEmptyLine(_ turn: Turn) -> Bool {
        turn.closing.elementsEqual("\r\n\r\n".utf8) || turn.closing.suffix(2).elementsEqual("\n\n".utf8)
    }

    /// Big-endian, as lengths in front of messages usually are.
    private static func number(_ bytes: ArraySlice<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

    private func remedy(_ turn: Turn) -> String {
        if missingOfLength(turn) == nil, turn.closing.last == UInt8(ascii: "\n") {
            return """
                Let the \(reader) print what each recv() gives it: that shows whether it waits, and for what, or is at work \
                (`top` shows that too)
                """
        }
        return """
            Make both agree on where a message ends: let the \(speaker) end it with a newline, send its length before it, or call \
            shutdown(SHUT_WR) after the last; and let the \(reader) print what each recv() gives it
            """
    }
}
