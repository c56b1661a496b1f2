import ArgumentParser
import Sockeye

/// `-4` and `-6`: which addresses of a name are used.
struct FamilyChoice: ParsableArguments {
    @Flag(name: .customShort("4"), help: "IPv4 only.")
    var usesIPv4 = false

    @Flag(name: .customShort("6"), help: "IPv6 only.")
    var usesIPv6 = false

    func validate() throws {
        if usesIPv4, usesIPv6 { throw ValidationError("Choose one of -4 and -6; without them both are used.") }
    }

    var preference: FamilyPreference {
        if usesIPv4 { return .ipv4Only }
        return usesIPv6 ? .ipv6Only : .any
    }

    /// - Parameter text: What was typed.
    /// - Throws: wrong usage, where the address is one of the other family, or of a Unix socket.
    func preference(for endpoint: Endpoint, typed text: String? = nil) throws -> FamilyPreference {
        if let own = endpoint.family, let option, let wanted = preference.family, own != wanted {
            throw Failure(
                attempted: "use the address \(SafeText.line(text ?? endpoint.description))",
                happened: "it is \(own == .unix ? "a Unix socket" : "\(own)"), and \(option) asks for \(wanted)",
                cause: "-4 and -6 choose between the addresses of a name; an address is what it is",
                next: ["the same command without \(option)"],
                status: Failure.wrongUsage
            )
        }
        return preference
    }
}

/// `--source`: the address of this computer that a client comes from.
struct SourceChoice: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The address of this computer to connect from, and a port if it matters: 192.168.1.20, [::1]:4000.",
            valueName: "address"
        )
    )
    var source: String?

    func validate() throws {
        _ = try address()
    }

    func address() throws -> SocketAddress? {
        guard let source else { return nil }
        if let ip = IPv4Address(source) { return .ipv4(ip, port: 0) }
        // Without a port an IPv6 address needs no brackets; its zone is looked up like that of any other.
        let isBareIPv6 = source.utf8.filter { $0 == UInt8(ascii: ":") }.count > 1 && !source.hasPrefix("[")
        let text = isBareIPv6 ? "[\(source)]:0" : source.hasSuffix("]") ? "\(source):0" : source
        let shown = SafeText.line(source)
        let endpoint: Endpoint
        do throws(EndpointError) {
            endpoint = try Endpoint(parsing: text)
        } catch {
            throw ValidationError("--source \(shown): \(error.problem). It takes an address of this computer.")
        }
        switch endpoint.kind {
        case .address(let address) where address.family != .unix:
            return address
        case .zoned:
            do {
                return try endpoint.addresses(for: .connect, family: nil).first
            } catch {
                throw ValidationError("--source \(shown): \(error.detail ?? "\(error)")")
            }
        case .loopback(let port):
            throw ValidationError(
                "--source \(shown): a port alone is written 0.0.0.0:\(port), or [::]:\(port) for IPv6."
            )
        default:
            throw ValidationError(
                "--source \(shown): it takes an address of this computer, as 'ip -brief address' lists them, not a name."
            )
        }
    }
}
