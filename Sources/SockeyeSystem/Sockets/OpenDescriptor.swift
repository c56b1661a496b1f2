internal import Synchronization

/// An open file, pipe or socket that came from elsewhere and that nobody has taken over yet. It closes when the last
/// reference goes, so that none is left open by accident.
///
///     let descriptor = try message.descriptors[0].release()      // yours to close now
///
/// What is a socket is taken over by ``Connection``, ``Listener`` and ``Socket``: their `adopt` closes it in the end.
///
/// **Concurrency.** May be used from any task; one of those that release it at the same time gets the number.
public final class OpenDescriptor: Sendable {
    /// -1 once it has been given away.
    private let number: Atomic<Int32>

    /// Takes over an open descriptor.
    public init(_ descriptor: Int32) {
        number = Atomic(descriptor)
    }

    deinit {
        let number = number.exchange(-1, ordering: .acquiringAndReleasing)
        if number >= 0 { Syscalls.close(number) }
    }

    /// Lends the number for as long as the closure runs.
    ///
    ///     let size = message.descriptors[0].withDescriptor { descriptor in lseek(descriptor, 0, SEEK_END) }
    ///
    /// - Returns: What the closure returns; nil once the descriptor has been given away.
    public func withDescriptor<Result, Failure: Error>(
        _ body: (Int32) throws(Failure) -> Result
    ) throws(Failure) -> Result? {
        guard let descriptor else { return nil }
        // The optimiser may let go of this object after its last use, which would be before the closure's.
        defer { withExtendedLifetime(self) {} }
        return try body(descriptor)
    }

    /// The number; nil once it has been given away. This object still closes it, which may be right after the last line that
    /// mentions it: to use the number, ask ``withDescriptor(_:)`` or ``release()``.
    public var descriptor: Int32? {
        let number = number.load(ordering: .acquiring)
        return number >= 0 ? number : nil
    }

    /// Hands the descriptor to the caller, who closes it.
    ///
    /// - Throws: `.closed` if it has been given away before.
    public func release() throws(SocketError) -> Int32 {
        let number = number.exchange(-1, ordering: .acquiringAndReleasing)
        guard number >= 0 else {
            throw SocketError(.closed, .release, detail: "the descriptor has been given away before")
        }
        return number
    }
}

/// Bytes that came together with descriptors.
public struct DescriptorMessage: Sendable {
    /// At least one byte, except for an empty message of a socket that keeps messages apart.
    public let bytes: [UInt8]
    /// In the order in which they were passed; each close-on-exec. Often none: the peer did not pass any.
    public let descriptors: [OpenDescriptor]

    package init(bytes: [UInt8], descriptors: [OpenDescriptor]) {
        self.bytes = bytes
        self.descriptors = descriptors
    }
}

extension OpenDescriptor {
    /// The most descriptors that one message carries: the kernel's `SCM_MAX_FD`.
    public static var mostInOneMessage: Int { Syscalls.mostDescriptors }

    /// Wraps what came, or closes all of it and says why it is not handed out.
    package static func wrap(
        _ descriptors: [Int32],
        areTruncated: Bool,
        atMost limit: Int
    ) throws(SocketError) -> [OpenDescriptor] {
        // Whatever is thrown below, those that came are closed: nobody else refers to these objects.
        let open = descriptors.map { OpenDescriptor($0) }
        if areTruncated {
            throw SocketError(
                .exhausted,
                .receive,
                errno: .tooManyOpenFiles,
                detail: "more descriptors came than this process may open; those that did are closed again"
            )
        }
        guard open.count <= limit else {
            throw SocketError(
                .limitExceeded,
                .receive,
                detail: "\(open.count) descriptors came, and the limit is \(limit); all of them are closed again"
            )
        }
        return open
    }

    /// Checks what is about to be passed, before anything has gone out.
    ///
    /// - Parameter socket: nil for one that is known to be a Unix socket.
    package static func check(passing descriptors: [Int32], on socket: Int32?) throws(SocketError) {
        if let negative = descriptors.first(where: { $0 < 0 }) {
            throw SocketError(.invalidArgument, .send, detail: "\(negative) is no descriptor")
        }
        guard descriptors.count <= mostInOneMessage else {
            let detail = "\(descriptors.count) descriptors: one message carries at most \(mostInOneMessage)"
            throw SocketError(.limitExceeded, .send, detail: detail)
        }
        // A TCP socket would send the bytes and drop the descriptors without a word.
        guard let socket else { return }
        guard descriptors.isEmpty || (try? Syscalls.family(socket)) == .unix else {
            throw SocketError(.unsupported, .send, detail: "only a Unix socket passes descriptors")
        }
    }

    /// An error of passing, with what it means here.
    package static func explain(_ error: SocketError) -> SocketError {
        switch error.errno {
        case .badDescriptor?:
            SocketError(
                .invalidArgument,
                .send,
                errno: error.errno,
                localAddress: error.localAddress,
                remoteAddress: error.remoteAddress,
                detail: "one of the descriptors is not open"
            )
        case .tooManyReferences?: error.adding(detail: "too many descriptors are under way that nobody has received")
        default: error
        }
    }
}
