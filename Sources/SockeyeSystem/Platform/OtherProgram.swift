internal import CSockeye

/// Another program, run for what it prints.
package enum OtherProgram {
    package struct Outcome: Sendable, Equatable {
        /// Standard output and standard error as they came.
        package let text: String
        /// As shells count: 0 for success, 128 and the signal's number for a program that a signal ended.
        package let status: Int32

        package init(text: String, status: Int32) {
            self.text = text
            self.status = status
        }
    }

    /// 1 MiB: more rules than a person could be shown.
    private static let largestBytes = 1 << 20

    /// Where programs for administrators are, also for users whose PATH leaves the folders out.
    private static let folders = ["/usr/sbin/", "/sbin/", "/usr/bin/", "/bin/", "/usr/local/sbin/", "/usr/local/bin/"]

    /// Runs a program to its end, or to the end of the time limit; nil when it is not there. Blocks its thread.
    /// In C: `posix_spawn`, `read`, `waitpid`.
    package static func run(_ name: String, _ arguments: [String], milliseconds: Int32) -> Outcome? {
        guard let path = folders.lazy.map({ $0 + name }).first(where: { SystemFile.isSocket($0) != nil }) else {
            return nil
        }
        var output: Int32 = -1
        let words = ([path] + arguments).map { Array($0.utf8.map(CChar.init(bitPattern:))) + [0] }
        var list: [UnsafeMutablePointer<CChar>?] = unsafe []
        defer { unsafe list.forEach { unsafe $0?.deallocate() } }
        for word in words {
            let copy = UnsafeMutablePointer<CChar>.allocate(capacity: word.count)
            unsafe copy.initialize(from: word, count: word.count)
            unsafe list.append(copy)
        }
        unsafe list.append(nil)
        let id = unsafe sockeye_program_start(path, list, &output)
        guard id > 0 else { return nil }
        let (text, isLate) = read(output, milliseconds)
        Syscalls.close(output)
        return Outcome(text: text, status: sockeye_program_end(id, isLate ? 1 : 0))
    }

    private static func read(_ descriptor: Int32, _ milliseconds: Int32) -> (text: String, isLate: Bool) {
        let end = Syscalls.monotonicNanoseconds() + UInt64(milliseconds) * 1_000_000
        var bytes: [UInt8] = []
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 1)
        defer { unsafe piece.deallocate() }
        while bytes.count < largestBytes {
            let now = Syscalls.monotonicNanoseconds()
            guard now < end, Syscalls.waitReadable(descriptor, milliseconds: Int32((end - now) / 1_000_000 + 1)) else {
                return (String(decoding: bytes, as: UTF8.self), true)
            }
            let count = unsafe sockeye_read(descriptor, piece.baseAddress, piece.count)
            if count < 0, Errno.last == .interrupted { continue }
            if count <= 0 { return (String(decoding: bytes, as: UTF8.self), false) }
            unsafe bytes.append(contentsOf: piece[..<count])
        }
        return (String(decoding: bytes, as: UTF8.self), true)
    }
}
