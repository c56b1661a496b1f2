import Foundation
import TestSupport
import Testing

@testable import SockeyeSystem

@Suite(.inTurn) struct `Errors` {
    private typealias NameOfErrno = @convention(c) (Int32) -> UnsafePointer<CChar>?

    @Test func `every number has the name that the C library has for it`() throws {
        // Looked up by hand: Swift does not import what glibc declares for GNU sources only.
        let symbol = try unsafe #require(dlsym(nil, "strerrorname_np"))
        let nameOfErrno = unsafe unsafeBitCast(symbol, to: NameOfErrno.self)
        #expect(Errno.known.count > 50)
        for (number, entry) in Errno.known {
            let name = unsafe nameOfErrno(number).map { unsafe String(cString: $0) }
            #expect(entry.name == name)
            #expect(entry.words == entry.words.lowercased() && !entry.words.hasSuffix("."))
        }
    }

    @Test func `no two numbers share their words`() {
        #expect(Set(Errno.known.values.map(\.words)).count == Errno.known.count)
    }

    @Test func `an unknown number is described and is no trap`() {
        for number in [0, -1, 4_711, Int32.max, Int32.min] {
            let errno = Errno(rawValue: number)
            #expect(errno.description == "unknown error (errno \(number))")
            #expect(SocketError.Code(errno) == .system)
        }
    }

    static let meanings: [(Int32, SocketError.Code)] = [
        (ECONNREFUSED, .refused), (EADDRINUSE, .addressInUse), (EADDRNOTAVAIL, .addressNotAvailable),
        (EACCES, .permissionDenied), (EPERM, .permissionDenied), (EROFS, .permissionDenied),
        (ENETUNREACH, .unreachable), (EHOSTUNREACH, .unreachable), (ENETDOWN, .unreachable),
        (EHOSTDOWN, .unreachable), (ENONET, .unreachable), (ECONNRESET, .reset), (EPIPE, .reset),
        (ECONNABORTED, .reset), (ENETRESET, .reset), (ETIMEDOUT, .timedOut), (ECANCELED, .cancelled),
        (EMSGSIZE, .messageTooLong), (EMFILE, .exhausted), (ENFILE, .exhausted), (ENOBUFS, .exhausted),
        (ENOMEM, .exhausted), (ENOSPC, .exhausted), (ENOTCONN, .notConnected), (ESHUTDOWN, .notConnected),
        (EDESTADDRREQ, .notConnected), (EAFNOSUPPORT, .unsupported), (EPROTONOSUPPORT, .unsupported),
        (ESOCKTNOSUPPORT, .unsupported), (EOPNOTSUPP, .unsupported), (ENOPROTOOPT, .unsupported),
        (ENOSYS, .unsupported), (EINVAL, .invalidArgument), (EISCONN, .invalidArgument),
        (EPROTOTYPE, .invalidAddress), (ENAMETOOLONG, .invalidAddress), (ENOENT, .nameNotFound), (EBADF, .closed),
        (EIO, .system), (EFAULT, .system), (EPROTO, .system),
    ]

    @Test(arguments: meanings)
    func `each number has its meaning`(number: Int32, code: SocketError.Code) {
        #expect(SocketError.Code(Errno(rawValue: number)) == code)
    }

    private static let here = SocketAddress.ipv4(.loopback, port: 1337)
    private static let there = SocketAddress.ipv6(.loopback, port: 53_211)

    static let texts: [(SocketError, String)] = [
        (
            SocketError(.connectionRefused, .connect, remoteAddress: here),
            "connect 127.0.0.1:1337: connection refused (ECONNREFUSED)"
        ),
        (
            SocketError(Errno.addressInUse, .bind, localAddress: here),
            "bind 127.0.0.1:1337: address already in use (EADDRINUSE)"
        ),
        (
            SocketError(.connectionReset, .receive, localAddress: here, remoteAddress: there),
            "receive [::1]:53211: connection reset by peer (ECONNRESET)"
        ),
        (
            SocketError(.tooManyOpenFiles, .accept, localAddress: here, remoteAddress: there),
            "accept 127.0.0.1:1337: too many open files in this process (EMFILE)"
        ),
        (SocketError(SocketError.Code.cancelled, .receive, remoteAddress: there), "receive [::1]:53211: cancelled"),
        (SocketError(.tooManyOpenFiles, .create), "socket: too many open files in this process (EMFILE)"),
        (SocketError(.nameNotFound, .resolve, detail: "\"x\""), "resolve: name not found: \"x\""),
        (
            SocketError(SocketError.Code.notConnected, .finishSending, localAddress: here),
            "shutdown 127.0.0.1:1337: not connected"
        ),
        (SocketError(Errno(rawValue: 4_711), .send), "send: unknown error (errno 4711)"),
    ]

    @Test(arguments: texts)
    func `an error names what was tried, where, and what came back`(error: SocketError, text: String) {
        #expect(error.description == text)
    }

    @Test func `addresses are filled in only where there were none`() {
        let bare = SocketError(.connectionReset, .receive).with(local: Self.here, remote: Self.there)
        #expect(bare.localAddress == Self.here)
        #expect(bare.remoteAddress == Self.there)
        #expect(bare.errno == .connectionReset)
        let full = bare.with(local: nil, remote: Self.here)
        #expect(full.localAddress == Self.here)
        #expect(full.remoteAddress == Self.there)
    }
}
