import Foundation
import SockeyeSystem
import Synchronization
import TestSupport

/// The other end as a plain blocking socket, each call on a thread of its own: a peer without an event loop.
final class RawPeer: Sendable {
    private let socket: Mutex<Int32?>

    init(connectedTo address: SocketAddress) throws {
        let socket = try Socket(address.family)
        try socket.connect(to: address)
        self.socket = Mutex(socket.release())
    }

    init(adopting descriptor: Int32) {
        socket = Mutex(descriptor)
    }

    deinit { close() }

    var descriptor: Int32 { socket.withLock { $0 ?? -1 } }

    /// Sends what the kernel takes at once; for pieces that surely fit.
    func sendNow(_ bytes: [UInt8]) throws {
        let count = try unsafe bytes.withUnsafeBytes {
            try unsafe Syscalls.send(descriptor, $0.baseAddress, count: $0.count)
        }
        guard count == bytes.count else { throw Errno.wouldBlock }
    }

    func sendNow(_ text: String) throws { try sendNow(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws {
        try await onThread {
            var sent = 0
            while sent < bytes.count {
                sent += try unsafe bytes.withUnsafeBytes {
                    try unsafe Syscalls.send(
                        self.descriptor,
                        $0.baseAddress.map { unsafe $0 + sent },
                        count: $0.count - sent
                    )
                }
            }
        }
    }

    /// What is there, at least one byte; empty at the end.
    func receive(upTo maximum: Int = 65_536) async throws -> [UInt8] {
        try await onThread { try self.receiveBlocking(upTo: maximum) }
    }

    func receiveBlocking(upTo maximum: Int = 65_536) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: maximum)
        let count = try unsafe bytes.withUnsafeMutableBytes {
            try unsafe Syscalls.receive(descriptor, into: $0.baseAddress, count: maximum)
        }
        return Array(bytes[..<count])
    }

    /// Everything until the end of the stream.
    func receiveAll() async throws -> [UInt8] {
        try await onThread {
            var all: [UInt8] = []
            while true {
                let piece = try self.receiveBlocking()
                if piece.isEmpty { return all }
                all += piece
            }
        }
    }

    func finishSending() throws { try Syscalls.shutdown(descriptor, .sending) }

    func close() {
        if let descriptor = socket.withLock({ $0.take() }) { Syscalls.close(descriptor) }
    }

    /// Closes so that the other side gets ECONNRESET. A Unix socket does so when input is left unread.
    func reset() {
        try? Syscalls.resetOnClose(descriptor)
        close()
    }
}
