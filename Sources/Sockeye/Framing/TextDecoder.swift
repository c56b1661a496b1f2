/// Text out of UTF-8 that comes in pieces: no character is split, wherever the bytes are cut.
///
///     var decoder = TextDecoder()
///     print(decoder.decode(piece), terminator: "")        // "gr", then "ü", then "n"
///     print(decoder.finish())                             // the stream has ended
///
/// What belongs to a character that is not complete waits for the rest of it: three bytes at most. All the pieces together
/// are what `String(decoding:as:)` makes of all the bytes, with U+FFFD for what is no UTF-8.
///
/// Not guaranteed: that a letter and a combining accent, which are two Unicode scalars, come in one piece. Put together, the
/// strings are right.
public struct TextDecoder: Sendable {
    private var rest: [UInt8] = []

    /// Makes a decoder to which no bytes have come.
    public init() {}

    /// The text that these bytes complete; it may be empty.
    public mutating func decode(_ bytes: [UInt8]) -> String {
        rest += bytes
        let complete = rest.count - UTF8Tail.incompleteCount(rest.count) { rest[$0] }
        let text = String(decoding: rest[..<complete], as: UTF8.self)
        rest.removeFirst(complete)
        return text
    }

    /// The stream has ended: U+FFFD if it did so within a character, else nothing.
    public mutating func finish() -> String {
        defer { rest = [] }
        return String(decoding: rest, as: UTF8.self)
    }
}

enum UTF8Tail {
    /// How many bytes at the end begin a character that is not complete: 0 to 3.
    ///
    /// Cutting before a leading byte is right whatever follows, since such a byte never continues a character.
    static func incompleteCount(_ count: Int, _ byte: (Int) -> UInt8) -> Int {
        for back in 1..<4 where back <= count {
            switch byte(count - back) {
            case 0x80...0xBF: continue
            case 0xC2...0xDF: return back < 2 ? back : 0
            case 0xE0...0xEF: return back < 3 ? back : 0
            case 0xF0...0xF4: return back < 4 ? back : 0
            default: return 0
            }
        }
        return 0
    }
}
