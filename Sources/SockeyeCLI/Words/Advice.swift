import Sockeye
import SockeyeSystem

/// The likely cause of a network error, and what to try next. A pure mapping: it looks nothing up.
struct Advice: Equatable {
    let cause: String
    let next: [String]

    init(_ cause: String, _ next: [String]) {
        self.cause = cause
        self.next = next
    }

    /// - Parameters:
    ///   - endpoint: What was typed.
    ///   - facts: What this computer knows about it.
    ///   - command: The subcommand, for the commands that are proposed.
    init(for error: SocketError, at endpoint: Endpoint, facts: Facts = Facts(), command: String) {
        let situation = Situation(error: error, endpoint: endpoint, facts: facts, command: command)
        if let advice = Self.ofSource(error, facts, target: situation.typed) {
            self = advice
            return
        }
        self =
            switch error.code {
            case .refused: Self.refused(situation)
            case .addressInUse: Self.addressInUse(situation)
            case .permissionDenied: Self.permissionDenied(situation)
            case .addressNotAvailable: Self.addressNotAvailable(situation)
            case .nameNotFound: Self.nameNotFound(situation)
            case .nameServiceUnavailable: Self.nameServiceUnavailable(situation)
            case .unreachable: Self.unreachable(situation)
            case .timedOut: Self.timedOut(situation)
            case .reset: Self.reset(situation)
            case .exhausted:
                Advice("this process may not open more files", ["ulimit -n 4096, then the same command again"])
            case .unsupported where error.operation == .option:
                Advice(
                    "an option of the command asks for what this kind of socket does not have",
                    ["sockeye \(command) \(Failure.quoted(endpoint.description))   without that option"]
                )
            case .unsupported:
                Advice(
                    "this kernel does not offer that kind of socket",
                    ["sockeye \(command) 127.0.0.1:\(situation.port)"]
                )
            case .invalidArgument where situation.lacksZone:
                Advice(
                    "an address of one network segment is found on an interface, and there may be several",
                    [
                        "sockeye \(command) \(situation.withZone)   names the interface: eth0 or another of this computer",
                        "ip -brief address   lists the interfaces of this computer",
                    ]
                )
            case .invalidAddress:
                Advice(
                    "the address names something that this computer does not have",
                    ["ip -brief address   lists its network interfaces and their addresses"]
                )
            default:
                Advice(
                    "sockeye has no explanation for this answer of the system",
                    ["sockeye \(situation.explaining) \(situation.typed) --explain   shows each step"]
                )
            }
    }
}

/// One failed attempt, and the words for it.
struct Situation {
    let error: SocketError
    let endpoint: Endpoint
    let facts: Facts
    let command: String

    /// The command, or `connect` in place of one that has no `--explain`.
    var explaining: String { ["serve", "connect"].contains(command) ? command : "connect" }

    /// A load wants everything back.
    var echo: String { command == "bench" ? "--echo --quiet " : "" }

    /// 1337 stands in where none is known.
    var port: UInt16 { endpoint.port ?? remote?.port ?? error.localAddress?.port ?? 1337 }
    var typed: String { Failure.quoted(endpoint.description) }
    var remote: SocketAddress? { error.remoteAddress ?? endpoint.socketAddress }
    var unixPath: String? { (error.remoteAddress ?? error.localAddress ?? endpoint.socketAddress)?.unixPath }

    /// Whether it is an IPv6 address of one link, without the interface.
    var lacksZone: Bool { (error.remoteAddress ?? error.localAddress ?? endpoint.socketAddress)?.lacksZone == true }
    var withZone: String { Failure.quoted(endpoint.description.replacing("]", with: "%eth0]")) }

    /// Where a server on this computer would be reached: the port alone is 127.0.0.1 and ::1, and no other of its addresses.
    var ownAddress: String {
        guard case .address(let address) = endpoint.kind, address.isLoopback,
            address != .ipv4(.loopback, port: port), address != .ipv6(.loopback, port: port)
        else { return String(port) }
        return address.description
    }

    /// Whether the other side is a program on this computer.
    var isHere: Bool {
        if case .loopback = endpoint.kind { return true }
        return remote?.isLoopback == true || remote?.family == .unix
    }

    /// The other computer, without its port: as `ping` and `ip route get` take it.
    var host: String {
        if let name = endpoint.hostName { return name }
        return remote.map(Self.host) ?? endpoint.description
    }

    var address: String { remote.map(Self.host) ?? host }

    private static func host(_ address: SocketAddress) -> String {
        switch address.kind {
        case .ipv4(let ip, _): "\(ip)"
        case .ipv6(let ip, _, _, _): "\(ip)"
        case .unixPath, .unixAbstract, .unixUnnamed: "\(address)"
        }
    }
}
