/// Which option: its name in C, its numbers, and which sockets have it.
package struct OptionName: Hashable, Sendable, CustomStringConvertible {
    package let description: String
    let level: Int32
    let number: Int32
    let scope: Scope
    /// The numbers on an IPv6 socket, where they differ.
    private(set) var ofIPv6: Numbers?

    struct Numbers: Hashable, Sendable {
        let level: Int32
        let number: Int32
    }

    enum Scope: Hashable, Sendable {
        case every
        /// IPv4 and IPv6. A Unix socket takes some of these and does nothing about them, which helps nobody.
        case internet
        case tcp
        case ipv6
    }

    init(_ description: String, _ level: Int32, _ number: Int32, _ scope: Scope, ofIPv6: Numbers? = nil) {
        self.description = description
        self.level = level
        self.number = number
        self.scope = scope
        self.ofIPv6 = ofIPv6
    }

    func numbers(_ family: AddressFamily?) -> (level: Int32, number: Int32) {
        if family == .ipv6, let ofIPv6 { return (ofIPv6.level, ofIPv6.number) }
        return (level, number)
    }

    /// What an IPv6 socket is asked to do for its IPv4 peers.
    var ofMappedIPv4: (level: Int32, number: Int32)? { ofIPv6 == nil ? nil : (level, number) }

    /// Refuses what a socket of this family has no use for.
    func check(_ family: AddressFamily?, showing value: String?) throws(SocketError) {
        let isMissing =
            switch scope {
            case .every: false
            case .internet, .tcp: family == .unix
            case .ipv6: family == .unix || family == .ipv4
            }
        guard isMissing, let family else { return }
        let operation = value == nil ? SocketError.Operation.optionValue : .option
        throw SocketError(.unsupported, operation, detail: "\(statement(value)): \(why(family))")
    }

    private func why(_ family: AddressFamily) -> String {
        let socket = family == .unix ? "a Unix socket" : "an \(family) socket"
        let owner =
            switch scope {
            case .tcp: "TCP has"
            case .ipv6: "IPv6 has"
            case .every, .internet: "IPv4 and IPv6 have"
            }
        return "this is \(socket), and only \(owner) the option"
    }

    private func statement(_ value: String?) -> String { value.map { "\(self) = \($0)" } ?? "\(self)" }

    /// The kernel's answer, with what it was about and what that number means here.
    func error(_ errno: Errno, _ operation: SocketError.Operation, showing value: String?) -> SocketError {
        SocketError(errno, operation, detail: reason(errno).map { "\(statement(value)): \($0)" } ?? statement(value))
    }

    private func reason(_ errno: Errno) -> String? {
        switch errno {
        case .noSuchDevice: "this computer has no network interface of that name"
        case .notPermitted, .permissionDenied: "only root may do that (or a program with CAP_NET_RAW or CAP_NET_ADMIN)"
        case .noSuchOption, .notSupported: scope == .tcp ? "only TCP sockets have it" : "this socket does not have it"
        case .invalidArgument: "the kernel does not take this now"
        default: nil
        }
    }
}
