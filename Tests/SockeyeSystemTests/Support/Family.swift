import Foundation
import SockeyeSystem
import Synchronization

/// The families that every socket test runs over.
enum Family: String, CaseIterable, Sendable, CustomStringConvertible {
    case ipv4, ipv6, unix

    var description: String { rawValue }
    static let tcp: [Family] = [.ipv4, .ipv6]

    /// An endpoint of this computer that nobody uses: port 0, or a path in a folder of this process.
    func freshEndpoint() -> Endpoint {
        switch self {
        case .ipv4: "127.0.0.1:0"
        case .ipv6: "[::1]:0"
        case .unix: .unix(ScratchFolder.path())
        }
    }

    var addressFamily: AddressFamily {
        switch self {
        case .ipv4: .ipv4
        case .ipv6: .ipv6
        case .unix: .unix
        }
    }

    func socket(_ kind: SocketKind = .stream) throws(SocketError) -> Socket { try Socket(addressFamily, kind) }

    func bound(_ kind: SocketKind) throws(SocketError) -> Socket {
        let socket = try socket(kind)
        try socket.bind(to: freshEndpoint())
        return socket
    }

    func listening() throws(SocketError) -> Socket {
        let socket = try bound(.stream)
        try socket.listen()
        return socket
    }
}

/// A folder for the files of Unix sockets, which goes when the process ends.
enum ScratchFolder {
    private static let folder: String = {
        let path = NSTemporaryDirectory() + "sockeye-system-\(getpid())"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        atexit { try? FileManager.default.removeItem(atPath: NSTemporaryDirectory() + "sockeye-system-\(getpid())") }
        return path
    }()
    private static let count = Atomic<Int>(0)

    static func path() -> String {
        "\(folder)/\(count.add(1, ordering: .relaxed).newValue).sock"
    }
}

/// Two connected stream sockets of a family.
struct Ends: ~Copyable {
    let client: Socket
    let server: Socket

    init(_ family: Family) throws {
        let listener = try family.listening()
        let client = try family.socket()
        // Connecting does not wait for `accept`: the kernel completes it in the queue.
        try client.connect(to: listener.localAddress)
        server = try listener.accept()
        self.client = client
    }
}

/// A thread whose result is waited for.
final class PeerThread<Result: Sendable>: Sendable {
    private let result = Mutex<Swift.Result<Result, any Error>?>(nil)
    private let done = DispatchSemaphore(value: 0)

    init(_ body: @escaping @Sendable () throws -> Result) {
        Thread.detachNewThread { [self] in
            let outcome = Swift.Result { try body() }
            result.withLock { $0 = outcome }
            done.signal()
        }
    }

    func value() throws -> Result {
        done.wait()
        guard let outcome = result.withLock({ $0 }) else { throw Errno.noChild }
        return try outcome.get()
    }
}

/// The error that `body` throws, if it throws one of ours.
func socketError(_ body: () throws -> Void) -> SocketError? {
    do {
        try body()
        return nil
    } catch {
        return error as? SocketError
    }
}

/// What the kernel knows of this process' descriptors.
enum ProcessDescriptors {
    /// The identity of the open file behind a number, `socket:[123]`; nil when the number is free.
    static func identity(_ descriptor: Int32) -> String? {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(descriptor)")
    }

    static var count: Int {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []).count
    }

    /// Whether a descriptor does not survive `exec`: bit 02000000 of the flags in /proc.
    static func isCloseOnExec(_ descriptor: Int32) throws -> Bool {
        let text = try String(contentsOfFile: "/proc/self/fdinfo/\(descriptor)", encoding: .utf8)
        let line = text.split(separator: "\n").first { $0.hasPrefix("flags:") }
        let flags = line.flatMap { Int($0.dropFirst(6).trimmingCharacters(in: .whitespaces), radix: 8) }
        return (flags ?? 0) & 0o2000000 != 0
    }
}
