public import SockeyeSystem

extension Framing {
    /// Decodes messages from bytes, without a socket. The messages are the same however the bytes are split.
    ///
    ///     var decoder = Framing.Decoder(.lengthPrefixed(UInt16.self))
    ///     decoder.append(bytes)
    ///     while let message = try decoder.next() { … }
    ///     try decoder.finish()                            // the stream has ended: throws if a message is incomplete
    ///
    /// A plain value, with nothing asynchronous in it: for files, for tests, for a transport of your own.
    public struct Decoder: Sendable {
        private let framing: Framing
        private var storage: [UInt8] = []
        /// Bytes before this index have been taken.
        private var start = 0
        /// No delimiter begins before this index, counted from `start`.
        private var searched = 0

        /// Creates a decoder without bytes.
        public init(_ framing: Framing) {
            self.framing = framing
        }

        /// How many appended bytes belong to no message that was returned.
        public var byteCount: Int { storage.count - start }

        /// The size of the memory for them in bytes. Tests check that an announced length does not make it grow.
        var capacity: Int { storage.capacity }

        /// Appends bytes that have arrived.
        public mutating func append(_ bytes: [UInt8]) { append(unsafe bytes.span.bytes) }

        /// Appends bytes that have arrived.
        public mutating func append(_ bytes: RawSpan) {
            if start == storage.count {
                storage.removeAll(keepingCapacity: true)
                start = 0
            } else if start > storage.count / 2 {
                // Moving only what is less than was taken keeps the cost of a byte constant.
                storage.removeFirst(start)
                start = 0
            }
            unsafe bytes.withUnsafeBytes { unsafe storage.append(contentsOf: $0) }
        }

        /// Returns the next message, or nil if more bytes have to arrive first.
        ///
        /// - Throws: `.limitExceeded` for a message that is too long, or for an invalid length. The bytes stay, so every
        ///   further call throws the same error: nobody knows where the next message begins.
        public mutating func next() throws(SocketError) -> [UInt8]? {
            if let flaw = framing.flaw(.receive) { throw flaw }
            let framing = framing
            return take(
                try withBytes { bytes, searched throws(SocketError) in
                    try unsafe framing.locate(in: bytes, searched: &searched)
                }
            )
        }

        /// Tells the decoder that the stream has ended. Call it when ``next()`` has returned nil.
        ///
        /// - Returns: With ``Framing/lines``, the last line if no newline ended it; nil otherwise.
        /// - Throws: `.endOfStream` if a message is incomplete, with how much of it had come.
        @discardableResult
        public mutating func finish() throws(SocketError) -> [UInt8]? {
            if let flaw = framing.flaw(.receive) { throw flaw }
            let goal = ReadGoal.message(framing)
            return take(try withBytes { bytes, _ throws(SocketError) in try unsafe goal.locateLast(in: bytes) })
        }

        private mutating func withBytes(
            _ body: (UnsafeRawBufferPointer, inout Int) throws(SocketError) -> ReadGoal.Match?
        ) throws(SocketError) -> ReadGoal.Match? {
            let start = start
            return try unsafe storage.withUnsafeBufferPointer { all throws(SocketError) in
                try unsafe body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: all[start...])), &searched)
            }
        }

        private mutating func take(_ match: ReadGoal.Match?) -> [UInt8]? {
            guard let match else { return nil }
            let first = start + match.offset
            start += match.end
            searched = 0
            return Array(storage[first..<first + match.count])
        }
    }
}
