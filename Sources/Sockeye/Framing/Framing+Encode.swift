public import SockeyeSystem

extension Framing {
    /// Appends a message as it goes over the wire.
    ///
    ///     var bytes: [UInt8] = []
    ///     try Framing.lines.encode("hi".utf8, into: &bytes)       // "hi\n"
    ///
    /// - Parameter bytes: Stays as it was when this throws.
    /// - Throws: `.limitExceeded` for a message that is longer than ``maximumLength``, or than its length can say;
    ///   `.invalidArgument` for one that holds its own delimiter, or has not the fixed size.
    public func encode(_ message: some Collection<UInt8>, into bytes: inout [UInt8]) throws(SocketError) {
        if let flaw = flaw(.send) { throw flaw }
        let count = message.count
        guard count <= maximumLength else {
            throw SocketError(
                .limitExceeded,
                .send,
                detail: "a message of \(count) bytes is above the limit of \(maximumLength)"
            )
        }
        switch kind {
        case .lengthPrefixed(let prefix):
            guard count <= prefix.longestMessage else {
                let words =
                    "a length of \(FramingWords.bytes(prefix.width)) cannot say that a message has \(count) bytes"
                throw SocketError(.limitExceeded, .send, detail: words)
            }
            bytes.reserveRoom(prefix.width + count)
            prefix.encode(count, into: &bytes)
            bytes.append(contentsOf: message)
        case .varint:
            bytes.reserveRoom(Varint.longest + count)
            Varint.encode(count, into: &bytes)
            bytes.append(contentsOf: message)
        case .fixed(let size):
            guard count == size else {
                throw SocketError(.invalidArgument, .send, detail: "a message of \(count) bytes; here each has \(size)")
            }
            bytes.append(contentsOf: message)
        case .delimited(let delimiter):
            try encode(message, endingWith: delimiter, into: &bytes)
        case .lines:
            try encode(message, endingWith: [Framing.lineFeed], into: &bytes)
        }
    }

    /// A message as it goes over the wire. As ``encode(_:into:)``.
    public func encoded(_ message: some Collection<UInt8>) throws(SocketError) -> [UInt8] {
        var bytes: [UInt8] = []
        try encode(message, into: &bytes)
        return bytes
    }

    // Whoever reads takes the first delimiter for the end. It need not lie within the message: the message "xa" with the
    // delimiter "aa" reads as "x". So it is looked for in all that goes out.
    private func encode(
        _ message: some Collection<UInt8>,
        endingWith delimiter: [UInt8],
        into bytes: inout [UInt8]
    ) throws(SocketError) {
        let start = bytes.count
        bytes.reserveRoom(message.count + delimiter.count)
        bytes.append(contentsOf: message)
        // Whoever reads a line drops a carriage return before the line feed: one that belongs to the line gets another behind it.
        if kind == .lines, bytes.count > start, bytes.last == 0x0D { bytes.append(0x0D) }
        let end = bytes.count
        bytes.append(contentsOf: delimiter)
        var searched = start
        let early = unsafe bytes.withUnsafeBytes { all in
            unsafe ByteSearch.firstIndex(of: delimiter, in: all, from: &searched, before: end)
        }
        if early != nil {
            bytes.removeSubrange(start...)
            let words = "a message that holds its own end, \(FramingWords.delimiter(delimiter)), would be read as two"
            throw SocketError(.invalidArgument, .send, detail: words)
        }
    }
}

extension [UInt8] {
    /// Makes room at least twice as large as before when it does not suffice: a message at a time must not copy all the
    /// others each time, which is what `reserveCapacity` alone would do.
    fileprivate mutating func reserveRoom(_ more: Int) {
        let needed = count + more
        if needed > capacity { reserveCapacity(Swift.max(needed, capacity * 2)) }
    }
}
