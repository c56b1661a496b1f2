/// A file that is read or written from its beginning.
///
/// A pipe or a device that is read is opened with the first read: opening a pipe waits for its writer, and closing it again, as who
/// only looks whether it is there would, ends that one with SIGPIPE.
///
/// **Concurrency.** The calls block; one thread at a time makes them.
package final class BlockingFile: Sendable {
    private let path: String
    /// -1 until it is opened.
    private let descriptor: Locked<Int32>

    package enum Purpose: Sendable {
        case reading
        /// What was there before is gone.
        case writing
        /// Only if nothing has that name yet.
        case making
    }

    /// In C: `open`.
    package init(_ path: String, for purpose: Purpose) throws(Errno) {
        self.path = path
        let opened: Int32
        switch purpose {
        case .reading where SystemFile.isPipe(path) || SystemFile.isDevice(path):
            try SystemFile.checkReading(path)
            opened = -1
        case .reading: opened = try Syscalls.openForReading(path)
        case .writing: opened = try Syscalls.openForWriting(path, isNew: false)
        case .making: opened = try Syscalls.openForWriting(path, isNew: true)
        }
        descriptor = Locked(opened)
    }

    /// How many bytes it has now; nil for what is no file, such as a pipe. In C: `fstat`.
    package var length: Int? { try? Syscalls.fileLength(descriptor.with(\.self)) }

    deinit {
        let opened = descriptor.with(\.self)
        if opened >= 0 { Syscalls.close(opened) }
    }

    private func opened() throws(Errno) -> Int32 {
        let already = descriptor.with(\.self)
        if already >= 0 { return already }
        let opened = try Syscalls.openForReading(path)
        descriptor.with { $0 = opened }
        return opened
    }

    /// The next bytes; nil at the end. In C: `read`.
    package func read(upTo maximum: Int) throws(Errno) -> [UInt8]? {
        let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: maximum, alignment: 1)
        defer { unsafe memory.deallocate() }
        let count = try unsafe Syscalls.read(try opened(), into: memory.baseAddress, count: maximum)
        return count == 0 ? nil : unsafe Array(memory[..<count])
    }

    /// Writes all the bytes. In C: `write`.
    package func write(_ bytes: [UInt8]) throws(Errno) {
        let descriptor = try opened()
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
