import ArgumentParser
import Sockeye

/// `sockeye serve 1337 localhost:1337`: the same place twice, of which the second could never be taken.
enum RepeatedAddress {
    /// - Throws: wrong usage. What a name stands for, and `*`, is not looked into: that is told when it is to be taken.
    static func check(_ addresses: [TypedAddress]) throws {
        // A port of TCP and one of UDP are two.
        var seen: [SocketKind: [SocketAddress: String]] = [:]
        for typed in addresses where typed.endpoint.port != 0 {
            guard let place = place(typed.endpoint) else { continue }
            // A path is one file, whatever kind of socket it is.
            var kind = typed.kind
            if case .unixPath = place.kind { kind = .stream }
            guard let first = seen[kind]?[place] else {
                seen[kind, default: [:]][place] = typed.text
                continue
            }
            let (one, other) = (SafeText.line(first), SafeText.line(typed.text))
            throw ValidationError(
                one == other
                    ? "\(one) is given twice: each address once."
                    : "\(one) and \(other) are the same address: give it once."
            )
        }
    }

    private static func place(_ endpoint: Endpoint) -> SocketAddress? {
        switch endpoint.kind {
        case .address(let address): address
        case .loopback(let port): .ipv4(.loopback, port: port)
        case .any(let port): .ipv6(.any, port: port)
        case .host("localhost", let port): .ipv4(.loopback, port: port)
        case .host, .zoned, .invalid: nil
        }
    }
}
