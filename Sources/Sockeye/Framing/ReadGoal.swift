internal import SockeyeSystem

/// What a read waits for, and where that is among the bytes that have arrived.
///
/// A pure value: it looks at bytes and takes none, so a read that fails or is cancelled loses nothing.
@usableFromInline
enum ReadGoal: Sendable {
    /// A number of bytes.
    case exactly(Int)
    /// Everything up to a delimiter, and the delimiter. `upTo` counts both.
    case until([UInt8], upTo: Int)
    case message(Framing)
    /// All that has arrived, but no incomplete character.
    case text

    /// Where the result lies among the bytes.
    struct Match: Equatable {
        /// The result is `count` bytes from here.
        var offset = 0
        let count: Int
        /// All bytes before this index are used up.
        let end: Int
        /// What ended the line, when lines were wanted.
        var ending = Framing.LineEnding.missing
    }

    /// Why this read makes no sense, or nil.
    var validationError: SocketError? {
        let detail: String
        switch self {
        case .exactly(let count) where count < 0:
            detail = "\(count) bytes: ask for 0 or more"
        case .until(let delimiter, _) where delimiter.isEmpty:
            detail = "an empty delimiter is found nowhere: give it at least one byte"
        case .until(let delimiter, let maximum) where maximum < delimiter.count:
            detail = "up to \(FramingWords.bytes(maximum)), but the delimiter alone has \(delimiter.count)"
        case .message(let framing):
            return framing.flaw(.receive)
        default:
            return nil
        }
        return SocketError(.invalidArgument, .receive, detail: detail)
    }

    /// Finds the result; nil if it is not complete yet.
    ///
    /// - Parameter searched: No delimiter begins before this index. 0 at first; this function moves it forward.
    func locate(in bytes: UnsafeRawBufferPointer, searched: inout Int) throws(SocketError) -> Match? {
        switch self {
        case .exactly(let count):
            return unsafe Self.locate(count, in: bytes)
        case .until(let delimiter, let maximum):
            return try unsafe Self.locate(until: delimiter, maximum, in: bytes, &searched)
        case .message(let framing):
            return try unsafe framing.locate(in: bytes, searched: &searched)
        case .text:
            let count = bytes.count - UTF8Tail.incompleteCount(bytes.count) { unsafe bytes[$0] }
            return count > 0 ? Match(count: count, end: count) : nil
        }
    }

    /// The stream has ended: what is left is the last result, or nothing (nil), or an error.
    func locateLast(in bytes: UnsafeRawBufferPointer) throws(SocketError) -> Match? {
        switch self {
        case .text:
            // A character that stays incomplete is decoded to U+FFFD.
            return unsafe bytes.isEmpty ? nil : Match(count: bytes.count, end: bytes.count)
        case .message(let framing) where unsafe framing.kind == .lines && !bytes.isEmpty:
            if bytes.count > framing.maximumLength { throw Framing.tooLong("line", framing.maximumLength) }
            return Match(count: bytes.count, end: bytes.count)
        case .exactly(let count):
            throw endOfStream("\(bytes.count) of \(FramingWords.bytes(count)) had come")
        case .until, .message:
            if unsafe bytes.isEmpty { return nil }
            throw endOfStream(unsafe missing(in: bytes, "had come"))
        }
    }

    private static func locate(_ count: Int, in bytes: UnsafeRawBufferPointer) -> Match? {
        bytes.count >= count ? Match(count: count, end: count) : nil
    }

    private static func locate(
        until delimiter: [UInt8],
        _ maximum: Int,
        in bytes: UnsafeRawBufferPointer,
        _ searched: inout Int
    ) throws(SocketError) -> Match? {
        let limit = maximum - delimiter.count + 1
        if let index = unsafe ByteSearch.firstIndex(of: delimiter, in: bytes, from: &searched, before: limit) {
            return Match(count: index + delimiter.count, end: index + delimiter.count)
        }
        guard bytes.count < maximum else {
            let words = "no \(FramingWords.delimiter(delimiter)) within \(FramingWords.bytes(maximum))"
            throw SocketError(.limitExceeded, .receive, detail: words)
        }
        return nil
    }

    private func endOfStream(_ detail: String) -> SocketError { SocketError(.endOfStream, .receive, detail: detail) }

    /// Which part of a message has arrived, and which has not; empty where nothing can be said.
    ///
    /// - Parameter verb: `had come` for a message that will stay incomplete, and `have come` for one that may still complete.
    func missing(in bytes: UnsafeRawBufferPointer, _ verb: String) -> String {
        func without(_ delimiter: [UInt8]) -> String {
            "\(FramingWords.bytes(bytes.count)) \(verb), without \(FramingWords.delimiter(delimiter)) at the end"
        }
        switch self {
        case .until(let delimiter, _): return without(delimiter)
        case .message(let framing):
            switch framing.kind {
            case .delimited(let delimiter): return without(delimiter)
            case .lines: return without([Framing.lineFeed])
            default: return unsafe framing.missing(in: bytes, verb)
            }
        case .exactly(let count): return "\(bytes.count) of the \(FramingWords.bytes(count)) of a read \(verb)"
        case .text: return ""
        }
    }
}
