/// The system call in which a thread sleeps, out of `/proc/PID/syscall`: its number, six arguments, and two addresses.
struct BlockedCall: Sendable {
    enum Kind: Sendable {
        case receive, read, send, accept, connect, sleep, lock, child, poll, select, epoll
    }

    let kind: Kind
    private let arguments: [UInt64]

    /// nil for a call that is not known here, and for `running`.
    init?(_ text: String) {
        let fields = text.split(whereSeparator: \.isWhitespace)
        guard fields.count >= 7, let number = Int(fields[0]), let kind = Self.kind(of: number) else { return nil }
        let arguments = fields[1...6].compactMap { UInt64($0.dropFirst("0x".count), radix: 16) }
        guard arguments.count == 6 else { return nil }
        self.kind = kind
        self.arguments = arguments
    }

    subscript(index: Int) -> UInt64 { arguments[index] }

    private static func kind(of number: Int) -> Kind? { numbers.first { $0.value.contains(number) }?.key }

    // Numbers of arch/x86/entry/syscalls/syscall_64.tbl and of include/uapi/asm-generic/unistd.h. A 32-bit program has others
    // still, for which a read is checked: its descriptor has to be the connection.
    #if arch(x86_64)
        private static let numbers: [Kind: [Int]] = [
            .receive: [45, 47, 299], .read: [0, 19], .send: [1, 20, 44, 46, 307], .accept: [43, 288], .connect: [42],
            .sleep: [35, 230], .lock: [202], .child: [61, 247], .poll: [7, 271], .select: [23, 270],
            .epoll: [232, 281, 441],
        ]
    #elseif arch(arm64)
        private static let numbers: [Kind: [Int]] = [
            .receive: [207, 212, 243], .read: [63, 65], .send: [64, 66, 206, 211, 269], .accept: [202, 242],
            .connect: [203], .sleep: [101, 115], .lock: [98], .child: [95, 260], .poll: [73], .select: [72],
            .epoll: [22, 441],
        ]
    #else
        private static let numbers: [Kind: [Int]] = [:]
    #endif
}
