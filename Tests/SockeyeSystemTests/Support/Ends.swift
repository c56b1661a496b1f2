import Foundation
import SockeyeSystem
import Synchronization
import TestSupport

extension Family {
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
