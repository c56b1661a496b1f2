internal import CSockeye

/// Files, foremost those in which the kernel tells about itself. Any of them may be missing or forbidden: then there is
/// no answer.
package enum SystemFile {
    /// 4 MiB: the table of a computer with 25,000 connections; of a longer one the beginning is read.
    private static let largestBytes = 4 << 20

    /// The text of a file; nil when it cannot be read. In C: `open`, `read`, `close`.
    package static func text(_ path: String) -> String? {
        let descriptor = unsafe sockeye_open_read(path)
        guard descriptor >= 0 else { return nil }
        defer { Syscalls.close(descriptor) }
        var bytes: [UInt8] = []
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
        defer { unsafe piece.deallocate() }
        while bytes.count < largestBytes {
            let count = unsafe sockeye_read(descriptor, piece.baseAddress, piece.count)
            if count < 0, Errno.last == .interrupted { continue }
            if count <= 0 { break }
            unsafe bytes.append(contentsOf: piece[..<count])
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The names in a folder; none when it cannot be read. In C: `opendir`, `readdir`.
    package static func names(in folder: String) -> [String] {
        var names: [String] = []
        _ = unsafe withUnsafeMutablePointer(to: &names) { names in
            unsafe sockeye_list(folder, names) { context, name in
                guard let context = unsafe context, let name = unsafe name else { return }
                unsafe context.assumingMemoryBound(to: [String].self).pointee.append(String(cString: name))
            }
        }
        return names
    }

    /// What a symbolic link points to; nil when it cannot be read. In C: `readlink`.
    package static func target(ofLink path: String) -> String? {
        unsafe withUnsafeTemporaryAllocation(byteCount: 256, alignment: 1) { buffer in
            let start = unsafe buffer.bindMemory(to: CChar.self).baseAddress
            let count = unsafe sockeye_read_link(path, start, buffer.count)
            guard count >= 0 else { return nil }
            return unsafe String(decoding: buffer[..<count], as: UTF8.self)
        }
    }

    /// Whether the file is a socket; nil when it cannot be looked at. In C: `stat`.
    package static func isSocket(_ path: String) -> Bool? {
        let answer = unsafe sockeye_is_socket(path)
        return answer < 0 ? nil : answer == 1
    }

    /// Removes a file, best effort. In C: `unlink`.
    package static func remove(_ path: [UInt8]) {
        _ = unsafe (path + [0]).withUnsafeBytes { unsafe sockeye_remove($0.bindMemory(to: CChar.self).baseAddress) }
    }
}
