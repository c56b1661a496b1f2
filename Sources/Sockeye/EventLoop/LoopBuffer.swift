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

    /// From the loop whose thread this is, if it has one to spare.
    @inline(__always)
    static func take() -> LoopBuffer {
        let kept = unsafe ThisThread.loop.flatMap { loop in
            unsafe Unmanaged<EventLoop>.fromOpaque(loop)._withUnsafeGuaranteedRef { $0.takeBuffer() }
        }
        return kept ?? allocate()
    }

    /// To the loop whose thread this is: all of them are alike, wherever they were taken.
    @inline(__always)
    func giveBack() {
        guard let base = unsafe base else { return }
        if let loop = unsafe ThisThread.loop,
            unsafe Unmanaged<EventLoop>.fromOpaque(loop)._withUnsafeGuaranteedRef({ $0.keep(self) })
        {
            return
        }
        unsafe base.deallocate()
    }

    private static func allocate() -> LoopBuffer {
        unsafe LoopBuffer(base: .allocate(byteCount: byteCount, alignment: 64))
    }
}

/// The buffers that a loop has at hand: the loop's thread alone uses them.
///
/// Each begins with the address of the next, so that taking one is a load or two.
@safe struct LoopBufferPool {
    private var first: UnsafeMutableRawPointer?
    private var count = 0
    /// 16 are kept (1 MiB a loop): more are only in use at once when many sends wait for slow peers.
    private static let kept = 16

    @inline(__always)
    mutating func take() -> LoopBuffer? {
        guard let base = unsafe first else { return nil }
        unsafe first = unsafe base.load(as: UnsafeMutableRawPointer?.self)
        count &-= 1
        return unsafe LoopBuffer(base: base)
    }

    /// False: there are enough already.
    @inline(__always)
    mutating func keep(_ buffer: LoopBuffer) -> Bool {
        guard count < Self.kept, let base = unsafe buffer.base else { return false }
        unsafe base.storeBytes(of: first, as: UnsafeMutableRawPointer?.self)
        unsafe first = unsafe base
        count &+= 1
        return true
    }

    mutating func deallocate() {
        while let buffer = take() { unsafe buffer.base?.deallocate() }
    }
}
