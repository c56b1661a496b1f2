public import SockeyeSystem

extension Framing {
    /// Messages out of bytes, without a socket: the same messages however the bytes are cut.
    ///
    ///     var decoder = Framing.Decoder(.lengthPrefixed(UInt16.self))
    ///     decoder.append(bytes)
    ///     while let message = try decoder.next() { … }
    ///     try decoder.finish()                            // the stream has ended: throws if a message was cut off
    ///
    /// A plain value, with nothing asynchronous in it: for files, for tests, for a transport of one's own.
    public struct Decoder: Sendable {
        private let framing: Framing
        private var input = InputBuffer()
        private var reading: Reading

        /// Makes a decoder to which no bytes have come.
        public init(_ framing: Framing) {
            self.framing = framing
            reading = Reading(framing)
        }

        /// How many bytes have come and are no part of a message that was handed out.
        public var byteCount: Int { input.count }

        /// How many bytes the memory for them has: tests check that an announced length does not make it grow.
        var capacity: Int { input.capacity }

        /// Adds bytes that have come.
        public mutating func append(_ bytes: [UInt8]) { input.append(unsafe bytes.span.bytes) }

        /// Adds bytes that have come.
        public mutating func append(_ bytes: RawSpan) { input.append(bytes) }

        /// The next message, or nil if more bytes have to come first.
        ///
        /// - Throws: `.limitExceeded` for a message that is too long, or for what is no length at all. The bytes stay, so
        ///   every further call throws the same: where the next message begins nobody knows.
        public mutating func next() throws(SocketError) -> [UInt8]? {
            if let flaw = reading.flaw { throw flaw }
            guard try reading.take(from: &input) else { return nil }
            defer { reading = Reading(framing) }
            return reading.result
        }

        /// The end of the stream. Call it when ``next()`` has returned nil.
        ///
        /// - Returns: With ``Framing/lines``, the last line if no newline ended it; nil otherwise.
        /// - Throws: `.endOfStream` if a message was cut off, with how much of it had come.
        @discardableResult
        public mutating func finish() throws(SocketError) -> [UInt8]? {
            if let flaw = reading.flaw { throw flaw }
            try reading.finish(&input)
            defer { reading = Reading(framing) }
            return reading.result
        }
    }
}
