internal import CSockeye

extension SystemFile {
    /// All bytes of a file that somebody named. In C: `open`, `read`, `close`.
    ///
    /// - Parameter limit: A longer file is `.fileTooLarge`: a device has no end.
    package static func contents(_ path: String, limit: Int) throws(Errno) -> [UInt8] {
        let descriptor = unsafe sockeye_open_read(path)
        guard descriptor >= 0 else { throw Errno.last }
        defer { Syscalls.close(descriptor) }
        var bytes: [UInt8] = []
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
        defer { unsafe piece.deallocate() }
        while true {
            let count = unsafe sockeye_read(descriptor, piece.baseAddress, piece.count)
            if count < 0, Errno.last == .interrupted { continue }
            if count < 0 { throw Errno.last }
            if count == 0 { return bytes }
            unsafe bytes.append(contentsOf: piece[..<count])
            if bytes.count > limit { throw Errno.fileTooLarge }
        }
    }

    /// Writes a file, in place of one that is there. In C: `open` with `O_TRUNC`, `write`, `close`.
    package static func write(_ bytes: [UInt8], to path: String) throws(Errno) {
        let descriptor = unsafe sockeye_open_write(path)
        guard descriptor >= 0 else { throw Errno.last }
        defer { Syscalls.close(descriptor) }
        try writeAll(bytes, to: descriptor)
    }

    /// Writes all the bytes, whatever the descriptor is. Blocks its thread, also where somebody has made it non-blocking.
    /// In C: `write`, `poll`.
    static func writeAll(_ bytes: [UInt8], to descriptor: Int32) throws(Errno) {
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
