internal import SockeyeSystem

/// Bytes of a connection that have been received and not been taken yet.
///
/// Bytes are received right behind those that are there, into 64 KiB from the event loop, and are taken out of that memory.
/// Nothing is allocated for a length that was only announced. An empty buffer has no memory, and a few bytes that stay have
/// no more than they need, so an idle connection costs little.
@safe struct ReadBuffer: ~Copyable {
    private var base: UnsafeMutableRawPointer?
    private var start = 0
    private var end = 0
    private(set) var capacity = 0
    /// During a read: no delimiter begins before this index. See `ReadGoal.locate`.
    var searched = 0

    /// Up to 4 KiB are moved to memory of their size while they stay; moving more would cost more than it saves.
    private static let smallCount = 4096
    /// A receive gets at least 16 KiB of room: less would cost a system call for few bytes.
    private static let smallestRoom = 16_384

    init() {}

    deinit {
        unsafe Self.deallocate(unsafe base, capacity)
    }

    var count: Int { end - start }
    var isEmpty: Bool { start == end }

    /// The bytes, valid until the buffer changes.
    @inline(__always)
    var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(start: base.map { unsafe UnsafeRawPointer($0 + start) }, count: end - start)
    }

    /// Room behind the bytes: receive into it, then call `grow(by:)`.
    mutating func room() -> UnsafeMutableRawBufferPointer {
        if unsafe base == nil {
            unsafe base = LoopBuffer.take().base
            capacity = LoopBuffer.byteCount
        } else if capacity - end < Self.smallestRoom {
            // Moving only what is less than was taken keeps the cost of a byte constant.
            if start >= count, capacity - count >= Self.smallestRoom {
                unsafe move(to: unsafe base)
            } else {
                reallocate(count <= LoopBuffer.byteCount - Self.smallestRoom ? LoopBuffer.byteCount : 2 * count)
            }
        }
        let free = min(capacity - end, LoopBuffer.byteCount)
        return unsafe UnsafeMutableRawBufferPointer(start: base.map { unsafe $0 + end }, count: free)
    }

    /// Adds bytes that were received into `room()`.
    mutating func grow(by count: Int) { end += count }

    /// Adds a copy of the bytes.
    mutating func append(_ added: RawSpan) {
        if capacity - end < added.byteCount { reallocate(count + added.byteCount) }
        unsafe added.withUnsafeBytes { added in
            if let from = added.baseAddress {
                unsafe base?.advanced(by: end).copyMemory(from: from, byteCount: added.count)
            }
        }
        end += added.byteCount
    }

    /// Takes the first bytes away. Their memory stays until the buffer changes otherwise.
    @inline(__always)
    mutating func advance(by count: Int) {
        start += count
        searched = 0
    }

    /// Takes the first bytes away.
    @inline(__always)
    mutating func drop(_ count: Int) {
        advance(by: count)
        if isEmpty { release() }
    }

    /// Gives back memory that the bytes do not need while they stay.
    mutating func shrink() {
        if isEmpty {
            release()
        } else if count <= Self.smallCount, capacity > 4 * Self.smallCount {
            reallocate(count)
        }
    }

    private mutating func release() {
        unsafe Self.deallocate(unsafe base, capacity)
        unsafe base = nil
        (start, end, capacity) = (0, 0, 0)
    }

    private mutating func reallocate(_ newCapacity: Int) {
        let (old, oldCapacity) = unsafe (base, capacity)
        let isLoopBuffer = newCapacity == LoopBuffer.byteCount
        unsafe move(to: unsafe isLoopBuffer ? LoopBuffer.take().base : .allocate(byteCount: newCapacity, alignment: 16))
        capacity = newCapacity
        unsafe Self.deallocate(unsafe old, oldCapacity)
    }

    private mutating func move(to target: UnsafeMutableRawPointer?) {
        let count = count
        if count > 0, let base = unsafe base { unsafe target?.copyMemory(from: base + start, byteCount: count) }
        unsafe base = target
        (start, end) = (0, count)
    }

    private static func deallocate(_ base: UnsafeMutableRawPointer?, _ capacity: Int) {
        if capacity == LoopBuffer.byteCount {
            unsafe LoopBuffer(base: base).giveBack()
        } else {
            unsafe base?.deallocate()
        }
    }
}
