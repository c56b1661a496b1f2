internal import SockeyeSystem

/// Turns what a person typed into addresses, without blocking: names are looked up on threads of their own.
enum Resolver {
    /// The addresses of an endpoint, best first, never none. As ``Endpoint/addresses(for:family:)``.
    ///
    /// - Cancellation: throws `.cancelled` at once; a look-up under way goes on unheard.
    static func addresses(
        of endpoint: Endpoint,
        for operation: SocketError.Operation
    ) async throws(SocketError) -> [SocketAddress] {
        // Only a name can block, and most endpoints are none.
        guard case .host = endpoint.kind else { return try endpoint.addresses(for: operation, family: nil) }
        let found: Result<[SocketAddress], SocketError>?
        do {
            found = try await BlockingPool.names.run {
                Result { () throws(SocketError) in try endpoint.addresses(for: operation, family: nil) }
            }
        } catch {
            throw SocketError(error, .resolve, detail: "\(endpoint)")
        }
        guard let found else { throw SocketError(.cancelled, .resolve, detail: "\(endpoint)") }
        return try found.get()
    }
}
