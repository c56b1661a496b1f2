/// What went wrong with a socket: what was attempted, on which addresses, and what the system answered.
///
///     do {
///         try await withConnection(to: "127.0.0.1:1337") { … }
///     } catch let error as SocketError where error.code == .refused {
///         print(error)     // connect 127.0.0.1:1337: connection refused (ECONNREFUSED)
///     }
///
/// Switch on ``code``; print the error for a person. The tool's `sockeye connect` and `serve` add the likely cause and what to
/// try next.
public struct SocketError: Error, Sendable, CustomStringConvertible {
    /// One reference, so that throwing it through many frames stays as cheap as returning a pointer.
    private final class Storage: Sendable {
        let operation: Operation
        let errno: Errno?
        let localAddress: SocketAddress?
        let remoteAddress: SocketAddress?
        let detail: String?
        let attempts: [SocketError]

        init(
            operation: Operation,
            errno: Errno?,
            localAddress: SocketAddress?,
            remoteAddress: SocketAddress?,
            detail: String?,
            attempts: [SocketError]
        ) {
            self.operation = operation
            self.errno = errno
            self.localAddress = localAddress
            self.remoteAddress = remoteAddress
            self.detail = detail
            self.attempts = attempts
        }
    }

    private let storage: Storage
    /// The meaning, for a `switch`.
    // Beside the reference, and behind it in the order of fields: an error that ends with a reference can crash the compiler in a
    // release build of its caller. See docs/workarounds.md, "`SocketError` does not end with a reference".
    public let code: Code

    /// Makes an error by hand, as tests and wrappers do.
    ///
    /// - Parameters:
    ///   - detail: Words that say more than the code does, such as the name that was not found.
    ///   - attempts: See ``attempts``.
    public init(
        _ code: Code,
        _ operation: Operation,
        errno: Errno? = nil,
        localAddress: SocketAddress? = nil,
        remoteAddress: SocketAddress? = nil,
        detail: String? = nil,
        attempts: [SocketError] = []
    ) {
        self.code = code
        storage = Storage(
            operation: operation,
            errno: errno,
            localAddress: localAddress,
            remoteAddress: remoteAddress,
            detail: detail,
            attempts: attempts
        )
    }

    /// An error that the system reported; its code follows from the number.
    // Disfavored, since `.busy`, `.invalidArgument` and others are names of both types: a bare name means the code.
    @_disfavoredOverload
    public init(
        _ errno: Errno,
        _ operation: Operation,
        localAddress: SocketAddress? = nil,
        remoteAddress: SocketAddress? = nil,
        detail: String? = nil
    ) {
        self.init(
            Code(errno),
            operation,
            errno: errno,
            localAddress: localAddress,
            remoteAddress: remoteAddress,
            detail: detail
        )
    }

    /// What was attempted.
    public var operation: Operation { storage.operation }
    /// The system's own number, where the system reported the error.
    public var errno: Errno? { storage.errno }
    /// The address of this side, where it is known.
    public var localAddress: SocketAddress? { storage.localAddress }
    /// The address of the other side, where it is known.
    public var remoteAddress: SocketAddress? { storage.remoteAddress }
    /// What the code does not say: the name that was not found, how many bytes had come.
    public var detail: String? { storage.detail }
    /// Where several addresses of a name were tried, one error for each of them, in the order of trying; else empty.
    ///
    /// An address that was not reached before the others were given up has the code of the whole.
    public var attempts: [SocketError] { storage.attempts }

    /// `connect 127.0.0.1:1337: connection refused (ECONNREFUSED)`
    public var description: String {
        var text = operation.rawValue
        if let subject { text += " \(subject)" }
        text += ": "
        text += errno.map(\.description) ?? code.words
        if let detail { text += ": \(detail)" }
        return text
    }

    /// The address that a reader looks for first: one's own when binding, the peer's otherwise.
    private var subject: SocketAddress? {
        switch operation {
        case .bind, .listen, .accept: localAddress ?? remoteAddress
        default: remoteAddress ?? localAddress
        }
    }

    /// What the system's answer means at this address, for the person who reads it; nil where the answer says it all.
    package static func detail(of errno: Errno, at address: SocketAddress) -> String? {
        if errno == .addressFamilyNotSupported { return "this computer has no \(address.family)" }
        if errno == .invalidArgument, address.lacksZone {
            return "a link-local address needs its network interface, as in [fe80::1%eth0]:80"
        }
        // A bind says so itself; for a connect there is just no route.
        if errno == .noSuchDevice || errno == .networkUnreachable, let zone = address.missingZone {
            return "this computer has no network interface number \(zone)"
        }
        return nil
    }

    /// The same error, with what the system's answer means at this address of this socket.
    ///
    /// - Parameter family: What the socket was made for; nil if that is not known.
    package func explaining(_ address: SocketAddress, on family: AddressFamily?) -> SocketError {
        guard let errno else { return self }
        if let family, family != address.family {
            let detail = "this is \(family.phrase) socket, and the address is \(address.family.phrase) one"
            return with(code: .invalidAddress).adding(detail: detail)
        }
        if address == .unixUnnamed, operation != .bind {
            return with(code: .invalidAddress).adding(detail: "a socket without a name cannot be reached")
        }
        return Self.detail(of: errno, at: address).map { adding(detail: $0) } ?? explainingPath()
    }

    private func with(code: Code) -> SocketError { copy(code: code) }

    /// The same error with more words.
    package func adding(detail more: String) -> SocketError {
        copy(detail: detail.map { "\($0); \(more)" } ?? more)
    }

    /// The same error with one for each address that was tried.
    package func with(attempts: [SocketError]) -> SocketError { copy(attempts: attempts) }

    /// The same error with addresses filled in where it had none: a layer that knows them adds them.
    package func with(local: SocketAddress?, remote: SocketAddress?) -> SocketError {
        copy(local: localAddress ?? local, remote: remoteAddress ?? remote)
    }

    /// The same error with what is given.
    private func copy(
        code: Code? = nil,
        local: SocketAddress? = nil,
        remote: SocketAddress? = nil,
        detail: String? = nil,
        attempts: [SocketError]? = nil
    ) -> SocketError {
        SocketError(
            code ?? self.code,
            operation,
            errno: errno,
            localAddress: local ?? localAddress,
            remoteAddress: remote ?? remoteAddress,
            detail: detail ?? self.detail,
            attempts: attempts ?? self.attempts
        )
    }
}

extension SocketError {
    /// What was attempted when an error came.
    public enum Operation: String, Sendable, Hashable, CaseIterable {
        case resolve, create = "socket", bind, listen, accept, connect, receive, send
        case finishSending = "shutdown"
        case close
        case option = "setsockopt"
        case optionValue = "getsockopt"
        case join, leave
        case address = "getsockname"
        case peerAddress = "getpeername"
        case wait, loop = "event loop"
        case adopt, release
        case sendFile = "sendfile"
        case relay
    }
}
