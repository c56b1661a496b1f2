import Sockeye

/// What the relay says when it is ready.
struct RelayAnnouncement {
    let lines: [String]

    init(of address: SocketAddress, target: Endpoint, isQuiet: Bool) {
        // The first line always, and as `serve` has it: with port 0 nothing else tells the port.
        var lines = ["Listening on \(address)"]
        if !isQuiet {
            lines.append("What comes goes on to \(target), and what that answers comes back.")
            lines.append("Let the client connect to \(Self.typed(address)) instead. Ctrl-C ends it.")
        }
        self.lines = lines
    }

    private static func typed(_ address: SocketAddress) -> String {
        guard let port = address.port, address.isAny else { return "\(address)" }
        return "port \(port) of this computer"
    }

    func say() {
        for line in lines { Console.say(line) }
    }
}
