internal import CSockeye

/// A file that is written from its beginning: what was there before is gone.
///
/// **Concurrency.** The calls block; one thread at a time writes.
package struct OutputFile: ~Copyable, Sendable {
    private let descriptor: Int32

    /// In C: `open`.
    package init(creating path: String) throws(Errno) {
        descriptor = unsafe sockeye_file_create(path)
        if descriptor < 0 { throw Errno.last }
    }

    deinit {
        Syscalls.close(descriptor)
    }

    /// Writes all the bytes. In C: `write`.
    package func write(_ bytes: [UInt8]) throws(Errno) {
        try SystemFile.writeAll(bytes, to: descriptor)
    }
}
