internal import SockeyeSystem

// What the options mean for the addresses that are tried.
extension ConnectionOptions {
    /// Whether an address is used as it is.
    var choosesNothing: Bool { family == .any && sourceAddress == nil && connectTimeout == nil }

    /// The addresses to try, in the order of the resolver.
    func addresses(of endpoint: Endpoint) async throws(SocketError) -> [SocketAddress] {
        if let connectTimeout, connectTimeout <= .zero {
            let detail = "connectTimeout is \(connectTimeout): it must be above zero, or nil for no limit"
            throw SocketError(.invalidArgument, .connect, detail: detail)
        }
        let found = try await resolver.addresses(of: endpoint, for: .connect, family, within: connectTimeout)
        return try reachable(found, of: endpoint)
    }

    /// The addresses that can be reached from the source address.
    private func reachable(_ addresses: [SocketAddress], of endpoint: Endpoint) throws(SocketError) -> [SocketAddress] {
        guard let sourceAddress else { return addresses }
        if case .unixPath = sourceAddress.kind {
            let detail = "a path as the source: its file would stay behind; use an abstract name, or none"
            throw SocketError(.unsupported, .connect, localAddress: sourceAddress, detail: detail)
        }
        let fitting = addresses.filter { $0.family == sourceAddress.family }
        guard fitting.isEmpty else { return fitting }
        throw SocketError(
            .invalidAddress,
            .connect,
            localAddress: sourceAddress,
            detail: "\"\(endpoint)\" has no \(sourceAddress.family) address to reach from \(sourceAddress)"
        )
    }

    /// Why connecting to an address has failed, in the terms of whoever chose where to connect from.
    func error(_ failure: OperationFailure, at address: SocketAddress) -> SocketError {
        let error = SocketError(failure, .connect, local: sourceAddress, remote: address).explainingPath()
        if let errno = error.errno, let detail = SocketError.detail(of: errno, at: address) ?? misuse(of: address) {
            return error.adding(detail: detail)
        }
        switch (error.code, sourceAddress) {
        case (.addressNotAvailable, let source?), (.addressInUse, let source?), (.permissionDenied, let source?),
            (.invalidArgument, let source?):
            return error.adding(detail: "from \(source.port == 0 ? source.host : "\(source)")")
        default:
            return error
        }
    }

    /// What nobody can connect to, whatever the system says of it.
    private func misuse(of address: SocketAddress) -> String? {
        if address.isMulticast { return "this is the address of a group, to which only datagrams can be sent" }
        if address.port == 0 { return "nobody can be reached at port 0" }
        return nil
    }
}
