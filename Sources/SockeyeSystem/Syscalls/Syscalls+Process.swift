internal import CSockeye

// Programs that are started, and the pipes and files that go with them.

extension Syscalls {
    /// A pipe: what is written to one end is read from the other. Both block. In C: `pipe2`.
    package static func pipe() throws(Errno) -> (reading: Int32, writing: Int32) {
        var (reading, writing): (Int32, Int32) = (-1, -1)
        _ = try retrying(.pipe) { unsafe sockeye_pipe(&reading, &writing) }
        return (reading, writing)
    }

    /// In C: `read`.
    package static func read(
        _ descriptor: Int32,
        into bytes: UnsafeMutableRawPointer?,
        count: Int
    ) throws(Errno) -> Int {
        try retrying(.read, descriptor) { unsafe sockeye_read(descriptor, bytes, count) }
    }

    /// In C: `write`. SIGPIPE must be ignored, as it is in the tool: a pipe has no flag that does it for one call.
    package static func write(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, count: Int) throws(Errno) -> Int {
        try retrying(.write, descriptor) { unsafe sockeye_write(descriptor, bytes, count) }
    }

    /// In C: `posix_spawnp`.
    static func spawn(
        _ arguments: [String],
        environment: [String],
        input: Int32,
        output: Int32,
        errors: Int32
    ) throws(Errno) -> Int32 {
        var process: Int32 = -1
        _ = try retrying(.spawn) {
            unsafe withCStrings(arguments) { arguments in
                unsafe withCStrings(environment) { environment in
                    unsafe sockeye_spawn(arguments, environment, input, output, errors, &process)
                }
            }
        }
        return process
    }

    /// The strings as C passes several: pointers, and NULL behind the last.
    private static func withCStrings<Result>(
        _ strings: [String],
        _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>?) -> Result
    ) -> Result {
        var bytes: [CChar] = []
        var starts: [Int] = []
        for string in strings {
            starts.append(bytes.count)
            bytes += string.utf8.map(CChar.init(bitPattern:)) + [0]
        }
        return unsafe bytes.withUnsafeMutableBufferPointer { bytes in
            var pointers: [UnsafeMutablePointer<CChar>?] = unsafe []
            for start in starts { unsafe pointers.append(bytes.baseAddress.map { unsafe $0 + start }) }
            unsafe pointers.append(nil)
            return unsafe pointers.withUnsafeBufferPointer { unsafe body($0.baseAddress) }
        }
    }

    /// Opens a file for writing. In C: `open`.
    ///
    /// - Parameter isNew: Only if there is nothing by that name, not even a link; otherwise what was there is gone.
    package static func openForWriting(_ path: String, isNew: Bool) throws(Errno) -> Int32 {
        try retrying(.open) { unsafe isNew ? sockeye_file_new(path) : sockeye_file_empty(path) }
    }

    /// Opens a file for reading. In C: `open`.
    package static func openForReading(_ path: String) throws(Errno) -> Int32 {
        try retrying(.open) { unsafe sockeye_open_read(path) }
    }
}
