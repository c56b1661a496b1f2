/// Bytes that have come and that nobody has taken yet, in the order in which they came.
///
/// It is as large as what has come: nothing is ever reserved for what was only announced. Taking moves a start forward, and
/// the bytes before it go when others are appended, so that many small messages in one piece cost one pass.
struct InputBuffer: Sendable {
    private var storage: [UInt8] = []
    private var start = 0

    /// How many bytes there are.
    var count: Int { storage.count - start }
    var isEmpty: Bool { count == 0 }
    var capacity: Int { storage.capacity }

    /// The byte at `index`, from 0.
    subscript(index: Int) -> UInt8 { storage[start + index] }

    mutating func append(_ bytes: RawSpan) {
        if start > 0 {
            // Moving only what is less than was taken keeps the cost of a byte constant.
            if start == storage.count {
                storage.removeAll(keepingCapacity: true)
                start = 0
            } else if start > storage.count / 2 {
                storage.removeFirst(start)
                start = 0
            }
        }
        unsafe bytes.withUnsafeBytes { unsafe storage.append(contentsOf: $0) }
    }

    /// Takes the next bytes away, as an array of their own.
    mutating func take(_ count: Int) -> [UInt8] {
        if start == 0, count == storage.count {
            let all = storage
            storage = []
            return all
        }
        let taken = Array(storage[start..<start + count])
        drop(count)
        return taken
    }

    /// Takes the next bytes away and copies them to `memory`, which has room for them.
    mutating func take(_ count: Int, into memory: UnsafeMutableRawPointer) {
        unsafe storage.withUnsafeBytes { bytes in
            if let base = bytes.baseAddress { unsafe memory.copyMemory(from: base + start, byteCount: count) }
        }
        drop(count)
    }

    mutating func drop(_ count: Int) {
        start += count
    }

    /// Some of the bytes, which stay.
    func peek(_ range: Range<Int>) -> [UInt8] { Array(storage[start + range.lowerBound..<start + range.upperBound]) }

    /// Where `delimiter` first begins, at `first` or behind it and before `end`; nil if all of it is nowhere there.
    ///
    /// - Parameter delimiter: At least one byte.
    func firstIndex(of delimiter: [UInt8], from first: Int, before end: Int) -> Int? {
        let limit = end > storage.count - start ? storage.count : end + start
        return storage.firstIndex(of: delimiter, from: first + start, before: limit).map { $0 - start }
    }
}
