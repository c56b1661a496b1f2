internal import SockeyeSystem

/// A message's length as a fixed number of bytes before it.
struct LengthPrefix: Sendable, Hashable {
    /// How many bytes the length has: from 1, and no limit, since integers of any width may be used.
    let width: Int
    let isSigned: Bool
    let byteOrder: Framing.ByteOrder
    let counting: Framing.Counted

    /// The bytes of the length that are counted in it.
    private var own: Int { counting == .lengthAndMessage ? width : 0 }

    /// The longest message whose length fits into these bytes.
    var longestMessage: Int {
        let bits = width * 8 - (isSigned ? 1 : 0)
        return bits >= 63 ? Int.max : (1 << bits) - 1 - own
    }

    /// The length of a message of `count` bytes, which is at most `longestMessage`.
    func encode(_ count: Int, into bytes: inout [UInt8]) {
        let value = UInt64(count) + UInt64(own)
        for place in 0..<width {
            let shift = byteOrder == .bigEndian ? width - 1 - place : place
            // Shifting by 64 or more gives 0, as it should.
            bytes.append(UInt8(truncatingIfNeeded: value >> (shift * 8)))
        }
    }

    /// What the bytes of a length say.
    private enum Reading {
        case length(UInt64)
        case negative
        /// 2⁶⁴ or more.
        case huge
    }

    private func read(_ header: [UInt8], _ order: Framing.ByteOrder) -> Reading {
        let digits = order == .bigEndian ? header : header.reversed()
        if isSigned, digits[0] & 0x80 != 0 { return .negative }
        if digits.dropLast(8).contains(where: { $0 != 0 }) { return .huge }
        return .length(digits.suffix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// The length of the message that follows these bytes.
    @inline(__always)
    func messageLength(_ header: UnsafeRawBufferPointer, maximum: Int) throws(SocketError) -> Int {
        if width <= 8 {
            var value: UInt64 = 0
            for place in 0..<width {
                let byte = unsafe header[byteOrder == .bigEndian ? place : width - 1 - place]
                value = value << 8 | UInt64(byte)
            }
            let isNegative = isSigned && value >> UInt64(width * 8 - 1) != 0
            let length = value &- UInt64(own)
            if !isNegative, value >= UInt64(own), length <= UInt64(maximum) { return Int(length) }
        }
        return try unsafe unusualLength(Array(header), maximum)
    }

    /// A length that is too long, or negative, or that more than 8 bytes make.
    @inline(never)
    private func unusualLength(_ header: [UInt8], _ maximum: Int) throws(SocketError) -> Int {
        guard let length = fitting(header, byteOrder, maximum) else {
            throw SocketError(.limitExceeded, .receive, detail: complaint(about: header, maximum))
        }
        return length
    }

    private func fitting(_ header: [UInt8], _ order: Framing.ByteOrder, _ maximum: Int) -> Int? {
        guard case .length(let value) = read(header, order), value >= UInt64(own) else { return nil }
        let length = value - UInt64(own)
        return length <= UInt64(maximum) ? Int(length) : nil
    }

    /// The bytes of a length as text, if it may be that the other end has sent text and no length.
    ///
    /// One byte is too little to tell: every third length would look like a letter.
    private func suspiciousText(_ header: [UInt8]) -> String? { header.count > 1 ? FramingWords.text(header) : nil }

    /// What may explain that the bytes of a message have never come, though its length was possible; empty if nothing.
    func doubt(about header: [UInt8]) -> String {
        guard let text = suspiciousText(header) else { return "" }
        return "; the length was \(FramingWords.hexadecimal(header)), which is the text \(text): was it one?"
    }

    /// What is wrong with a length, and which of the usual mistakes at the other end would explain it.
    private func complaint(about header: [UInt8], _ maximum: Int) -> String {
        var words: String
        switch read(header, byteOrder) {
        case .negative:
            words = "a message cannot have a negative length"
        case .huge:
            words = "a message of 2^64 bytes or more is above the limit of \(maximum)"
        case .length(let value) where value < UInt64(own):
            words = "a length of \(value) does not even count its own \(own) bytes"
        case .length(let value):
            words = "a message of \(value - UInt64(own)) bytes is above the limit of \(maximum)"
        }
        words += "; the length was " + FramingWords.hexadecimal(header)
        if let text = suspiciousText(header) {
            words += ": \(FramingWords.these(header.count)) the text \(text), not a length"
        }
        let other: Framing.ByteOrder = byteOrder == .bigEndian ? .littleEndian : .bigEndian
        if let length = fitting(header, other, maximum) {
            let name = other == .bigEndian ? "big-endian" : "little-endian"
            words += "; in \(name) order it would be \(length), which fits: does the other end use that order?"
        }
        return words
    }
}
