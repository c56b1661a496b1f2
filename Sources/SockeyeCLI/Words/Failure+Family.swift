import Sockeye
import SockeyeSystem

/// Two wishes of which one wants IPv4 and the other IPv6: both are named.
extension Failure {
    /// `-6 --source 192.0.2.1`
    static func family(_ option: String, _ wanted: AddressFamily, of source: SocketAddress) -> Failure {
        Failure(
            attempted: "come from \(source.hostName) with \(option)",
            happened: "--source is \(source.family), and \(option) asks for \(wanted)",
            cause: "both ends of a connection are of the same family",
            next: ["the same command without \(option)", Self.ownAddresses(wanted)],
            status: wrongUsage
        )
    }

    /// `--source 192.0.2.1 [::1]:1337`
    static func family(of source: SocketAddress, _ endpoint: Endpoint, _ family: AddressFamily) -> Failure {
        let text = SafeText.line(endpoint.description)
        return Failure(
            attempted: "connect to \(text) from \(source.hostName)",
            happened: family == .unix
                ? "\(text) is a Unix socket, and --source is \(source.family)"
                : "\(text) is \(family), and --source is \(source.family)",
            cause: family == .unix
                ? "a Unix socket is reached through its file, and not from an IP address"
                : "both ends of a connection are of the same family",
            next: ["the same command without --source"] + (family == .unix ? [] : [ownAddresses(family)]),
            status: wrongUsage
        )
    }

    /// `-6 NAME`, where the name has IPv4 addresses only.
    ///
    /// - Parameter wish: Who wants the other family, in words.
    static func family(
        _ name: String,
        has addresses: [SocketAddress],
        _ wanted: AddressFamily,
        _ wish: String,
        without: String
    ) -> Failure {
        let own = addresses[0].family
        let shown = addresses.prefix(3).map(\.hostName).joined(separator: ", ") + (addresses.count > 3 ? ", …" : "")
        return Failure(
            attempted: "find an \(wanted) address of \(SafeText.line(name))",
            happened: "it has \(own) only (\(shown)), and \(wish)",
            cause: "the computer of that name is reached over \(own)",
            next: [
                "the same command without \(without)",
                "sockeye resolve \(quoted(SafeText.line(name)))   lists its addresses",
            ],
            status: networkFailed
        )
    }

    private static func ownAddresses(_ family: AddressFamily) -> String {
        "ip \(family == .ipv6 ? "-6" : "-4") -brief address   lists this computer's \(family) addresses, for --source"
    }
}

extension FamilyChoice {
    /// `-4` or `-6`, as it was typed.
    var option: String? { usesIPv4 ? "-4" : usesIPv6 ? "-6" : nil }

    /// - Throws: wrong usage, where `--source` is of another family than what is wanted or what is connected to.
    func check(_ source: SocketAddress?, for endpoint: Endpoint) throws(Failure) {
        guard let source else { return }
        if let option, let wanted = preference.family, wanted != source.family {
            throw Failure.family(option, wanted, of: source)
        }
        if let own = endpoint.family, own != source.family { throw Failure.family(of: source, endpoint, own) }
    }

    /// Why a name has no address, if it is that it has some of the other family.
    func contradiction(_ error: any Error, _ endpoint: Endpoint, from source: SocketAddress? = nil) async -> Failure? {
        guard let error = error as? SocketError, error.code == .nameNotFound || error.code == .invalidAddress else {
            return nil
        }
        guard let name = endpoint.hostName, let wanted = preference.family ?? source?.family else { return nil }
        var resolver = Resolver.system
        // The name service has just answered, and that this is asked at all is a courtesy.
        resolver.timeLimit = .seconds(2)
        guard let found = try? await resolver.addresses(of: endpoint), !found.isEmpty,
            !found.contains(where: { $0.family == wanted })
        else { return nil }
        guard let option else {
            let wish = "--source \(source?.hostName ?? "") is \(wanted)"
            return Failure.family(name, has: found, wanted, wish, without: "--source")
        }
        return Failure.family(name, has: found, wanted, "\(option) asks for \(wanted)", without: option)
    }
}

extension Endpoint {
    /// The family of an address; nil for a name, which may have both, and for what means both.
    var family: AddressFamily? {
        switch kind {
        case .address(let address): address.family
        case .zoned: .ipv6
        case .loopback, .any, .host, .invalid: nil
        }
    }
}
