internal import CSockeye

/// Standard output and standard error, where both lead to one terminal, file or pipe: there a line of this program's own would
/// stand behind whatever a peer has sent last.
extension StandardStream {
    private static let isShared = sockeye_is_same_file(output.rawValue, error.rawValue) == 1

    /// What was written to standard output last did not end its line. Where both are one, the lock is held while either is
    /// written, or a line of ours could come between the bytes and the word that they have no end; who waits for it would wait
    /// as long for the file itself.
    private static let isInLine = Locked(false)

    /// Writes all the bytes. Blocks its thread. In C: `write`, `poll`.
    package func write(_ bytes: [UInt8]) throws(Errno) {
        guard self == .output, let last = bytes.last, Self.isShared else {
            return try SystemFile.writeAll(bytes, to: rawValue)
        }
        let failure = Self.isInLine.with { isInLine -> Errno? in
            do throws(Errno) {
                try SystemFile.writeAll(bytes, to: rawValue)
                isInLine = last != UInt8(ascii: "\n")
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    /// Says a line on standard error: at the beginning of a line, and with one call, so that lines do not mix. What stands on
    /// standard output stays as it is: the newline before ours is ours, too. In C: `write`.
    package static func say(_ line: String) {
        guard isShared else { return Syscalls.writeToStandardError(line + "\n") }
        isInLine.with { isInLine in
            Syscalls.writeToStandardError((isInLine ? "\n" : "") + line + "\n")
            isInLine = false
        }
    }

    /// Writes to standard error as it is: for who draws on the terminal's last line. In C: `write`.
    package static func draw(_ text: String) {
        guard isShared else { return Syscalls.writeToStandardError(text) }
        isInLine.with { isInLine in
            Syscalls.writeToStandardError(text)
            isInLine = false
        }
    }
}
