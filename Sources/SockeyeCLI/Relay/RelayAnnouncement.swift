import Sockeye

/// What the relay says when it is ready.
struct RelayAnnouncement {
    let lines: [String]

    init(of address: SocketAddress, _ kind: SocketKind, target: String, isQuiet: Bool) {
        // The first line always, and as `serve` has it: with port 0 nothing else tells the port.
        var lines = ["Listening on \(TypedAddress.text(for: address, kind))"]
        if !isQuiet {
            lines.append("What comes goes on to \(target), and what that answers comes back.")
            lines.append("Let the client connect to \(Self.typed(address, kind)) instead. Ctrl-C ends it.")
        }
        self.lines = lines
    }

    private static func typed(_ address: SocketAddress, _ kind: SocketKind) -> String {
        guard let port = address.port, address.isAny else { return TypedAddress.text(for: address, kind) }
        return "\(kind == .datagram ? "UDP port" : "port") \(port) of this computer"
    }

    func say() {
        for line in lines { Console.say(line) }
    }
}
