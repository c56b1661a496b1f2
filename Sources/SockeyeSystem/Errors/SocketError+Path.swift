extension SocketError {
    /// The same error, and for the path of a Unix socket why the system says so.
    package func explainingPath() -> SocketError {
        let address = operation == .connect ? remoteAddress : localAddress
        guard let errno, case .unixPath(let path) = address?.kind,
            let reason = Self.reason(errno, path, isConnecting: operation == .connect)
        else { return self }
        return adding(detail: reason)
    }

    private static func reason(_ errno: Errno, _ path: [UInt8], isConnecting: Bool) -> String? {
        let folder = SocketFile.folder(of: path)
        let named = EndpointError.quote(String(decoding: folder, as: UTF8.self))
        let file = (try? Syscalls.identity(ofPath: path))?.kind
        switch errno {
        case .noSuchFile:
            if (try? Syscalls.identity(ofPath: folder)) == nil { return "there is no folder \(named)" }
            return isConnecting ? "there is no such file: is the server running?" : nil
        case .notDirectory:
            return "\(named) is no folder"
        case .permissionDenied:
            if isConnecting, file != nil { return "this user may not write to the file, and so not connect" }
            return "this user may not \(isConnecting ? "look into" : "create a file in") \(named)"
        case .addressInUse, .connectionRefused, .notSocket:
            switch file {
            case .folder: return "it is a folder"
            case .other: return "it is a file that is no socket"
            // For a bind, whoever has looked behind the file adds what was found.
            case .socket: return isConnecting ? "the file is there, and no server is behind it" : nil
            case nil: return nil
            }
        case .wrongProtocolType:
            return "the server there has another kind of socket (stream, datagram or sequenced packets)"
        default:
            return nil
        }
    }
}

extension SocketError {
    /// A message that is longer than the room that was offered for it; the rest of it is gone.
    package static func messageTooLong(_ count: Int, room: Int, _ operation: Operation) -> SocketError {
        let detail = "a message of \(count) bytes came, and there was room for \(room); it is lost"
        return SocketError(.messageTooLong, operation, detail: detail)
    }
}
