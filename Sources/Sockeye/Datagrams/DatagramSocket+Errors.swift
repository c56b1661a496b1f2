internal import SockeyeSystem

extension DatagramSocket {
    func report(
        _ operation: SocketError.Operation,
        since start: UInt64,
        remote: SocketAddress?,
        byteCount: Int,
        datagramCount: Int
    ) {
        observation?.report(
            operation,
            since: start,
            local: localAddress,
            remote: remote ?? remoteAddress,
            byteCount: byteCount,
            datagramCount: datagramCount
        )
    }

    /// Turns a failure into the error that the caller sees, and tells the observer.
    ///
    /// - Parameters:
    ///   - address: Where a datagram was to go.
    ///   - byteCount: How long it was.
    func fail(
        _ operation: SocketError.Operation,
        _ failure: OperationFailure,
        since start: UInt64,
        to address: SocketAddress? = nil,
        from source: SocketAddress? = nil,
        byteCount: Int? = nil,
        detail: String? = nil
    ) -> SocketError {
        var remote = address ?? remoteAddress
        // What the kernel was told about an earlier datagram names the peer that that one was for.
        if case .system = failure, traits.options.errors == .on, let refusal = takeRefusal() { remote = refusal }
        var error = SocketError(failure, operation, local: localAddress, remote: remote)
        if let errno = error.errno, let words = words(for: errno, operation, remote, source, byteCount) {
            error = error.adding(detail: words)
        }
        if let detail { error = error.adding(detail: detail) }
        observation?.report(operation, since: start, local: localAddress, remote: remote, error: error)
        return error
    }

    /// The error's addresses say which socket and which peer; this says why.
    private func words(
        for errno: Errno,
        _ operation: SocketError.Operation,
        _ remote: SocketAddress?,
        _ source: SocketAddress?,
        _ byteCount: Int?
    ) -> String? {
        switch errno {
        case .connectionRefused:
            return traits.family == .unix
                ? "the program that made the socket has ended"
                : "port unreachable: the computer is there, and no program takes datagrams on that port"
        case .messageTooLong:
            return tooLong(byteCount ?? 0)
        case .permissionDenied where traits.family != .unix && traits.options.broadcast == .off:
            return Self.broadcastAdvice
        case .notPermitted:
            return "a firewall of this computer forbids it"
        case .notConnected, .destinationRequired:
            return "this socket has no peer: say where to, or connect it"
        case .noSuchFile:
            return "there is no socket of that name"
        case .wrongProtocolType:
            return "the socket there is no datagram socket"
        case .invalidArgument where remote?.port == 0:
            return "port 0 cannot be sent to"
        case .networkUnreachable where source?.isAny == false, .invalidArgument where source?.isAny == false:
            return "perhaps because \(source?.host ?? "the source") is no address of this computer to send from"
        case .noBufferSpace where traits.family != .unix:
            return "the network card, or its queue, is full"
        default:
            return nil
        }
    }

    static let broadcastAdvice =
        "sending to a broadcast address has to be allowed first (DatagramOptions.broadcast)"

    private func tooLong(_ byteCount: Int) -> String {
        switch traits.family {
        case .ipv4 where byteCount <= 65_507, .ipv6 where byteCount <= 65_527:
            return "\(byteCount) bytes: more than the way to it carries in one piece, and cutting it up was forbidden"
        case .ipv4: return "\(byteCount) bytes: a UDP datagram over IPv4 holds at most 65507"
        case .ipv6: return "\(byteCount) bytes: a UDP datagram over IPv6 holds at most 65527"
        case .unix:
            let size = registration.using { descriptor in try? Syscalls.option(descriptor, .sendBuffer) }
            let most = size.map { ", which has \($0) bytes" } ?? ""
            return "\(byteCount) bytes: a Unix datagram has to fit into the send buffer\(most) (SO_SNDBUF)"
        }
    }

    /// Whose datagram it was that could not be delivered. Each error has one entry.
    private func takeRefusal() -> SocketAddress? {
        registration.using { descriptor in try? Syscalls.receiveRefusal(descriptor)?.to }
    }

    /// The error for a source of another family, which the kernel ignores without a word: the datagram would leave by
    /// another address. nil for one that may be used.
    func refusal(of source: SocketAddress, to address: SocketAddress?) -> SocketError? {
        guard let remote = address ?? remoteAddress, source.family != remote.family || remote.family == .unix else {
            return nil
        }
        let detail =
            remote.family == .unix
            ? "a Unix datagram has its socket's own name, and cannot be sent from \(source)"
            : "the source \(source) is no \(remote.family) address, as the destination is"
        return SocketError(.invalidAddress, .send, localAddress: localAddress, remoteAddress: remote, detail: detail)
    }

    /// The error for an address that this socket cannot send to.
    func refuse(_ address: SocketAddress) -> SocketError {
        let detail =
            if address == .unixUnnamed {
                "that socket has no name, so nothing can be sent to it; a Unix client that wants answers binds to a name"
            } else if address.family != traits.family {
                "a socket bound to \(localAddress) sends to \(traits.family) addresses, and \(address) is none"
            } else {
                "this socket cannot send to \(address)"
            }
        return SocketError(.invalidAddress, .send, localAddress: localAddress, remoteAddress: address, detail: detail)
    }
}

extension SocketAddress {
    /// The address without its port.
    var host: String {
        switch kind {
        case .ipv4(let ip, _): "\(ip)"
        case .ipv6(let ip, _, _, _): "\(ip)"
        case .unixPath, .unixAbstract, .unixUnnamed: description
        }
    }
}
