/// Bytes that repeat for ever, of which every stretch up to a certain length lies in one piece of memory: what is sent and
/// what is expected is compared and handed to the kernel where it lies, and nothing is put together for a message.
@safe final class CyclicBytes: @unchecked Sendable {
    // Sendable because the memory is written before anybody else has it, and never again.
    /// The bytes of one round.
    let period: Int
    /// The longest stretch that may be asked for.
    let longest: Int
    private let base: UnsafeMutableRawBufferPointer

    init(_ round: [UInt8], longest: Int) {
        period = round.count
        self.longest = longest
        unsafe base = .allocate(byteCount: round.count + longest, alignment: 64)
        for index in unsafe base.indices { unsafe base[index] = round[index % round.count] }
    }

    deinit { unsafe base.deallocate() }

    /// The numbers from 0 to 250: a prime period, so that a byte that is lost, doubled or moved shows whatever the size of
    /// a message is.
    static func pattern(longest: Int) -> CyclicBytes {
        CyclicBytes((0..<patternPeriod).map { UInt8($0) }, longest: longest)
    }

    static let patternPeriod = 251

    /// Where the stretch lies that begins at `offset`, counted from the beginning of the first round.
    @inline(__always)
    func stretch(at offset: Int) -> UnsafeRawPointer? {
        unsafe base.baseAddress.map { unsafe UnsafeRawPointer($0) + offset % period }
    }

    /// A copy of a stretch.
    func copy(at offset: Int, count: Int) -> [UInt8] {
        unsafe Array(base[(offset % period)..<(offset % period + count)])
    }
}
