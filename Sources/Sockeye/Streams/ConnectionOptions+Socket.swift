internal import SockeyeSystem

// Where sockets are made and get their options: the one place, for whoever connects and for whoever listens.

extension ConnectionOptions {
    /// A socket that can be connected to an address, with all options set. The descriptor is the caller's.
    func openSocket(for address: SocketAddress) throws(SocketError) -> Int32 {
        let descriptor: Int32
        do {
            descriptor = try SocketMaker.open(address, kind, for: .connect)
        } catch {
            throw error.with(local: sourceAddress, remote: address)
        }
        do {
            if noDelay == .on, address.family != .unix {
                try SocketOption<Bool>.noDelay.set(true, on: descriptor, address.family)
            }
            try applySettings(to: descriptor, address.family)
            return descriptor
        } catch {
            Syscalls.close(descriptor)
            throw error.with(local: nil, remote: address)
        }
    }

    /// Gives a socket that connects, or is connected, the options that were set.
    func applySettings(to descriptor: Int32, _ family: AddressFamily) throws(SocketError) {
        try SocketMaker.apply(settings, to: descriptor, family, listens: false)
    }
}

extension ListenerOptions {
    /// Gives a socket that listens, or will, the options that were set.
    func applySettings(to descriptor: Int32, _ family: AddressFamily) throws(SocketError) {
        try SocketMaker.apply(settings, to: descriptor, family, listens: true)
    }

    /// A socket that listens on an address, with all options set, and the file that it has if it is a Unix socket's.
    /// Both are the caller's.
    func openListeningSocket(on address: SocketAddress) throws(SocketError) -> (descriptor: Int32, file: SocketFile?) {
        let descriptor: Int32
        do {
            descriptor = try SocketMaker.open(address, kind, for: .create)
        } catch {
            throw error.with(local: address, remote: nil)
        }
        do {
            return (descriptor, try listen(descriptor, on: address))
        } catch {
            Syscalls.close(descriptor)
            throw error.with(local: address, remote: nil)
        }
    }

    private func listen(_ descriptor: Int32, on address: SocketAddress) throws(SocketError) -> SocketFile? {
        if backlog < 0 {
            throw SocketError(.invalidArgument, .listen, detail: "backlog = \(backlog): from 0 up")
        }
        try setBefore(binding: descriptor, address)
        try applySettings(to: descriptor, address.family)
        let backlog = Int32(clamping: backlog)
        if address.family == .unix {
            return try SocketFile.bind(descriptor, to: address, kind, mode: fileMode) { () throws(Errno) in
                try Syscalls.listen(descriptor, backlog: backlog)
            }
        }
        if fileMode != nil {
            throw SocketError(.unsupported, .option, detail: "file mode: \(address) is no file")
        }
        var operation = SocketError.Operation.bind
        do throws(Errno) {
            try Syscalls.bind(descriptor, RawSocketAddress(address))
            operation = .listen
            try Syscalls.listen(descriptor, backlog: backlog)
        } catch {
            throw SocketError(error, operation, detail: SocketError.detail(of: error, at: address))
        }
        return nil
    }

    private func setBefore(binding descriptor: Int32, _ address: SocketAddress) throws(SocketError) {
        guard address.family != .unix else { return }
        if reuseAddress == .on { try SocketOption<Bool>.reuseAddress.set(true, on: descriptor, address.family) }
        // Accepted sockets inherit it, which saves a system call for each of them.
        if noDelay == .on { try SocketOption<Bool>.noDelay.set(true, on: descriptor, address.family) }
        if address.family == .ipv6, address.isAny {
            try SocketOption<Bool>.ipv6Only.set(family == .ipv6Only, on: descriptor, address.family)
        }
    }
}

private enum SocketMaker {
    static func open(
        _ address: SocketAddress,
        _ kind: SocketKind,
        for operation: SocketError.Operation
    ) throws(SocketError) -> Int32 {
        let family = address.family
        do {
            return try Syscalls.socket(family, kind, nonblocking: true)
        } catch {
            let isKind = kind == .sequencedPacket && family != .unix
            let words = "only Unix sockets carry sequenced packets, and this is an \(family) address"
            let detail = isKind ? words : SocketError.detail(of: error, at: address)
            throw SocketError(error, operation, detail: detail)
        }
    }

    static func apply(
        _ settings: SocketSettings,
        to descriptor: Int32,
        _ family: AddressFamily,
        listens: Bool
    ) throws(SocketError) {
        if settings.isEmpty { return }
        try settings.check(listens: listens)
        if settings.lingersInClose { throw Connection.lingerRefusal }
        try settings.apply(to: descriptor, family)
    }
}
