internal import CSockeye

/// Searching memory with the C library's routines, which compare 32 bytes at a time. In C: `memchr`, `memmem`.
package enum ByteSearch {
    package static func firstIndex(of byte: UInt8, in bytes: UnsafeRawBufferPointer) -> Int? {
        let index = unsafe sockeye_find_byte(bytes.baseAddress, bytes.count, byte)
        return index < 0 ? nil : index
    }

    /// - Parameter wanted: At least one byte.
    package static func firstIndex(of wanted: UnsafeRawBufferPointer, in bytes: UnsafeRawBufferPointer) -> Int? {
        let index = unsafe sockeye_find(bytes.baseAddress, bytes.count, wanted.baseAddress, wanted.count)
        return index < 0 ? nil : index
    }
}
