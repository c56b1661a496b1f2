internal import Synchronization

// # The file of a Unix socket
//
// Binding to a path makes a file, and closing the socket leaves it there: the next server gets EADDRINUSE from a file that
// nobody listens behind. Removing what is in the way without looking takes the address from a server that runs. So:
//
// 1. Whether anybody is behind a file, connecting tells: ECONNREFUSED means nobody. Only such a file is replaced, and only
//    if it is a socket. A datagram socket asks: to a server of connections it is of the wrong kind, which only somebody who
//    is there can say, and none of its clients is made of the question.
// 2. Two that find the same file dead must not take it from each other. Servers of this library hold a lock on the folder
//    (`flock`, which leaves nothing behind) from before `bind` until after `listen`. A folder that cannot be locked, because
//    this user may not read it, is done without.
// 3. At the end the file is removed only if it still is the one that was made: same device, number and time of birth. A
//    server that came in the meantime keeps its own.
// 4. Permissions are set on the socket before it has a name, so that no client slips in before they hold.

/// The file that a bound Unix socket has, and that goes when the socket closes.
package final class SocketFile: Sendable {
    private let path: [UInt8]
    private let identity: Syscalls.FileIdentity
    private let isRemoved = Atomic<Bool>(false)

    private init(_ path: [UInt8], _ identity: Syscalls.FileIdentity) {
        self.path = path
        self.identity = identity
    }

    /// Removes the file, once, and only if it still is the one that was made. In C: `statx`, `unlink`.
    package func remove() {
        guard !isRemoved.exchange(true, ordering: .acquiringAndReleasing) else { return }
        if (try? Syscalls.identity(ofPath: path)) == identity { SystemFile.remove(path) }
    }

    /// Leaves the file to somebody else.
    package func forget() {
        isRemoved.store(true, ordering: .releasing)
    }

    /// Gives a socket its address; the file of a server that has died is replaced.
    ///
    /// - Parameters:
    ///   - kind: What the socket is.
    ///   - mode: The permissions of the file, from 0 to 0o777; nil for what the process' `umask` leaves of 0o777.
    ///   - whenBound: What must follow before anybody may take the address for a dead one's: `listen`, or nothing for datagrams.
    /// - Returns: The file, to be removed at the end; nil for an abstract name.
    package static func bind(
        _ descriptor: Int32,
        to address: SocketAddress,
        _ kind: SocketKind,
        mode: UInt16?,
        whenBound: () throws(Errno) -> Void
    ) throws(SocketError) -> SocketFile? {
        guard case .unixPath(let path) = address.kind else {
            guard mode == nil else { throw modeWithoutFile(address) }
            try calling(.bind, address) { () throws(Errno) in
                try Syscalls.bind(descriptor, RawSocketAddress(address))
                try whenBound()
            }
            return nil
        }
        if let mode { try setModeAhead(mode, descriptor, address) }
        let lock = FolderLock(folder: folder(of: path))
        try bindReplacing(descriptor, path, address, kind, lock)
        do throws(Errno) {
            if let mode { try correctMode(mode, path) }
            try whenBound()
            return SocketFile(path, try Syscalls.identity(ofPath: path))
        } catch {
            SystemFile.remove(path)
            // A datagram socket does not listen: then it was looking at the file that failed.
            throw SocketError(error, kind == .datagram ? .bind : .listen, localAddress: address)
        }
    }

    private static func bindReplacing(
        _ descriptor: Int32,
        _ path: [UInt8],
        _ address: SocketAddress,
        _ kind: SocketKind,
        _ lock: borrowing FolderLock
    ) throws(SocketError) {
        // Twice: somebody without our lock may be quicker between removing and binding, and then it is theirs.
        for isLast in [false, true] {
            do {
                return try Syscalls.bind(descriptor, RawSocketAddress(address))
            } catch {
                let failure = SocketError(error, .bind, localAddress: address).explainingPath()
                guard error == .addressInUse, !isLast, let found = try? Syscalls.identity(ofPath: path),
                    found.kind == .socket
                else { throw failure }
                if let reason = reasonToKeep(address, kind) { throw failure.adding(detail: reason) }
                if lock.isHeldByAnother {
                    throw failure.adding(detail: "and its folder is locked by another program, so it is not replaced")
                }
                if (try? Syscalls.identity(ofPath: path)) == found { SystemFile.remove(path) }
            }
        }
    }

    /// nil if nobody is behind the file: then, and only then, connecting is refused.
    private static func reasonToKeep(_ address: SocketAddress, _ kind: SocketKind) -> String? {
        do throws(Errno) {
            let probe = try Syscalls.socket(.unix, .datagram, nonblocking: true)
            defer { Syscalls.close(probe) }
            try Syscalls.connect(probe, RawSocketAddress(address))
        } catch .connectionRefused {
            return nil
        } catch .wrongProtocolType where kind != .datagram {
            return "a server runs there"
        } catch .wrongProtocolType {
            return "a server with another kind of socket runs there"
        } catch .notPermitted {
            // A datagram socket that is connected to somebody else.
        } catch {
            return "whether a server runs there cannot be told: \(error)"
        }
        return kind == .datagram ? "a server runs there" : "a server with another kind of socket runs there"
    }

    private static func setModeAhead(
        _ mode: UInt16,
        _ descriptor: Int32,
        _ address: SocketAddress
    ) throws(SocketError) {
        guard mode <= 0o777 else {
            throw SocketError(
                .invalidArgument,
                .option,
                localAddress: address,
                detail: "file mode = 0o\(String(mode, radix: 8)): from 0 to 0o777"
            )
        }
        try calling(.option, address) { () throws(Errno) in
            try Syscalls.setModeBeforeBinding(descriptor, UInt32(mode))
        }
    }

    /// `bind` has left out what the `umask` forbids, and here somebody has said what it should be.
    private static func correctMode(_ mode: UInt16, _ path: [UInt8]) throws(Errno) {
        if try Syscalls.identity(ofPath: path).mode != UInt32(mode) {
            try Syscalls.setMode(ofPath: path, UInt32(mode))
        }
    }

    private static func modeWithoutFile(_ address: SocketAddress) -> SocketError {
        let detail = "file mode: an abstract name is no file, and every program on this computer can connect to it"
        return SocketError(.unsupported, .option, localAddress: address, detail: detail)
    }

    private static func calling(
        _ operation: SocketError.Operation,
        _ address: SocketAddress,
        _ body: () throws(Errno) -> Void
    ) throws(SocketError) {
        do { try body() } catch { throw SocketError(error, operation, localAddress: address) }
    }

    /// Everything before the last slash.
    static func folder(of path: [UInt8]) -> [UInt8] {
        guard let slash = path.lastIndex(of: UInt8(ascii: "/")) else { return [UInt8(ascii: ".")] }
        return slash == 0 ? [UInt8(ascii: "/")] : Array(path[..<slash])
    }
}

/// Keeps other servers of this library from binding in a folder, for the moment in which one looks dead.
private struct FolderLock: ~Copyable {
    private let descriptor: Int32
    let isHeldByAnother: Bool

    /// 100 ms at most: it is held for as long as two system calls take.
    private static let attempts = 100

    init(folder: [UInt8]) {
        var attempt = 0
        while true {
            do {
                descriptor = try Syscalls.lockFolder(folder)
                isHeldByAnother = false
                return
            } catch {
                attempt += 1
                if error == .wouldBlock, attempt < Self.attempts {
                    Syscalls.pause(milliseconds: 1)
                    continue
                }
                descriptor = -1
                isHeldByAnother = error == .wouldBlock
                return
            }
        }
    }

    deinit {
        if descriptor >= 0 { Syscalls.close(descriptor) }
    }
}
