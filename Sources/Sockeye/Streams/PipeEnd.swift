package import SockeyeSystem

/// One end of a pipe, on an event loop: what a program that was started reads from or writes to.
///
/// **Concurrency.** One task at a time reads or writes it.
package final class PipeEnd: Sendable {
    private let registration: Registration
    /// 64 KiB: what a pipe holds.
    private static let pieceBytes = 65_536

    /// Takes the descriptor over. In C: `fcntl` with `O_NONBLOCK`.
    package init(adopting descriptor: Int32) throws(SocketError) {
        do throws(SocketError) {
            let loop = try EventLoopGroup.loop(nil)
            do throws(Errno) {
                try Syscalls.setNonblocking(descriptor)
                registration = try Registration(registering: descriptor, on: loop)
            } catch {
                throw SocketError(error, .loop)
            }
        } catch {
            Syscalls.close(descriptor)
            throw error
        }
    }

    deinit { close() }

    /// The next bytes; nil once nobody has the other end open for writing. In C: `read`.
    ///
    /// - Cancellation: throws `.cancelled`.
    package func read() async throws(SocketError) -> [UInt8]? {
        var bytes: [UInt8] = []
        do throws(OperationFailure) {
            let descriptor = registration.descriptor
            _ = try await registration.perform(.read) { () throws(Errno) in
                let memory = LoopBuffer.take()
                defer { memory.giveBack() }
                let count = try unsafe Syscalls.read(descriptor, into: memory.base, count: Self.pieceBytes)
                bytes = unsafe Array(UnsafeRawBufferPointer(start: memory.base, count: count))
                return Attempt(count: count, isShort: false)
            }
        } catch {
            throw SocketError(error, .receive)
        }
        return bytes.isEmpty ? nil : bytes
    }

    /// Writes all the bytes. In C: `write`.
    ///
    /// - Cancellation: throws `.cancelled`.
    /// - Throws: `.reset` when nobody has the other end open for reading.
    package func write(_ bytes: [UInt8]) async throws(SocketError) {
        var sent = 0
        while sent < bytes.count {
            do throws(OperationFailure) {
                let (descriptor, start) = (registration.descriptor, sent)
                let count = try await registration.perform(.write) { () throws(Errno) in
                    let left = bytes.count - start
                    let count = try unsafe bytes.span.bytes.withUnsafeBytes { memory throws(Errno) in
                        let from = unsafe memory.baseAddress.map { unsafe $0 + start }
                        return try unsafe Syscalls.write(descriptor, from, count: left)
                    }
                    return Attempt(count: count, isShort: false)
                }
                sent += count
            } catch {
                throw SocketError(error, .send)
            }
        }
    }

    /// The other end sees the end. In C: `close`.
    package func close() {
        if registration.close(abruptly: true) { registration.retire() }
    }
}
