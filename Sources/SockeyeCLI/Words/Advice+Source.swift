import Sockeye
import SockeyeSystem

/// Advice for whoever chooses with `--source` where to connect from: the port is that of the source then, and not the target's.
extension Advice {
    /// nil for what is no different without a source.
    ///
    /// - Parameter typed: The target, as a command takes it.
    static func ofSource(_ error: SocketError, _ facts: Facts, target typed: String) -> Advice? {
        guard error.isOfSource, let source = error.localAddress, source.family != .unix else { return nil }
        let (host, port) = (source.hostName, source.port ?? 0)
        let chooses = "sockeye connect \(typed)   lets the kernel choose"
        switch error.code {
        case .addressNotAvailable:
            let own = facts.ownAddresses.prefix(3).joined(separator: ", ")
            return Advice(
                "--source takes an address of this computer" + (own.isEmpty ? "" : ", and those are \(own)"),
                [chooses, "ip -brief address   lists the addresses"]
            )
        case .addressInUse:
            return Advice(
                "port \(port) of \(host) is taken, by a program of this computer or by an earlier connection that fades away",
                [
                    "sockeye connect --source \(Failure.quoted(host)) \(typed)   from that address, and any port that is free",
                    "sudo ss -tuanp 'sport = :\(port)'   says who has it",
                ]
            )
        case .permissionDenied where port > 0 && port < facts.firstFreePort:
            return Advice(
                "ports below \(facts.firstFreePort) are for the administrator (net.ipv4.ip_unprivileged_port_start)",
                [
                    "sockeye connect --source \(Failure.quoted(host)) \(typed)   from that address, and any port that is free"
                ]
            )
        default:
            return nil
        }
    }
}
