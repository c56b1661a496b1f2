internal import CSockeye

/// Whether a file can be written, found out before there is anything to write, and without touching it.
///
/// Best effort: it may be otherwise a moment later, and a full disk is noticed only with the bytes.
extension SystemFile {
    /// A file that is written in its place, or made. In C: `stat`, `faccessat`.
    package static func checkWriting(to path: String) throws(Errno) {
        let folder = try folder(of: path)
        if unsafe sockeye_check_writing(path, folder) < 0 { throw Errno.last }
    }

    /// A file that is made anew and then takes the place of what is there. In C: `stat`, `faccessat`.
    package static func checkMaking(_ path: String) throws(Errno) {
        let folder = try folder(of: path)
        if unsafe sockeye_check_making(path, folder) < 0 { throw Errno.last }
    }

    /// A file that is read. In C: `faccessat`.
    package static func checkReading(_ path: String) throws(Errno) {
        if unsafe sockeye_check_reading(path) < 0 { throw Errno.last }
    }

    /// Whether it is a pipe with a name, or one of a shell's `<(…)`. In C: `stat`.
    package static func isPipe(_ path: String) -> Bool { unsafe sockeye_is_pipe(path) == 1 }

    /// Whether bytes come from it one after the other, as from `/dev/zero` or a serial line. In C: `stat`.
    package static func isDevice(_ path: String) -> Bool { unsafe sockeye_is_character_device(path) == 1 }

    /// Whether something can be written to an inherited descriptor. In C: `fcntl` with `F_GETFL`.
    package static func takesWrites(_ descriptor: Int32) -> Bool { sockeye_takes_writes(descriptor) == 1 }

    private static func folder(of path: String) throws(Errno) -> String {
        if path.isEmpty { throw .noSuchFile }
        if path.utf8.last == UInt8(ascii: "/") { throw .isDirectory }
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
