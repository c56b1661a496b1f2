import Foundation

/// Bytes that tell where in a stream they belong, so that what is lost, doubled or swapped shows.
enum Pattern {
    /// A prime, so that no buffer size is a multiple of it.
    private static let period = 65_521
    private static let table: [UInt8] = {
        var generator = SplitMix(seed: 1)
        return (0..<(2 * period)).reduce(into: [UInt8]()) { table, index in
            table.append(index < period ? UInt8(truncatingIfNeeded: generator.next()) : table[index - period])
        }
    }()

    static func bytes(_ count: Int, at offset: Int = 0) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(count)
        var position = offset
        while bytes.count < count {
            let start = position % period
            let piece = min(period, count - bytes.count)
            bytes += table[start..<start + piece]
            position += piece
        }
        return bytes
    }

    /// Whether these bytes are those of the stream from `offset` on.
    static func matches(_ bytes: [UInt8], at offset: Int) -> Bool {
        unsafe bytes.withUnsafeBytes { actual in
            var done = 0
            while done < bytes.count {
                let start = (offset + done) % period
                let piece = min(period, bytes.count - done)
                let same = unsafe table.withUnsafeBytes { expected in
                    let left = unsafe actual.baseAddress?.advanced(by: done)
                    let right = unsafe expected.baseAddress?.advanced(by: start)
                    guard let left = unsafe left, let right = unsafe right else { return false }
                    return unsafe memcmp(left, right, piece) == 0
                }
                if !same { return false }
                done += piece
            }
            return true
        }
    }
}

/// Random numbers that are the same in every run.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
