public import SockeyeSystem

extension Connection {
    /// The lines that come, as text: each ends with LF or CR LF.
    ///
    ///     for try await line in connection.lines { print(line) }
    ///
    /// A line of more than 64 KiB is an error; ``lines(maximumLength:)`` has another limit.
    public var lines: Lines { lines(maximumLength: Framing.defaultMaximumLength) }

    /// The lines that come, each of at most so many bytes without its end.
    public func lines(maximumLength: Int) -> Lines { Lines(self, .lines(maximumLength: maximumLength)) }

    /// Text as it comes, in whatever pieces, without a character being split.
    ///
    ///     for try await piece in connection.text { print(piece, terminator: "") }
    public var text: Text { Text(self) }

    /// Lines of text over a connection.
    ///
    /// The last line is handed out even if the stream ended without a newline; ``nextLine(isolation:)`` tells it apart. What is no
    /// UTF-8 becomes U+FFFD: for the bytes as they are, ask for `messages(.lines)`.
    ///
    /// It keeps nothing of its own: what has come beyond a line stays with the connection.
    public struct Lines: AsyncSequence, Sendable {
        @usableFromInline let connection: Connection
        @usableFromInline let framing: Framing

        init(_ connection: Connection, _ framing: Framing) {
            self.connection = connection
            self.framing = framing
        }

        /// Waits for the next line and returns it without its end.
        ///
        /// - Returns: nil once the peer has finished sending.
        /// - Cancellation: ends at once with `.cancelled` and loses nothing: what had come of a line stays.
        /// - Concurrency: one receive at a time, of whatever kind; a second one throws `.busy`.
        /// - Throws: `.limitExceeded` for a line that is too long; its bytes stay. Otherwise as
        ///   ``Connection/receive(upTo:isolation:)``.
        @inlinable
        @inline(__always)
        public func next(isolation: isolated (any Actor)? = #isolation) async throws(SocketError) -> String? {
            try await nextLine()?.text
        }

        /// Waits for the next line and returns it with what ended it. As ``next(isolation:)`` otherwise.
        ///
        ///     while let line = try await lines.nextLine() {
        ///         if line.ending == .missing { print("cut off: \(line.text)") }
        ///     }
        @inlinable
        @inline(__always)
        public func nextLine(isolation: isolated (any Actor)? = #isolation) async throws(SocketError) -> Line? {
            var operation = Receiving()
            var line: Line?
            while true {
                line = connection.lineStep(&operation, framing)
                if operation.isFinished { break }
                await connection.registration.pause(operation)
            }
            try operation.check()
            return line
        }

        /// For `for try await`.
        public func makeAsyncIterator() -> Iterator { Iterator(lines: self) }

        /// Reads one line after the other.
        public struct Iterator: AsyncIteratorProtocol {
            @usableFromInline let lines: Lines

            init(lines: Lines) { self.lines = lines }

            /// As ``Connection/Lines/next(isolation:)``.
            @inlinable
            @inline(__always)
            public mutating func next(isolation actor: isolated (any Actor)?) async throws(SocketError) -> String? {
                try await lines.next(isolation: actor)
            }

            /// As ``Connection/Lines/next(isolation:)``.
            @inlinable
            @inline(__always)
            public mutating func next() async throws(SocketError) -> String? { try await lines.next() }
        }
    }

    /// A line of text, and what ended it.
    public struct Line: Sendable, Hashable {
        /// The line without its end.
        public let text: String
        /// `.missing` for a last line that the end of the stream cut off, or that was meant to end so.
        public let ending: Framing.LineEnding
    }

    /// Text over a connection, decoded from UTF-8 as it comes.
    ///
    /// All the pieces together are what `String(decoding:as:)` makes of all the bytes. No piece is empty. It keeps nothing
    /// of its own: the bytes of a character that is not complete stay with the connection.
    ///
    /// Not guaranteed: that a letter and a combining accent, which are two Unicode scalars, come in one piece.
    public struct Text: AsyncSequence, Sendable {
        @usableFromInline let connection: Connection

        init(_ connection: Connection) { self.connection = connection }

        /// Waits for text and returns what has come.
        ///
        /// - Returns: nil once the peer has finished sending. A character that it left incomplete is U+FFFD.
        /// - Cancellation, Concurrency, Throws: as ``Connection/receive(upTo:isolation:)``.
        public func next(isolation: isolated (any Actor)? = #isolation) async throws(SocketError) -> String? {
            var operation = Receiving()
            var text: String?
            while true {
                text = connection.textStep(&operation)
                if operation.isFinished { break }
                await connection.registration.pause(operation)
            }
            try operation.check()
            return text
        }

        /// For `for try await`.
        public func makeAsyncIterator() -> Iterator { Iterator(text: self) }

        /// Reads one piece after the other.
        public struct Iterator: AsyncIteratorProtocol {
            let text: Text

            /// As ``Connection/Text/next(isolation:)``.
            public mutating func next(isolation actor: isolated (any Actor)?) async throws(SocketError) -> String? {
                try await text.next(isolation: actor)
            }

            /// As ``Connection/Text/next(isolation:)``.
            public mutating func next() async throws(SocketError) -> String? { try await text.next() }
        }
    }
}
