/// The number that a failed system call leaves behind, with its C name and its meaning in words.
///
///     print(Errno.connectionRefused)          // connection refused (ECONNREFUSED)
///
/// The corresponding C variable is `errno`.
public struct Errno: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
    public let rawValue: Int32

    public init(rawValue: Int32) {
        self.rawValue = rawValue
    }

    /// The C name, `ECONNREFUSED`; `errno 1234` for a number that Sockeye does not know.
    public var name: String { Self.known[rawValue]?.name ?? "errno \(rawValue)" }

    /// The meaning in lower-case words, without the name.
    public var words: String { Self.known[rawValue]?.words ?? "unknown error" }

    public var description: String { "\(words) (\(name))" }
}
