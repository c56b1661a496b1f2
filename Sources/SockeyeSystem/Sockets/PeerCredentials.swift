/// Who is at the other end of a Unix socket, as the kernel knows it. In C: `struct ucred`.
///
///     guard try connection.peerCredentials.userID == 0 else { return }
///
/// They are those of the moment of connecting (of the program that called `listen`, for a client), and cannot be
/// forged. The process may have ended since, and its number belong to another: trust the user, not the process.
public struct PeerCredentials: Sendable, Hashable {
    public let processID: Int32
    public let userID: UInt32
    public let groupID: UInt32
}

extension Socket {
    /// Who is at the other end of a Unix socket. In C: `getsockopt` with `SO_PEERCRED`.
    ///
    /// - Throws: `.unsupported` for any other socket, `.notConnected` when there is nobody.
    public var peerCredentials: PeerCredentials {
        get throws(SocketError) { try .ofPeer(of: descriptor) }
    }
}

extension PeerCredentials {
    package static func ofPeer(of descriptor: Int32) throws(SocketError) -> PeerCredentials {
        // TCP sockets answer too: with process 0 and user -1.
        guard (try? Syscalls.family(descriptor)) == .unix else {
            let detail = "SO_PEERCRED: only a Unix socket knows who is at the other end"
            throw SocketError(.unsupported, .optionValue, detail: detail)
        }
        let credentials: PeerCredentials
        do {
            credentials = try Syscalls.peerCredentials(descriptor)
        } catch {
            throw SocketError(error, .optionValue, detail: "SO_PEERCRED")
        }
        guard credentials.processID > 0 else {
            throw SocketError(.notConnected, .optionValue, detail: "SO_PEERCRED: nobody is at the other end")
        }
        return credentials
    }
}
