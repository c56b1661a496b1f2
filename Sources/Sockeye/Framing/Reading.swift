internal import SockeyeSystem

/// One read of something whole: what is wanted of the bytes that have come, and how far it has looked at them.
///
/// A pure value. Until it is done it takes nothing, so a read that is given up loses nothing: the bytes are there for the
/// next one, whatever that one wants.
@usableFromInline
struct Reading: Sendable {
    enum Goal: Sendable {
        /// So many bytes.
        case exactly(Int)
        /// Everything up to a delimiter, and that too.
        case until([UInt8], upTo: Int)
        case message(Framing)
        /// Whatever has come, but no half character.
        case text
    }

    private let goal: Goal
    /// Before this index no delimiter begins.
    private var searched = 0
    /// How many bytes there were when it last looked and found too few; -1 before.
    private var seen = -1
    /// What was read: nil before it is done, and at a clean end of the stream.
    @usableFromInline private(set) var result: [UInt8]?
    /// What ended the line, when lines were wanted.
    @usableFromInline private(set) var ending = Framing.LineEnding.missing

    init(_ goal: Goal) { self.goal = goal }

    @usableFromInline
    init(_ framing: Framing) { self.init(.message(framing)) }

    @usableFromInline
    init(count: Int) { self.init(.exactly(count)) }

    @usableFromInline
    init(delimiter: [UInt8], maximum: Int) { self.init(.until(delimiter, upTo: maximum)) }

    /// Whether it is done before anything has come.
    var wantsNothing: Bool { if case .exactly(0) = goal { true } else { false } }

    /// Why this read makes no sense, if it does not.
    var flaw: SocketError? {
        switch goal {
        case .exactly(let count) where count < 0:
            SocketError(.invalidArgument, .receive, detail: "\(count) bytes: ask for 0 or more")
        case .until(let delimiter, _) where delimiter.isEmpty:
            SocketError(
                .invalidArgument,
                .receive,
                detail: "an empty delimiter is found nowhere: give it at least one byte"
            )
        case .until(let delimiter, let maximum) where maximum < delimiter.count:
            SocketError(
                .invalidArgument,
                .receive,
                detail: "up to \(FramingWords.bytes(maximum)), but the delimiter alone has \(delimiter.count)"
            )
        case .message(let framing):
            framing.flaw(.receive)
        default:
            nil
        }
    }

    /// Takes what is wanted, if it is there. True: ``result`` has it.
    mutating func take(from input: inout InputBuffer) throws(SocketError) -> Bool {
        guard input.count > seen else { return false }
        let isDone =
            switch goal {
            case .exactly(let count): take(count, from: &input)
            case .until(let delimiter, let maximum): try take(until: delimiter, maximum, from: &input)
            case .message(let framing): try takeMessage(framing, from: &input)
            case .text: takeText(from: &input)
            }
        if !isDone { seen = input.count }
        return isDone
    }

    /// The stream has ended: what is left is the last result, or nothing, or an error.
    mutating func finish(_ input: inout InputBuffer) throws(SocketError) {
        switch goal {
        case .text:
            // A character that stays incomplete is decoded to the sign for it.
            if !input.isEmpty { result = input.take(input.count) }
        case .message(let framing) where framing.kind == .lines && !input.isEmpty:
            if input.count > framing.maximumLength { throw tooLong("line", framing.maximumLength) }
            result = input.take(input.count)
        case .exactly(let count):
            throw endOfStream("\(input.count) of \(FramingWords.bytes(count)) had come")
        case .until, .message:
            if !input.isEmpty { throw endOfStream(missing(in: input, "had come")) }
        }
    }

    // MARK: Counted

    private mutating func take(_ count: Int, after header: Int = 0, from input: inout InputBuffer) -> Bool {
        // Not `header + count`: both are bounded, but a sum of what a peer said should not even look like it may overflow.
        guard input.count - header >= count else { return false }
        if header > 0 { input.drop(header) }
        result = input.take(count)
        return true
    }

    private mutating func takeText(from input: inout InputBuffer) -> Bool {
        let count = input.count - UTF8Tail.incompleteCount(input.count) { input[$0] }
        return count > 0 && take(count, from: &input)
    }

    // MARK: Searched

    /// Where the delimiter begins, if it does so before `end`.
    private mutating func find(_ delimiter: [UInt8], before end: Int, in input: InputBuffer) -> Int? {
        if let index = input.firstIndex(of: delimiter, from: searched, before: end) { return index }
        // The delimiter may have come in part: its beginning is looked at again.
        searched = max(0, input.count - delimiter.count + 1)
        return nil
    }

