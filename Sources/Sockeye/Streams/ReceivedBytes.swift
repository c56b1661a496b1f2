/// Bytes that have been received, in memory that is lent by the event loop and goes back with this value.
///
///     while let bytes = try await connection.receiveLent() {
///         let isGreeting = bytes.withBytes { $0.byteCount == 5 }
///         try await connection.send(bytes)
///     }
///
/// It cannot be copied; ``array`` is a copy of the bytes that stays. Keep it no longer than needed: each one that is held
/// holds 64 KiB.
public struct ReceivedBytes: ~Copyable, Sendable {
    private let memory: LoopBuffer
    /// How many bytes there are: at least one.
    public let count: Int

    @usableFromInline
    init(_ memory: LoopBuffer, count: Int) {
        self.memory = memory
        self.count = count
    }

    deinit {
        memory.giveBack()
    }

    @usableFromInline var base: UnsafeMutableRawPointer? { unsafe memory.base }

    /// Lends the bytes to `body`, for as long as it runs.
    public func withBytes<Result, Failure: Error>(_ body: (RawSpan) throws(Failure) -> Result) throws(Failure) -> Result
    {
        try body(unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(start: base, count: count)))
    }

    /// A copy of the bytes.
    public var array: [UInt8] { unsafe Array(UnsafeRawBufferPointer(start: base, count: count)) }
}
