/// An open file, which is read or written from its beginning.
///
/// **Concurrency.** The calls block; one thread at a time makes them.
package final class BlockingFile: Sendable {
    private let descriptor: Int32

    package enum Purpose: Sendable {
        case reading
        /// What was there before is gone.
        case writing
        /// Only if nothing has that name yet.
        case making
    }

    /// In C: `open`.
    package init(_ path: String, for purpose: Purpose) throws(Errno) {
        descriptor =
            switch purpose {
            case .reading: try Syscalls.openForReading(path)
            case .writing: try Syscalls.openForWriting(path, isNew: false)
            case .making: try Syscalls.openForWriting(path, isNew: true)
            }
    }

    /// How many bytes it has now; nil for what is no file, such as a pipe. In C: `fstat`.
    package var length: Int? { try? Syscalls.fileLength(descriptor) }

    deinit {
        Syscalls.close(descriptor)
    }

    /// The next bytes; nil at the end. In C: `read`.
    package func read(upTo maximum: Int) throws(Errno) -> [UInt8]? {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: maximum, alignment: 1)
        defer { unsafe memory.deallocate() }
        let count = try unsafe Syscalls.read(descriptor, into: memory.baseAddress, count: maximum)
        return count == 0 ? nil : unsafe Array(memory[..<count])
    }

    /// Writes all the bytes. In C: `write`.
    package func write(_ bytes: [UInt8]) throws(Errno) {
        var written = 0
        while written < bytes.count {
            let start = written
            written += try unsafe bytes.span.bytes.withUnsafeBytes { memory throws(Errno) in
                let from = unsafe memory.baseAddress.map { unsafe $0 + start }
                return try unsafe Syscalls.write(descriptor, from, count: memory.count - start)
            }
        }
    }
}
