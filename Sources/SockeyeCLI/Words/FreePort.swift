import Sockeye

/// Another port for a server whose own is taken.
enum FreePort {
    /// 100 ports: who finds none free among so many has a reason that no port helps against.
    private static let attempts = 100

    /// The next port on which a server could listen now; nil when none is found. Best effort: another program may be faster.
    static func near(_ address: SocketAddress) -> UInt16? {
        guard let taken = address.port else { return nil }
        let above = (1...attempts).compactMap { UInt16(exactly: Int(taken) + $0) }
        let below = (1...attempts).compactMap { UInt16(exactly: Int(taken) - $0) }.filter { $0 > 0 }
        return (above + below).first { port in address.with(port: port).map(canBeBound) ?? false }
    }

    private static func canBeBound(_ address: SocketAddress) -> Bool {
        do {
            let socket = try Socket(address.family, .stream)
            try socket.setOption(.reuseAddress, to: true)
            if address.family == .ipv6, address.isAny { try socket.setOption(.ipv6Only, to: false) }
            try socket.bind(to: address)
            // Two sockets with SO_REUSEADDR may be bound to one port, until one of them listens.
            try socket.listen(backlog: 1)
            return true
        } catch {
            return false
        }
    }
}

extension SocketAddress {
    /// The same address with another port; nil for what has none.
    func with(port: UInt16) -> SocketAddress? {
        switch kind {
        case .ipv4(let ip, _): .ipv4(ip, port: port)
        case .ipv6(let ip, _, let zone, _): .ipv6(ip, port: port, zone: zone)
        case .unixPath, .unixAbstract, .unixUnnamed: nil
        }
    }
}
