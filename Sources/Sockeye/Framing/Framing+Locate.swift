internal import SockeyeSystem

// Decoding: where the first message lies among the bytes that have arrived. Runs once per message, over memory, without a
// copy and without an allocation.

extension Framing {
    static let lineFeed: UInt8 = 0x0A
    private static let carriageReturn: UInt8 = 0x0D

    /// Finds the first message; nil if it is not complete yet.
    ///
    /// - Parameter searched: As for `ReadGoal.locate`.
    /// - Throws: `.limitExceeded` for a message that is too long, or for an invalid length.
    @inline(__always)
    func locate(in bytes: UnsafeRawBufferPointer, searched: inout Int) throws(SocketError) -> ReadGoal.Match? {
        switch kind {
        case .lines:
            return try unsafe locateLine(in: bytes, &searched)
        case .lengthPrefixed(let prefix):
            guard bytes.count >= prefix.width else { return nil }
            let header = unsafe UnsafeRawBufferPointer(rebasing: bytes[..<prefix.width])
            return unsafe Self.match(
                try unsafe prefix.messageLength(header, maximum: maximumLength),
                after: prefix.width,
                bytes
            )
        case .varint:
            guard let (count, width) = try unsafe Varint.messageLength(bytes, maximum: maximumLength) else {
                return nil
            }
            return unsafe Self.match(count, after: width, bytes)
        case .fixed(let count):
            return unsafe Self.match(count, after: 0, bytes)
        case .delimited(let delimiter):
            return try unsafe locate(delimiter, in: bytes, &searched)
        }
    }

    @inline(__always)
    private static func match(_ count: Int, after header: Int, _ bytes: UnsafeRawBufferPointer) -> ReadGoal.Match? {
        // Not `header + count`, which could overflow: the peer chose `count`.
        guard bytes.count - header >= count else { return nil }
        return ReadGoal.Match(offset: header, count: count, end: header + count)
    }

    @inline(__always)
    private func locateLine(in bytes: UnsafeRawBufferPointer, _ searched: inout Int) throws(SocketError) -> ReadGoal
        .Match?
    {
        // One byte more than the limit, for the CR of a CR LF.
        let limit = Self.successor(Self.successor(maximumLength))
        guard let index = unsafe ByteSearch.firstIndex(of: Self.lineFeed, in: bytes, from: &searched, before: limit)
        else {
            if bytes.count - 2 >= maximumLength { throw Self.tooLong("line", maximumLength) }
            return nil
        }
        let hasReturn = unsafe index > 0 && bytes[index - 1] == Self.carriageReturn
        let count = hasReturn ? index - 1 : index
        if count > maximumLength { throw Self.tooLong("line", maximumLength) }
        return ReadGoal.Match(count: count, end: index + 1, ending: hasReturn ? .crlf : .lf)
    }

    private func locate(
        _ delimiter: [UInt8],
        in bytes: UnsafeRawBufferPointer,
        _ searched: inout Int
    ) throws(SocketError) -> ReadGoal.Match? {
        let limit = Self.successor(maximumLength)
        if let index = unsafe ByteSearch.firstIndex(of: delimiter, in: bytes, from: &searched, before: limit) {
            return ReadGoal.Match(count: index, end: index + delimiter.count)
        }
        if bytes.count - delimiter.count >= maximumLength {
            throw Self.tooLong("message that ends with \(FramingWords.delimiter(delimiter))", maximumLength)
        }
        return nil
    }

    /// The next larger limit; a limit may be `Int.max`.
    @inline(__always)
    private static func successor(_ limit: Int) -> Int { limit == Int.max ? limit : limit + 1 }

    @inline(never)
    static func tooLong(_ what: String, _ maximum: Int) -> SocketError {
        SocketError(.limitExceeded, .receive, detail: "a \(what) is longer than \(FramingWords.bytes(maximum))")
    }

    /// As `ReadGoal.missing`, for framings whose messages have a known length.
    func missing(in bytes: UnsafeRawBufferPointer, _ verb: String) -> String {
        func part(of count: Int, _ what: String = "message", after header: Int = 0) -> String {
            "\(bytes.count - header) of the \(FramingWords.bytes(count)) of a \(what) \(verb)"
        }
        switch kind {
        case .fixed(let count): return part(of: count)
        case .lengthPrefixed(let prefix) where bytes.count < prefix.width: return part(of: prefix.width, "length")
        case .lengthPrefixed(let prefix):
            let header = unsafe UnsafeRawBufferPointer(rebasing: bytes[..<prefix.width])
            guard let count = try? unsafe prefix.messageLength(header, maximum: maximumLength) else { return "" }
            return part(of: count, after: prefix.width) + prefix.doubt(about: unsafe Array(header))
        case .varint:
            let length = try? unsafe Varint.messageLength(bytes, maximum: maximumLength)
            guard let (count, width) = length ?? nil else {
                return "\(FramingWords.bytes(bytes.count)) of a length \(verb), and none of them was its last"
            }
            return part(of: count, after: width)
        case .lines, .delimited: return ""
        }
    }
}

extension ByteSearch {
    /// Where `byte` first occurs at an index from `searched` up and below `limit`; nil moves `searched` past what was looked at.
    @inline(__always)
    static func firstIndex(
        of byte: UInt8,
        in bytes: UnsafeRawBufferPointer,
        from searched: inout Int,
        before limit: Int
    ) -> Int? {
        let end = min(bytes.count, limit)
        guard searched < end else { return nil }
        let index = unsafe firstIndex(of: byte, in: UnsafeRawBufferPointer(rebasing: bytes[searched..<end]))
        if let index { return searched + index }
        searched = end
        return nil
    }

    /// Where `wanted`, of at least one byte, first begins at an index from `searched` up and below `limit`.
    ///
    /// The last bytes may be the beginning of it, so they are looked at again next time.
    static func firstIndex(
        of wanted: [UInt8],
        in bytes: UnsafeRawBufferPointer,
        from searched: inout Int,
        before limit: Int
    ) -> Int? {
        let end = limit > bytes.count - wanted.count ? bytes.count : limit + wanted.count - 1
        guard searched < end else { return nil }
        let index = unsafe wanted.withUnsafeBytes { wanted in
            unsafe firstIndex(of: wanted, in: UnsafeRawBufferPointer(rebasing: bytes[searched..<end]))
        }
        if let index { return searched + index }
        searched = max(searched, end - wanted.count + 1)
        return nil
    }
}
