public import SockeyeSystem

extension Connection {
    /// This connection as a conversation of messages.
    ///
    ///     let messages = connection.messages(.lengthPrefixed(UInt16.self))
    ///     try await messages.send("hi")
    ///     for try await message in messages { … }
    public func messages(_ framing: Framing) -> Messages { Messages(self, framing) }

    /// Messages over a connection: whole ones go out, and whole ones come in, however the network cuts them.
    ///
    ///     for try await message in connection.messages(.lines) { try await connection.send("Got it!\n") }
    ///
    /// It keeps nothing of its own, so it may be made anew at any time, also with another framing: what has come beyond a
    /// message stays with the connection.
    ///
    /// **Concurrency.** As for the connection: one task may read messages while another sends some.
    public struct Messages: AsyncSequence, Sendable {
        @usableFromInline let connection: Connection
        /// How messages are told apart.
        public let framing: Framing

        init(_ connection: Connection, _ framing: Framing) {
            self.connection = connection
            self.framing = framing
        }

        /// Waits for the next message.
        ///
        /// - Returns: nil once the peer has finished sending after a whole message.
        /// - Cancellation: ends at once with `.cancelled` and loses nothing: what had come of a message stays.
        /// - Concurrency: one receive at a time, of whatever kind; a second one throws `.busy`.
        /// - Throws: `.endOfStream` when the peer finished within a message, with how much of it had come;
        ///   `.limitExceeded` for a message that is too long, or whose length is none, with what it may be instead. In both
        ///   cases the bytes stay, and ``Connection/receive(upTo:isolation:)`` returns them. Otherwise as that.
        @inlinable
        @inline(__always)
        public func next(isolation: isolated (any Actor)? = #isolation) async throws(SocketError) -> [UInt8]? {
            var operation = Receiving()
            var message: [UInt8]?
            while true {
                message = connection.messageStep(&operation, framing)
                if operation.isFinished { break }
                await connection.registration.pause(operation)
            }
            try operation.check()
            return message
        }

        /// Sends a message: all of it, or it throws. It leaves in one system call, with its length or its delimiter.
        ///
        /// - Cancellation: ends with `.cancelled`; an unknown part has gone out, so the conversation is over.
        /// - Concurrency: one send at a time; a second one throws `.busy`.
        /// - Throws: `.limitExceeded` for a message that is too long, `.invalidArgument` for one that the framing cannot
        ///   carry: nothing was sent then, and the conversation goes on. Otherwise as
        ///   ``Connection/send(_:isolation:)-([UInt8],_)``.
        @inlinable
        @inline(__always)
        public func send(
            _ message: [UInt8],
            isolation: isolated (any Actor)? = #isolation
        ) async throws(SocketError) {
            switch encoded(message) {
            case .success(let bytes): try await connection.send(bytes)
            case .failure(let error): throw error
            }
        }

        /// Sends text as one message, as UTF-8. As ``send(_:isolation:)-([UInt8],_)`` otherwise.
        @inlinable
        @inline(__always)
        public func send(
            _ text: String,
            isolation: isolated (any Actor)? = #isolation
        ) async throws(SocketError) {
            switch encoded(text) {
            case .success(let bytes): try await connection.send(bytes)
            case .failure(let error): throw error
            }
        }

        /// Sends several messages at once: small ones leave in one system call, and often in one packet.
        ///
        ///     try await messages.send(contentsOf: [header, body])
        ///
        /// Nothing is sent unless the framing can carry all of them. As ``send(_:isolation:)-([UInt8],_)`` otherwise.
        public func send(
            contentsOf messages: some Sequence<[UInt8]>,
            isolation: isolated (any Actor)? = #isolation
        ) async throws(SocketError) {
            try await sendIfAny(try encoded(messages))
        }

        /// Sends several texts at once, each as one message. As ``send(contentsOf:isolation:)-(Sequence<[UInt8]>,_)``.
        public func send(
            contentsOf texts: some Sequence<String>,
            isolation: isolated (any Actor)? = #isolation
        ) async throws(SocketError) {
            try await sendIfAny(try encoded(texts.lazy.map(\.utf8)))
        }

        private func sendIfAny(
            _ bytes: [UInt8],
            isolation: isolated (any Actor)? = #isolation
        ) async throws(SocketError) {
            if !bytes.isEmpty { try await connection.send(bytes) }
        }

        @usableFromInline
        func encoded(_ message: [UInt8]) -> Result<[UInt8], SocketError> {
            // Goes out as it is, and need not be copied.
            if case .fixed(message.count) = framing.kind, framing.flaw(.send) == nil { return .success(message) }
            return Result { () throws(SocketError) in try encoded(CollectionOfOne(message)) }
        }

        @usableFromInline
        func encoded(_ text: String) -> Result<[UInt8], SocketError> {
            Result { () throws(SocketError) in try encoded(CollectionOfOne(text.utf8)) }
        }

        private func encoded(_ messages: some Sequence<some Collection<UInt8>>) throws(SocketError) -> [UInt8] {
            var bytes: [UInt8] = []
            for message in messages {
                do throws(SocketError) {
                    try framing.encode(message, into: &bytes)
                } catch {
                    throw error.with(local: nil, remote: connection.remoteAddress)
                }
            }
            return bytes
        }

        /// For `for try await`.
        public func makeAsyncIterator() -> Iterator { Iterator(messages: self) }

        /// Reads one message after the other.
        public struct Iterator: AsyncIteratorProtocol {
            @usableFromInline let messages: Messages

            init(messages: Messages) { self.messages = messages }

            /// As ``Connection/Messages/next(isolation:)``.
            @inlinable
            @inline(__always)
            public mutating func next(isolation actor: isolated (any Actor)?) async throws(SocketError) -> [UInt8]? {
                try await messages.next(isolation: actor)
            }

            /// As ``Connection/Messages/next(isolation:)``.
            @inlinable
            @inline(__always)
            public mutating func next() async throws(SocketError) -> [UInt8]? { try await messages.next() }
        }
    }
}
