internal import SockeyeSystem

/// A length in as many bytes as it needs: 7 bits in each, least significant first, and the top bit says that more follow.
enum Varint {
    /// 64 bits in groups of 7.
    static let longest = 10

    static func encode(_ count: Int, into bytes: inout [UInt8]) {
        var rest = UInt64(count)
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// The length at the start of the bytes, and how many of them it takes; nil if they end before it does.
    ///
    /// More bytes than the number needs are read as well, as every reader of Protocol Buffers does.
    @inline(__always)
    static func messageLength(
        _ bytes: UnsafeRawBufferPointer,
        maximum: Int
    ) throws(SocketError) -> (count: Int, width: Int)? {
        if let first = unsafe bytes.first, first < 0x80, Int(first) <= maximum { return (Int(first), 1) }
        return try unsafe longLength(bytes, maximum: maximum)
    }

    private static func longLength(
        _ bytes: UnsafeRawBufferPointer,
        maximum: Int
    ) throws(SocketError) -> (count: Int, width: Int)? {
        func header(_ width: Int) -> [UInt8] { unsafe Array(bytes[..<width]) }
        var value: UInt64 = 0
        for index in 0..<min(bytes.count, longest) {
            let byte = unsafe bytes[index]
            // Of the tenth byte one bit is left; a shift by 63 drops the others, and a tenth byte that goes on is no length.
            if index == longest - 1, byte > 1 { break }
            value |= UInt64(byte & 0x7F) << (7 * index)
            guard byte & 0x80 == 0 else { continue }
            guard value <= UInt64(maximum) else {
                throw absurd("a message of \(value) bytes is above the limit of \(maximum)", header(index + 1))
            }
            return (Int(value), index + 1)
        }
        guard bytes.count < longest else {
            throw absurd("a length goes on after 64 bits", header(longest))
        }
        return nil
    }

    private static func absurd(_ words: String, _ header: [UInt8]) -> SocketError {
        let bytes = FramingWords.hexadecimal(header)
        return SocketError(
            .limitExceeded,
            .receive,
            detail: "\(words); the length was \(bytes): is it a varint that the peer sends?"
        )
    }
}
