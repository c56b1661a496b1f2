/// 64 KiB that bytes are received into, taken when they are there and given back at once: an idle connection has none.
///
/// A loop keeps a few for its own thread. A task on another executor gets one from the heap, once an operation.
@usableFromInline
@safe struct LoopBuffer: @unchecked Sendable {
    // Sendable because the memory belongs to the one who has taken it, until it is given back.
    @usableFromInline let base: UnsafeMutableRawPointer?
    /// 64 KiB: what one receive can profitably take; larger ones gained nothing on loopback or on a network.
    static let byteCount = 65_536

    /// No memory: nothing has been taken yet.
    @usableFromInline static var none: LoopBuffer { unsafe LoopBuffer(base: nil) }

    @inline(__always)
    static func take(_ loop: EventLoop) -> LoopBuffer {
        if loop.isCurrent, let buffer = loop.takeBuffer() { return buffer }
        return allocate()
    }

    @inline(__always)
    func giveBack(to loop: EventLoop) {
        guard let base = unsafe base else { return }
        if loop.isCurrent, loop.keep(self) { return }
        unsafe base.deallocate()
    }

    private static func allocate() -> LoopBuffer {
        unsafe LoopBuffer(base: .allocate(byteCount: byteCount, alignment: 64))
    }
}

/// The buffers that a loop has at hand: the loop's thread alone uses them.
struct LoopBufferPool {
    private var free: [LoopBuffer] = []
    /// 16 are kept (1 MiB a loop): more are only in use at once when many sends wait for slow peers.
    private static let kept = 16

    init() {
        free.reserveCapacity(Self.kept)
    }

    @inline(__always)
    mutating func take() -> LoopBuffer? { free.popLast() }

    @inline(__always)
    mutating func keep(_ buffer: LoopBuffer) -> Bool {
        guard free.count < Self.kept else { return false }
        free.append(buffer)
        return true
    }

    mutating func deallocate() {
        for buffer in free { unsafe buffer.base?.deallocate() }
        free = []
    }
}
