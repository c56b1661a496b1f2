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
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { unsafe sockeye_write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
                continue
            }
            switch Errno.last {
            case .interrupted: continue
            case .wouldBlock: _ = sockeye_wait_writable(descriptor, -1)
            case let error: throw error
            }
        }
    }
}

extension SystemFile {
    /// All the bytes of a file.
    ///
    /// - Throws: why it cannot be read, and `.overflow` for more than `maximum` bytes. In C: `open`, `read`, `close`.
    package static func bytes(_ path: String, upTo maximum: Int) throws(Errno) -> [UInt8] {
        let descriptor = unsafe sockeye_open_read(path)
        if descriptor < 0 { throw Errno.last }
        defer { Syscalls.close(descriptor) }
        var bytes: [UInt8] = []
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
        defer { unsafe piece.deallocate() }
        while true {
            let count = unsafe sockeye_read(descriptor, piece.baseAddress, piece.count)
            if count == 0 { return bytes }
            if count < 0 {
                let error = Errno.last
                if error == .interrupted { continue }
                throw error
            }
            guard bytes.count + count <= maximum else { throw .overflow }
            unsafe bytes.append(contentsOf: piece[..<count])
        }
    }
}
