internal import CSockeye

/// What a server needs to tell whoever started it that it is ready.
extension SystemFile {
    /// Whether a descriptor was open when this program was started. In C: `fcntl` with `F_GETFD`.
    package static func isInherited(_ descriptor: Int32) -> Bool { sockeye_is_inherited(descriptor) == 1 }

    /// Gives a file another name, at once and in place of one that is there. In C: `rename`.
    package static func rename(_ path: String, _ other: String) throws(Errno) {
        if unsafe sockeye_rename(path, other) < 0 { throw Errno.last }
    }

    /// Writes all the bytes to an inherited descriptor, and closes it. In C: `write`, `close`.
    package static func tell(_ bytes: [UInt8], to descriptor: Int32) throws(Errno) {
        defer { Syscalls.close(descriptor) }
        try writeAll(bytes, to: descriptor)
    }
}
