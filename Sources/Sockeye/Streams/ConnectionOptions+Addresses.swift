internal import SockeyeSystem

// What the options mean for the addresses that are tried.
extension ConnectionOptions {
    /// Whether an address is used as it is.
    var choosesNothing: Bool { family == .any && sourceAddress == nil && connectTimeout == nil }

    /// The addresses that can be reached from the source address.
    func reachable(_ addresses: [SocketAddress], of endpoint: Endpoint) throws(SocketError) -> [SocketAddress] {
        guard let sourceAddress else { return addresses }
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
        if let errno = error.errno, let detail = SocketError.detail(of: errno, at: address) {
            return error.adding(detail: detail)
        }
        switch (error.code, sourceAddress) {
        case (.addressNotAvailable, let source?), (.addressInUse, let source?), (.permissionDenied, let source?),
            (.invalidArgument, let source?):
            return error.adding(detail: "from \(source)")
        default:
            return error
        }
    }
}