    private mutating func take(
        until delimiter: [UInt8],
        _ maximum: Int,
        from input: inout InputBuffer
    ) throws(SocketError) -> Bool {
        let length = delimiter.count
        if let index = find(delimiter, before: maximum - length + 1, in: input) {
            return take(index + length, from: &input)
        }
        guard input.count < maximum else {
            let words = "no \(FramingWords.delimiter(delimiter)) within \(FramingWords.bytes(maximum))"
            throw SocketError(.limitExceeded, .receive, detail: words)
        }
        return false
    }

    private mutating func takeMessage(_ framing: Framing, from input: inout InputBuffer) throws(SocketError) -> Bool {
        let maximum = framing.maximumLength
        switch framing.kind {
        case .fixed(let count):
            return take(count, from: &input)
        case .lengthPrefixed(let prefix):
            guard input.count >= prefix.width else { return false }
            let count = try prefix.messageLength(input.peek(0..<prefix.width), maximum: maximum)
            return take(count, after: prefix.width, from: &input)
        case .varint:
            guard let (count, width) = try Varint.messageLength(input, maximum: maximum) else { return false }
            return take(count, after: width, from: &input)
        case .delimited(let delimiter):
            return try takeDelimited(delimiter, maximum, from: &input)
        case .lines:
            return try takeLine(maximum, from: &input)
        }
    }

    private mutating func takeDelimited(
        _ delimiter: [UInt8],
        _ maximum: Int,
        from input: inout InputBuffer
    ) throws(SocketError) -> Bool {
        if let index = find(delimiter, before: Self.after(maximum), in: input) {
            _ = take(index, from: &input)
            input.drop(delimiter.count)
            return true
        }
        if input.count - delimiter.count >= maximum {
            throw tooLong("message that ends with \(FramingWords.delimiter(delimiter))", maximum)
        }
        return false
    }

    private mutating func takeLine(_ maximum: Int, from input: inout InputBuffer) throws(SocketError) -> Bool {
        // One byte more than the limit, for the CR of a CR LF.
        guard let index = find([0x0A], before: Self.after(Self.after(maximum)), in: input) else {
            if input.count - 2 >= maximum { throw tooLong("line", maximum) }
            return false
        }
        let hasReturn = index > 0 && input[index - 1] == 0x0D
        let count = hasReturn ? index - 1 : index
        if count > maximum { throw tooLong("line", maximum) }
        _ = take(count, from: &input)
        input.drop(hasReturn ? 2 : 1)
        ending = hasReturn ? .crlf : .lf
        return true
    }

    /// One more, however large: a limit may be `Int.max`.
    private static func after(_ limit: Int) -> Int { limit == Int.max ? limit : limit + 1 }

    // MARK: Words

    private func tooLong(_ what: String, _ maximum: Int) -> SocketError {
        SocketError(.limitExceeded, .receive, detail: "a \(what) is longer than \(FramingWords.bytes(maximum))")
    }

    private func endOfStream(_ words: String) -> SocketError { SocketError(.endOfStream, .receive, detail: words) }

    /// What there is of a message that is not whole, and what there is not; empty where nothing can be said.
    ///
    /// - Parameter come: `had come` of one that will not be whole any more, and `have come` of one that still may.
    func missing(in input: InputBuffer, _ come: String) -> String {
        func of(_ count: Int, _ what: String = "message", after header: Int = 0) -> String {
            "\(input.count - header) of the \(FramingWords.bytes(count)) of a \(what) \(come)"
        }
        func without(_ delimiter: [UInt8]) -> String {
            "\(FramingWords.bytes(input.count)) \(come), without \(FramingWords.delimiter(delimiter)) at the end"
        }
        switch goal {
        case .until(let delimiter, _): return without(delimiter)
        case .message(let framing):
            switch framing.kind {
            case .delimited(let delimiter): return without(delimiter)
            case .fixed(let count): return of(count)
            case .lengthPrefixed(let prefix) where input.count < prefix.width: return of(prefix.width, "length")
            case .lengthPrefixed(let prefix):
                let header = input.peek(0..<prefix.width)
                guard let count = try? prefix.messageLength(header, maximum: framing.maximumLength) else { return "" }
                return of(count, after: prefix.width) + prefix.doubt(about: header)
            case .varint:
                let length = try? Varint.messageLength(input, maximum: framing.maximumLength)
                guard let (count, width) = length ?? nil else {
                    return "\(FramingWords.bytes(input.count)) of a length \(come), and none of them was its last"
                }
                return of(count, after: width)
            case .lines: return without([0x0A])
            }
        case .exactly(let count): return of(count, "read")
        case .text: return ""
        }
    }
}
