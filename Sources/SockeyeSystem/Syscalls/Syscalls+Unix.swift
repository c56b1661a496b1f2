internal import CSockeye

extension Syscalls {
    // MARK: Who is there

    package static func peerCredentials(_ descriptor: Int32) throws(Errno) -> PeerCredentials {
        var process: Int32 = 0
        var user: UInt32 = 0
        var group: UInt32 = 0
        _ = try retrying(.peerCredentials, descriptor) {
            unsafe sockeye_peer_credentials(descriptor, &process, &user, &group)
        }
        return PeerCredentials(processID: process, userID: user, groupID: group)
    }

    // MARK: Descriptors in messages

    /// The most that the kernel takes in one message.
    package static let mostDescriptors = Int(SOCKEYE_MOST_DESCRIPTORS)

    /// - Parameter to: Where to; nil for the connected peer.
    package static func send(
        _ descriptor: Int32,
        _ bytes: UnsafeRawPointer?,
        count: Int,
        to: SocketAddress? = nil,
        passing descriptors: [Int32]
    ) throws(Errno) -> Int {
        try unsafe withSockaddr(to) { to, toLength throws(Errno) in
            try retrying(.sendDescriptors, descriptor) {
                unsafe descriptors.withUnsafeBufferPointer { passed in
                    let first = passed.baseAddress
                    let most = Int32(passed.count)
                    return unsafe sockeye_send_descriptors(descriptor, bytes, count, to, toLength, first, most)
                }
            }
        }
    }

    /// One receive, with the descriptors that came with it: all that this process has room for, and close-on-exec.
    ///
    /// - Returns: `arrival.length` is the length of what came, which is more than `room` for a message that was cut short.
    ///   `areTruncated`: the kernel has closed some, for which the process had no room.
    package static func receivePassed(
        _ descriptor: Int32,
        into bytes: UnsafeMutableRawPointer?,
        room: Int
    ) throws(Errno) -> (arrival: DatagramArrival, descriptors: [Int32], areTruncated: Bool) {
        var passed = [Int32](repeating: -1, count: mostDescriptors)
        var count: Int32 = 0
        var truncated: Int32 = 0
        var sender = sockeye_sender()
        let received = try retrying(.receiveDescriptors, descriptor) {
            unsafe passed.withUnsafeMutableBufferPointer { passed in
                let first = passed.baseAddress
                return unsafe sockeye_receive_descriptors(descriptor, bytes, room, first, &count, &truncated, &sender)
            }
        }
        let arrival = DatagramArrival(
            length: received,
            from: RawSocketAddress.address(of: sender.from, length: sender.from_length),
            credentials: sender.credentials
        )
        return (arrival, Array(passed.prefix(Int(count))), truncated != 0)
    }

    // MARK: Sockets that keep messages apart

    /// One message. Returns its whole length, of which at most `room` bytes have been stored.
    package static func receiveMessage(
        _ descriptor: Int32,
        into bytes: UnsafeMutableRawPointer?,
        room: Int
    ) throws(Errno) -> Int {
        try retrying(.receiveMessage, descriptor) { unsafe sockeye_receive_message(descriptor, bytes, room) }
    }

    /// Whether the peer sends no more, and nothing of what it has sent is left.
    package static func peerHasFinished(_ descriptor: Int32) throws(Errno) -> Bool {
        try retrying(.peerHasFinished, descriptor) { sockeye_peer_has_finished(descriptor) } == 1
    }

    /// Whether the peer neither sends nor receives any more, as far as the kernel knows. In C: `poll`.
    package static func peerIsGone(_ descriptor: Int32) throws(Errno) -> Bool {
        try retrying(.peerIsGone, descriptor) { sockeye_peer_is_gone(descriptor) } == 1
    }

    // MARK: Waiting

    /// As ``epollAdd(_:_:owner:)``, for reading alone.
    package static func epollAddReading(
        _ epoll: Int32,
        _ descriptor: Int32,
        owner: UnsafeMutableRawPointer?
    ) throws(Errno) {
        _ = try retrying(.epollAdd, epoll) { unsafe sockeye_epoll_add_reading(epoll, descriptor, owner) }
    }

