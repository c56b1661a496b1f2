internal import CSockeye

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

    /// Options of TCP that have their place among those of every socket: a datagram socket takes them, and does nothing about
    /// them.
    private var isUncheckedByKernel: Bool { scope == .tcp && level == sockeye_level_socket }

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

    /// Refuses what this socket has no use for, and the kernel takes all the same.
    func check(_ descriptor: Int32, _ family: AddressFamily?, showing value: String?) throws(SocketError) {
        try check(family, showing: value)
        guard isUncheckedByKernel, let kind = try? Syscalls.kind(descriptor), kind != .stream else { return }
        throw refusal(Self.onlyTCP, showing: value)
    }

    private func check(_ family: AddressFamily?, showing value: String?) throws(SocketError) {
        let isMissing =
            switch scope {
            case .every: false
            case .internet, .tcp: family == .unix
            case .ipv6: family == .unix || family == .ipv4
            }
        guard isMissing, let family else { return }
        throw refusal(why(family), showing: value)
    }

    /// - Parameter value: nil when the option is read.
    func refusal(_ reason: String, showing value: String?) -> SocketError {
        let operation = value == nil ? SocketError.Operation.optionValue : .option
        return SocketError(.unsupported, operation, detail: "\(statement(value)): \(reason)")
    }

    private static let onlyTCP = "only TCP sockets have it"

    private func why(_ family: AddressFamily) -> String {
        let socket = family == .unix ? "a Unix socket" : "an \(family) socket"
        if number == sockeye_so_rcvbuf, level == sockeye_level_socket {
            return "this is \(socket), and what is sent to it stays in the sender's buffer (SO_SNDBUF)"
        }
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
    func error(
        _ errno: Errno,
        _ operation: SocketError.Operation,
        on descriptor: Int32,
        showing value: String?
    ) -> SocketError {
        let reason = reason(errno, on: descriptor)
        return SocketError(errno, operation, detail: reason.map { "\(statement(value)): \($0)" } ?? statement(value))
    }

    private func reason(_ errno: Errno, on descriptor: Int32) -> String? {
        switch errno {
        case .noSuchDevice: "this computer has no network interface of that name"
        case .notPermitted, .permissionDenied: "only root may do that (or a program with CAP_NET_RAW or CAP_NET_ADMIN)"
        case .noSuchOption, .notSupported: reasonToMiss(on: descriptor)
        case .invalidArgument: "the kernel does not take this now"
        default: nil
        }
    }

    private func reasonToMiss(on descriptor: Int32) -> String {
        guard scope == .tcp else { return "this socket does not have it" }
        guard (try? Syscalls.kind(descriptor)) == .stream else { return Self.onlyTCP }
        return number == sockeye_tcp_fastopen_connect
            ? "this computer has it switched off (net.ipv4.tcp_fastopen)" : "this kernel does not have it"
    }
}
