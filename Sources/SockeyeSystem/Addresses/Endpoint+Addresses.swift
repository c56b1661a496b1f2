extension Endpoint {
    /// The addresses that the endpoint stands for, best first and never none. Blocks while a name is looked up.
    ///
    /// - Parameters:
    ///   - operation: What the addresses are for, which errors name; `.bind` prefers IPv4 for names of this computer.
    ///   - family: Only addresses that a socket of this family takes; nil for all.
    /// - Throws: `.nameNotFound` for an unknown name, `.invalidAddress` for a text that is no address or has none of
    ///   the family.
    package func addresses(
        for operation: SocketError.Operation,
        family: AddressFamily?
    ) throws(SocketError) -> [SocketAddress] {
        let all = try allAddresses(for: operation, family: family)
        let fitting = all.filter { family == nil || $0.family == family }
        guard fitting.isEmpty else { return fitting }
        let wanted = family.map { "\($0)" } ?? "usable"
        throw SocketError(.invalidAddress, operation, detail: "\"\(self)\" has no \(wanted) address")
    }

    private func allAddresses(
        for operation: SocketError.Operation,
        family: AddressFamily?
    ) throws(SocketError) -> [SocketAddress] {
        switch kind {
        case .loopback(let port):
            return [.ipv4(.loopback, port: port), .ipv6(.loopback, port: port)]
        case .any(let port):
            // IPv6 first: a socket bound to it takes the clients of both families.
            return [.ipv6(.any, port: port), .ipv4(.any, port: port)]
        case .address(let address):
            return [address]
        case .zoned(let address, let zone, let port):
            guard let index = Syscalls.interfaceIndex(zone) else {
                throw SocketError(
                    .invalidAddress,
                    operation,
                    detail: "\"\(self)\": this computer has no network interface named \"\(zone)\""
                )
            }
            return [.ipv6(address, port: port, zone: index)]
        case .host(let name, let port):
            return try lookUp(name, port: port, for: operation, family: family)
        case .invalid(let error):
            throw SocketError(.invalidAddress, operation, detail: "\(error)")
        }
    }

    private func lookUp(
        _ name: String,
        port: UInt16,
        for operation: SocketError.Operation,
        family: AddressFamily?
    ) throws(SocketError) -> [SocketAddress] {
        let answer = try NameLookup.answer(for: name, family: family)
        return Self.prepare(answer.addresses, port: port, for: operation)
    }

    /// What a look-up has found, made ready for use: with the port, each address once, and in the order of trying.
    package static func prepare(
        _ found: [SocketAddress],
        port: UInt16,
        for operation: SocketError.Operation
    ) -> [SocketAddress] {
        var seen: Set<SocketAddress> = []
        let distinct = found.map { $0.with(port: port) }.filter { seen.insert($0).inserted }
        // A server that is bound to one address of a name is looked for at 127.0.0.1 by most clients.
        guard operation == .bind else { return distinct }
        return distinct.filter { $0.family == .ipv4 } + distinct.filter { $0.family != .ipv4 }
    }
}

extension SocketAddress {
    /// The same address with another port; a Unix address has none.
    package func with(port: UInt16) -> SocketAddress {
        switch kind {
        case .ipv4(let ip, _): .ipv4(ip, port: port)
        case .ipv6(let ip, _, let zone, let flow): SocketAddress(kind: .ipv6(ip, port: port, zone: zone, flow: flow))
        case .unixPath, .unixAbstract, .unixUnnamed: self
        }
    }
}
