internal import CSockeye

/// One of the three streams that every process has. Whoever started it chose what they are, so nothing is assumed:
/// a pipe, a file, a terminal, set non-blocking by somebody else, or closed.
package enum StandardStream: Int32, Sendable {
    case input = 0
    case output = 1
    case error = 2

    /// Whether a person looks at it. In C: `isatty`.
    package var isTerminal: Bool { sockeye_is_terminal(rawValue) == 1 }

    /// How many characters fit on a line; nil when it is no terminal or does not say. In C: `ioctl` with `TIOCGWINSZ`.
    package var columns: Int? {
        let columns = Int(sockeye_terminal_columns(rawValue))
        return columns > 0 ? columns : nil
    }

    /// Waits for bytes and returns those that are there; nil at the end. Blocks its thread. In C: `read`, `poll`.
    package func read(upTo maximum: Int) throws(Errno) -> [UInt8]? {
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: maximum, alignment: 1)
        defer { unsafe bytes.deallocate() }
        while true {
            let count = unsafe sockeye_read(rawValue, bytes.baseAddress, maximum)
            if count > 0 { return unsafe Array(bytes[..<count]) }
            if count == 0 { return nil }
            switch Errno.last {
            case .interrupted: continue
            case .wouldBlock: _ = sockeye_wait_readable(rawValue, -1)
            case let error: throw error
            }
        }
    }

    /// Drops what has been typed and not yet read, so that the shell does not take it for a command. In C: `tcflush`.
    package func dropInput() { sockeye_terminal_drop_input(rawValue) }

    /// Whether a read would return at once: with bytes, the end or an error. In C: `poll`.
    package var isReadable: Bool { sockeye_wait_readable(rawValue, 0) != 0 }
}
