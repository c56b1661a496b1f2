internal import CSockeye

// Bytes that the kernel moves by itself.

extension Syscalls {
    /// - Parameter shielded: Whether SIGPIPE has to be kept from this thread: see `CSockeyeTransfer.h`.
    package static func sendFile(
        _ descriptor: Int32,
        file: Int32,
        offset: Int,
        count: Int,
        shielded: Bool
    ) throws(Errno) -> Int {
        try retrying(.sendFile, descriptor) {
            sockeye_send_file(descriptor, file, Int64(offset), count, shielded ? 1 : 0)
        }
    }

    /// Moves bytes between a pipe and something else, in either direction.
    package static func splice(
        from source: Int32,
        to target: Int32,
        count: Int,
        shielded: Bool
    ) throws(Errno) -> Int {
        try retrying(.splice, source) { sockeye_splice(source, target, count, shielded ? 1 : 0) }
    }

    /// A pipe that does not block and that no other program inherits, and how many bytes it holds.
    package static func pipe(wantedBytes: Int32) throws(Errno) -> (reading: Int32, writing: Int32, byteCount: Int) {
        var ends: [Int32] = [-1, -1]
        _ = try retrying(.pipe) { unsafe sockeye_nonblocking_pipe(&ends) }
        if FaultSeam.isOn { FaultSeam.opened(ends[0], ends[1]) }
        return (ends[0], ends[1], Int(sockeye_pipe_resize(ends[1], wantedBytes)))
    }

    package static func openFile(_ path: String) throws(Errno) -> Int32 {
        try opening(.openFile) { unsafe sockeye_open_file(path) }
    }

    /// The length of a file in bytes. Throws `.isDirectory` or `.illegalSeek` for what is no file.
    package static func fileLength(_ file: Int32) throws(Errno) -> Int {
        Int(try retrying(.fileLength, file) { sockeye_file_length(file) })
    }
}