    /// Watches a descriptor for writing too that was added for reading alone.
    package static func epollWatchBoth(
        _ epoll: Int32,
        _ descriptor: Int32,
        owner: UnsafeMutableRawPointer?
    ) throws(Errno) {
        _ = try retrying(.epollWatch, epoll) { unsafe sockeye_epoll_watch_both(epoll, descriptor, owner) }
    }

    // MARK: Descriptors from elsewhere

    package static func socketPair(_ kind: SocketKind, nonblocking: Bool) throws(Errno) -> (Int32, Int32) {
        var ends: [Int32] = [-1, -1]
        _ = try retrying(.socketPair) { unsafe sockeye_socket_pair(kind.number, nonblocking ? 1 : 0, &ends) }
        if FaultSeam.isOn { FaultSeam.opened(ends[0], ends[1]) }
        return (ends[0], ends[1])
    }

    /// A descriptor has come from elsewhere, and is this library's from now on.
    package static func taken(_ descriptor: Int32) {
        if FaultSeam.isOn { FaultSeam.opened(descriptor) }
    }

    /// A descriptor goes elsewhere, open.
    package static func given(_ descriptor: Int32) {
        if FaultSeam.isOn { FaultSeam.closing(descriptor) }
    }

    package static func setBlocking(_ descriptor: Int32) throws(Errno) {
        _ = try retrying(.setBlocking, descriptor) { sockeye_set_blocking(descriptor) }
    }

    package static func setCloseOnExec(_ descriptor: Int32) throws(Errno) {
        _ = try retrying(.setCloseOnExec, descriptor) { sockeye_set_close_on_exec(descriptor) }
    }
}

// MARK: The file of a bound path

extension Syscalls {
    /// What tells one file from another, and from one that has its number later.
    package struct FileIdentity: Hashable, Sendable {
        package enum Kind: Sendable { case socket, folder, other }
        package let kind: Kind
        let device: UInt64
        let inode: UInt64
        let born: UInt64
        /// The permissions; they may change and it is still the same file.
        package let mode: UInt32

        package static func == (one: FileIdentity, other: FileIdentity) -> Bool {
            (one.device, one.inode, one.born) == (other.device, other.inode, other.born)
        }

        package func hash(into hasher: inout Hasher) { hasher.combine(inode) }
    }

    /// Of the name itself, also when it is a symbolic link. In C: `statx`.
    package static func identity(ofPath path: [UInt8]) throws(Errno) -> FileIdentity {
        var raw = sockeye_file()
        _ = try retrying(.fileIdentity) { unsafe withPath(path) { unsafe sockeye_file_identity($0, &raw) } }
        let kind: FileIdentity.Kind = raw.kind == 1 ? .socket : raw.kind == 2 ? .folder : .other
        return FileIdentity(kind: kind, device: raw.device, inode: raw.inode, born: raw.born, mode: raw.mode)
    }

    /// The permissions that the file of a socket will have at most when it is bound. In C: `fchmod`.
    package static func setModeBeforeBinding(_ descriptor: Int32, _ mode: UInt32) throws(Errno) {
        _ = try retrying(.setMode, descriptor) { sockeye_set_mode_before_bind(descriptor, mode) }
    }

    package static func setMode(ofPath path: [UInt8], _ mode: UInt32) throws(Errno) {
        _ = try retrying(.setMode) { unsafe withPath(path) { unsafe sockeye_set_mode($0, mode) } }
    }

    /// A descriptor that keeps others from the same call until it is closed; `.wouldBlock` while one of them has it.
    package static func lockFolder(_ path: [UInt8]) throws(Errno) -> Int32 {
        try opening(.lockFolder) { unsafe withPath(path) { unsafe sockeye_lock_folder($0) } }
    }

    package static func pause(milliseconds: Int32) { sockeye_pause_ms(milliseconds) }

    package static func unsetEnvironment(_ name: String) { unsafe sockeye_unset_environment(name) }

    private static func withPath<Result>(_ path: [UInt8], _ body: (UnsafePointer<CChar>?) -> Result) -> Result {
        unsafe (path + [0]).withUnsafeBytes { unsafe body($0.bindMemory(to: CChar.self).baseAddress) }
    }
}

extension sockeye_sender {
    fileprivate var credentials: PeerCredentials? {
        process == 0 ? nil : PeerCredentials(processID: process, userID: user, groupID: group)
    }
}
