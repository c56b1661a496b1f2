internal import SockeyeSystem

/// Life of a byte, station 5: messages out of the stream.
///
/// How messages are told apart in a stream of bytes. TCP has no messages: what was sent as two pieces may come as one, or
/// as five. Both ends have to use the same framing.
///
///     let messages = connection.messages(.lengthPrefixed(UInt16.self))
///     try await messages.send("hi")
///     while let message = try await messages.next() { … }
///
/// | framing | on the wire | ends with the stream |
/// |---|---|---|
/// | ``lines`` | the message, then LF (CR LF is read too) | a last line without a newline is a message |
/// | ``delimited(by:maximumLength:)`` | the message, then the delimiter | in mid-message is an error |
/// | ``lengthPrefixed(_:byteOrder:counting:maximumLength:)`` | how many bytes, then the message | in mid-message is an error |
/// | ``varint`` | the same with a length of 1 to 10 bytes, 7 bits each (LEB128, Protocol Buffers) | as before |
/// | ``fixed(_:maximumLength:)`` | the message, always of the same size | as before |
///
/// A message is at most ``maximumLength`` bytes; a longer one is the error `.limitExceeded` at both ends. A length that the
/// peer announces is not believed before its bytes have come: memory grows with what arrived.
///
/// It is a plain value, and works without a socket: see ``encode(_:into:)`` and ``Decoder``. A framing that makes no
/// sense, such as an empty delimiter, throws `.invalidArgument` where it is first used.
public struct Framing: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        case lines
        case delimited([UInt8])
        case lengthPrefixed(LengthPrefix)
        case varint
        case fixed(Int)
    }

    let kind: Kind
    /// The largest message in bytes, without delimiter or length. 64 KiB unless it was said otherwise.
    public let maximumLength: Int

    /// 64 KiB: what one receive takes at most. Large enough for nearly every protocol of small messages, and small enough
    /// that a thousand peers who each announce that much and never finish cost 64 MiB.
    public static let defaultMaximumLength = 65_536

    private init(_ kind: Kind, _ maximumLength: Int) {
        self.kind = kind
        self.maximumLength = maximumLength
    }

    /// Lines: each ends with LF, or with CR LF when reading. The end of the line is no part of the message.
    ///
    /// A message that holds a line's end itself cannot be sent (`.invalidArgument`).
    public static var lines: Framing { lines() }

    /// The same with another limit, in bytes without the line's end.
    public static func lines(maximumLength: Int = defaultMaximumLength) -> Framing { Framing(.lines, maximumLength) }

    /// Messages that end with these bytes, which are no part of them: `.delimited(by: [0])`.
    ///
    /// A message that holds the delimiter itself cannot be sent (`.invalidArgument`).
    ///
    /// - Parameter delimiter: At least one byte.
    public static func delimited(by delimiter: [UInt8], maximumLength: Int = defaultMaximumLength) -> Framing {
        Framing(.delimited(delimiter), maximumLength)
    }

    /// Messages that end with this text as UTF-8: `.delimited(by: "\r\n\r\n")`.
    public static func delimited(by delimiter: String, maximumLength: Int = defaultMaximumLength) -> Framing {
        delimited(by: Array(delimiter.utf8), maximumLength: maximumLength)
    }

    /// Messages with their length before them, as an integer of this type.
    ///
    /// - Parameters:
    ///   - type: `UInt8.self`, `UInt16.self`, `UInt32.self`…, also signed ones, of which a negative length is an error.
    ///   - byteOrder: Most protocols send the most significant byte first. In Python, `struct.pack(">H", …)`.
    ///   - counting: Whether the bytes of the length are counted in it.
    ///   - maximumLength: In bytes, without the length.
    public static func lengthPrefixed<Length: FixedWidthInteger>(
        _ type: Length.Type,
        byteOrder: ByteOrder = .bigEndian,
        counting: Counted = .message,
        maximumLength: Int = defaultMaximumLength
    ) -> Framing {
        let prefix = LengthPrefix(
            width: Length.bitWidth / 8,
            isSigned: Length.isSigned,
            byteOrder: byteOrder,
            counting: counting
        )
        return Framing(.lengthPrefixed(prefix), maximumLength)
    }

    /// Messages with their length before them, in as many bytes as it needs: 7 bits each, least significant first.
    ///
    /// It is the LEB128 of DWARF and WebAssembly, and what Protocol Buffers call a varint and "delimited" messages.
    public static var varint: Framing { varint() }

    /// The same with another limit, in bytes without the length.
    public static func varint(maximumLength: Int = defaultMaximumLength) -> Framing { Framing(.varint, maximumLength) }

    /// Messages that all have this many bytes; a message of another size cannot be sent (`.invalidArgument`).
    ///
    /// - Parameter byteCount: From 1 to `maximumLength`.
    public static func fixed(_ byteCount: Int, maximumLength: Int = defaultMaximumLength) -> Framing {
        Framing(.fixed(byteCount), maximumLength)
    }

    /// Which byte of an integer comes first.
    public enum ByteOrder: Sendable, Hashable, CaseIterable {
        /// The most significant byte first: network byte order.
        case bigEndian
        /// The least significant byte first, as most computers keep it in memory.
        case littleEndian
    }

    /// What a length says the size of.
    public enum Counted: Sendable, Hashable, CaseIterable {
        /// Only the message: "hi" has the length 2.
        case message
        /// The message and the length itself: "hi" after a `UInt16` has the length 4.
        case lengthAndMessage
    }

    /// What ended a line.
    public enum LineEnding: Sendable, Hashable, CaseIterable {
        /// A line feed, `\n`.
        case lf
        /// A carriage return and a line feed, `\r\n`.
        case crlf
        /// Nothing: the stream ended before the line did.
        case missing
    }

    /// Why this framing makes no sense, if it does not.
    func flaw(_ operation: SocketError.Operation) -> SocketError? {
        let words: String
        switch kind {
        case _ where maximumLength < 0:
            words = "a maximum length of \(maximumLength) bytes: it is 0 or more"
        case .delimited(let delimiter) where delimiter.isEmpty:
            words = "an empty delimiter separates nothing: give it at least one byte"
        case .fixed(let count) where count < 1:
            words = "messages of \(count) bytes: they have at least one"
        case .fixed(let count) where count > maximumLength:
            words = "messages of \(count) bytes are above the limit of \(maximumLength): raise maximumLength"
        case .lengthPrefixed(let prefix) where prefix.width < 1:
            words = "a length needs at least 8 bits"
        default:
            return nil
        }
        return SocketError(.invalidArgument, operation, detail: words)
    }
}
