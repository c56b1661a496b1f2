internal import SockeyeSystem

/// The addresses that a server has tried to bind to, in turn: `*` falls back to IPv4 on a computer without IPv6, and a name to its
/// next address when the first is not this computer's.
struct BindAttempts {
    private var failures: [SocketError] = []

    /// Whether the next address is worth trying.
    mutating func goesOn(after error: SocketError) -> Bool {
        failures.append(error)
        // What is wrong with an option is wrong at the next address too.
        return (error.code == .unsupported && error.operation != .option) || error.code == .addressNotAvailable
    }

    /// The failure that was not about the address being none of this computer's, which says most; else the first. It has all of
    /// them when there are several.
    func error(for endpoint: Endpoint) -> SocketError {
        guard let first = failures.first, let last = failures.last else {
            return SocketError(.invalidAddress, .bind, detail: "\(endpoint)")
        }
        if failures.count == 1 { return first }
        let isTelling = last.code != .unsupported && last.code != .addressNotAvailable
        return (isTelling ? last : first).with(attempts: failures)
    }
}
