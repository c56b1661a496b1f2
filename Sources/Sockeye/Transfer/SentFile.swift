internal import SockeyeSystem

/// A file that is being sent.
final class SentFile: Sendable {
    let descriptor: Int32
    let name: String
    /// As the system said when the send began. 0 for an empty file, and for one whose content is made while it is read.
    let length: Int
    private let isOurs: Bool

    init(opening path: String, _ peer: SocketAddress) throws(SocketError) {
        name = EndpointError.quote(path)
        guard !path.utf8.contains(0) else {
            throw SocketError(.invalidArgument, .sendFile, remoteAddress: peer, detail: "\(name): a path holds no NUL")
        }
        do {
            descriptor = try Syscalls.openFile(path)
        } catch {
            throw SocketError(error, .sendFile, remoteAddress: peer, detail: name)
        }
        isOurs = true
        do {
            length = try Syscalls.fileLength(descriptor)
        } catch {
            // An object that was never whole has no end that would close it.
            Syscalls.close(descriptor)
            throw Self.error(error, name, peer, isOpen: false)
        }
    }

    init(borrowing descriptor: Int32, _ peer: SocketAddress) throws(SocketError) {
        self.descriptor = descriptor
        name = "descriptor \(descriptor)"
        isOurs = false
        do {
            length = try Syscalls.fileLength(descriptor)
        } catch {
            throw Self.error(error, name, peer, isOpen: false)
        }
    }

    deinit {
        if isOurs { Syscalls.close(descriptor) }
    }

    /// Whether the file has lost bytes since the send began.
    var isShorterNow: Bool { (try? Syscalls.fileLength(descriptor)) ?? 0 < length }

    /// Whether the file has so many bytes. One whose length is not known is asked for the last of them.
    func reaches(_ count: Int) throws(Errno) -> Bool {
        guard length == 0, count > 0 else { return count <= length }
        return try Syscalls.readFile(descriptor, offset: count - 1, count: 1).count == 1
    }

    /// What reading the file has failed with.
    func error(_ errno: Errno, _ peer: SocketAddress) -> SocketError { Self.error(errno, name, peer, isOpen: true) }

    private static func error(_ errno: Errno, _ name: String, _ peer: SocketAddress, isOpen: Bool) -> SocketError {
        let words: String
        switch errno {
        case .isDirectory: words = "\(name) is a folder"
        case .illegalSeek: words = "\(name) is a pipe, a socket or a device, and no file"
        case .badDescriptor: words = isOpen ? "\(name) is not open for reading" : "\(name) is not open"
        case .wouldBlock: words = "\(name) has nothing to read now"
        default: return SocketError(errno, .sendFile, remoteAddress: peer, detail: name)
        }
        return SocketError(.invalidArgument, .sendFile, errno: errno, remoteAddress: peer, detail: words)
    }
}

/// The part of a file that is being sent, and how: by the kernel, or copied through the program.
struct FileJob {
    let file: SentFile
    /// All of the file, as long as it is.
    let isWhole: Bool
    /// How many bytes are to be sent; nil for all that come until the end of the file.
    let count: Int?
    /// The file had no more bytes.
    private(set) var hasEnded = false
    private let start: Int
    private var isCopied: Bool
    /// What was read last, and where in the file it begins.
    private var piece: [UInt8] = []
    private var pieceStart = 0

    /// 1 MiB: a call for it takes a fraction of a millisecond from the page cache, and larger ones gain nothing.
    private static let movedBytes = 1 << 20
    private static let copiedBytes = 65_536

    /// The kernel cannot move this file (EINVAL, EOPNOTSUPP, ESPIPE), or a filter forbids it to try (EPERM, ENOSYS). EBADF is about the
    /// file, since the socket is open, and reading the file says what is wrong with it.
    private static let reasonsToCopy: Set<Errno> = [
        .invalidArgument, .notSupported, .illegalSeek, .notPermitted, .notImplemented, .badDescriptor,
    ]

    /// - Parameter range: nil for the whole file.
    init(_ file: SentFile, _ range: Range<Int>?, _ peer: SocketAddress) throws(SocketError) {
        self.file = file
        isWhole = range == nil
        isCopied = file.length == 0
        start = range?.lowerBound ?? 0
        count = range?.count ?? (file.length == 0 ? nil : file.length)
        guard let range else { return }
        do throws(Errno) {
            if range.lowerBound >= 0, try file.reaches(range.upperBound) { return }
        } catch {
            throw file.error(error, peer)
        }
        let wanted = "\(range.lowerBound)..<\(range.upperBound)"
        let words = file.length == 0 ? "no bytes \(wanted)" : "\(file.length) bytes, and \(wanted) were asked for"
        let detail = "\(file.name) has \(words)"
        throw SocketError(.invalidArgument, .sendFile, remoteAddress: peer, detail: detail)
    }

    /// Reads on where the last piece has been sent; for a file that is copied.
    ///
    /// - Parameter sent: How many bytes have gone out.
    mutating func readPiece(after sent: Int) throws(Errno) {
        let offset = start + sent
        guard isCopied, sent != count, offset == pieceStart + piece.count || piece.isEmpty else { return }
        piece = try Syscalls.readFile(
            file.descriptor,
            offset: offset,
            count: min(count.map { $0 - sent } ?? .max, Self.copiedBytes)
        )
        pieceStart = offset
        hasEnded = piece.isEmpty
    }

    /// Sends some of what is left.
    mutating func attempt(_ socket: Int32, after sent: Int, shielded: Bool) throws(Errno) -> Attempt {
        let nothing = Attempt(count: 0, isShort: false)
        if sent == count { return nothing }
        if isCopied { return try attemptCopy(socket, start + sent - pieceStart) }
        do throws(Errno) {
            let moved = try Syscalls.sendFile(
                socket,
                file: file.descriptor,
                offset: start + sent,
                count: min(count.map { $0 - sent } ?? .max, Self.movedBytes),
                shielded: shielded
            )
            hasEnded = moved == 0
            // A short one may have ended at a page of the file: that the socket is full, only EAGAIN tells.
            return Attempt(count: moved, isShort: false)
        } catch {
            guard Self.reasonsToCopy.contains(error) else { throw error }
            isCopied = true
            return nothing
        }
    }

    private func attemptCopy(_ socket: Int32, _ offset: Int) throws(Errno) -> Attempt {
        let left = piece.count - offset
        let sent = try unsafe piece.span.bytes.withUnsafeBytes { memory throws(Errno) in
            let from = unsafe memory.baseAddress.map { unsafe $0 + offset }
            return try unsafe Syscalls.send(socket, from, count: left)
        }
        return Attempt(count: sent, isShort: sent < left)
    }
}
