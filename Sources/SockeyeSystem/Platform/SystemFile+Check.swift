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

    /// Whether something can be written to an inherited descriptor. In C: `fcntl` with `F_GETFL`.
    package static func takesWrites(_ descriptor: Int32) -> Bool { sockeye_takes_writes(descriptor) == 1 }

    private static func folder(of path: String) throws(Errno) -> String {
        if path.isEmpty { throw .noSuchFile }
        if path.utf8.last == UInt8(ascii: "/") { throw .isDirectory }
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
