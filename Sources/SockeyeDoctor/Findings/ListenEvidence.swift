package import SockeyeSystem

/// All that was seen while trying to listen at one place; what follows from it is ``ListenVerdict``'s business.
package struct ListenEvidence: Sendable, Equatable {
    /// What binding a socket there answered; nil is success.
    package struct Binding: Sendable, Equatable {
        package let address: SocketAddress
        /// As a server that sets nothing: `socket()`, `bind()`.
        package let plain: Errno?
        /// With `SO_REUSEADDR`, as servers should.
        package let reusing: Errno?

        package init(_ address: SocketAddress, plain: Errno?, reusing: Errno?) {
            self.address = address
            self.plain = plain
            self.reusing = reusing
        }
    }

    /// What was typed, without its scheme: `*:1337`.
    package var target: String
    /// A server of TCP, or a program that takes datagrams.
    package var kind = SocketKind.stream
    package var port: UInt16
    package var lookUp: LookUp
    package var binding: Binding?
    /// The port is taken, and for IPv4 it is free: whoever has it takes IPv6 only.
    package var isFreeForIPv4 = false
    package var state = ComputerState()
    package var firewall = Firewall()

    package init(target: String, port: UInt16, lookUp: LookUp) {
        self.target = target
        self.port = port
        self.lookUp = lookUp
    }

    /// What was typed, `udp:*:1337`.
    var place: String { scheme + target }

    private var scheme: String { kind == .datagram ? "udp:" : "" }

    /// The name that firewalls have for the protocol.
    var transport: String { kind == .datagram ? "udp" : "tcp" }

    /// An address for a command line, with its scheme, and in quotes where a shell would take the asterisk for file names.
    func typed(_ address: String) -> String { Words.shell(scheme + address) }

    /// What was typed, with another port.
    func typed(port: UInt16) -> String {
        typed(target.lastIndex(of: ":").map { "\(target[...$0])\(port)" } ?? "\(port)")
    }

    /// The sockets that are in the way: the same protocol and port, and an address that overlaps.
    var rows: [SocketRow] {
        guard let address = binding?.address else { return [] }
        return (kind == .datagram ? state.datagramSockets : state.sockets).filter { row in
            row.local.port == port && (row.local.isAny || address.isAny || row.local.isSameHost(as: address))
        }
    }
}
