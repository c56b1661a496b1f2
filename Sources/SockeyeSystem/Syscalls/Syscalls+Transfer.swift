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
        try moving(.sendFile, descriptor, count) { count in
            sockeye_send_file(descriptor, file, Int64(offset), count, shielded ? 1 : 0)
        }
    }

    /// Moves bytes that have come into a pipe.
    package static func splice(
        fromSocket socket: Int32,
        toPipe pipe: Int32,
        count: Int,
        shielded: Bool
    ) throws(Errno) -> Int {
        try moving(.splice, socket, count) { sockeye_splice(socket, pipe, $0, shielded ? 1 : 0) }
    }

    /// Sends bytes out of a pipe.
    package static func splice(
        fromPipe pipe: Int32,
        toSocket socket: Int32,
        count: Int,
        shielded: Bool
    ) throws(Errno) -> Int {
        try moving(.spliceOut, socket, count) { sockeye_splice(pipe, socket, $0, shielded ? 1 : 0) }
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

    /// Bytes of a file from `offset` on; often fewer than `count`, and none at its end. In C: `pread`.
    package static func readFile(_ file: Int32, offset: Int, count: Int) throws(Errno) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = try moving(.readFile, file, count) { count in
            unsafe bytes.withUnsafeMutableBytes { unsafe sockeye_read_at(file, $0.baseAddress, count, Int64(offset)) }
        }
        bytes.removeLast(count - got)
        return bytes
    }
}
