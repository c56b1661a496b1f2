// A client does not reach its server: the address tells most.
extension Fitting {
    static let connecting = refused + silent + unreachable + names

    private static let refused = [
        Fitting("connection-refused", [.address(.loopback)]) {
            $0.meaning = """
                This computer itself answered "no" at once: the address is its own, so no network and no other computer is \
                concerned. No program listens on exactly that address and port.
                """
            $0.drop = ["the server listens on 127.0.0.1 only", "a firewall rejects", "\"localhost\" led"]
            $0.dropNext = ["sockeye serve '*:"]
        },
        Fitting("connection-refused", [.bothLoopbacks]) {
            $0.meaning = """
                A name, such as localhost, led to both addresses of this computer itself, ::1 (IPv6) and 127.0.0.1 (IPv4), and \
                both answered "no" at once. No program listens on that port at either.
                """
        },
        Fitting("connection-refused", [.address(.localhostName)]) {
            $0.add = [
                "\"localhost\" led to ::1 (IPv6), and the server listens on 127.0.0.1 (IPv4) only, or the other way round"
            ]
            $0.first = ["the server is not running", "the server listens on another port"]
        },
        Fitting("connection-refused", [.address(.ipv6Loopback)]) {
            $0.add = [
                "::1 is this computer's IPv6 address, perhaps by the name localhost, and the server listens on 127.0.0.1 (IPv4) only"
            ]
        },
        Fitting("connection-refused", [.address(.elsewhere)]) {
            $0.drop = ["\"localhost\" led"]
            $0.first = ["the server is not running", "the server listens on 127.0.0.1 only"]
        },
        Fitting("connection-refused", [.address(.portZero)]) {
            $0.add = ["the port is 0: a client cannot connect to port 0; a server that binds to it gets a free one"]
            $0.addNext = ["use the port that the server says it listens on"]
        },
        Fitting("address-not-connectable", [.address(.portZero)]) {
            $0.add = ["the port is 0: a client cannot connect to port 0; a server that binds to it gets a free one"]
            $0.addNext = ["use the port that the server says it listens on"]
        },
        Fitting("address-not-connectable", [.address(.unspecified)]) {
            $0.drop = ["a server (or a client) binds", "so many connections"]
        },
    ]

    private static let silent = [
        Fitting("connect-timed-out", [.unsure]) {
            $0.title = "connecting failed, and the message does not say whether it was refused or nothing answered"
            $0.meaning = """
                A refusal takes a few milliseconds (on Windows two seconds). If it took longer, nothing answered, or a router said \
                that there is no way to the computer.
                """
            $0.add = ["no program listens on that address and port, so the computer refuses"]
        },
        Fitting("connect-timed-out", [.address(.loopback)]) {
            $0.first = ["the server is so busy"]
            $0.drop = ["a private address", "the Wi-Fi keeps", "the address is wrong"]
        },
        Fitting("connect-timed-out", [.address(.isPublic)]) { $0.drop = ["a private address", "the Wi-Fi keeps"] },
        Fitting("connect-timed-out", [.address(.isPrivate)]) {
            $0.first = ["the address is wrong", "a private address", "a firewall drops"]
        },
        Fitting("host-unreachable", [.address(.isPublic)]) {
            $0.drop = ["no computer with that address", "the Wi-Fi keeps"]
        },
        Fitting("host-unreachable", [.notWindows, .address(.isPrivate)]) {
            $0.first = ["no computer with that address"]
        },
    ]

    private static let unreachable = [
        Fitting("network-unreachable", [.address(.ipv6)]) { $0.first = ["the address is IPv6"] },
        Fitting("network-unreachable", [.address(.ipv4)]) { $0.drop = ["the address is IPv6"] },
        Fitting("network-unreachable", [.address(.group)]) { $0.first = ["the address was mistyped"] },
    ]

    private static let names = [
        Fitting("name-not-found", [.address(.notName)]) {
            $0.causes = [
                "where the name belongs stands more than a name: http://, a path, a port or a blank has to go"
            ]
            $0.dropNext = ["getent hosts"]
        },
        Fitting("name-not-found", [.call(.bind)]) {
            $0.add = [
                "a server binds to a name that is not this computer's: use \"0.0.0.0\" for every address, or \"127.0.0.1\""
            ]
            $0.drop = ["the other computer is in your network"]
        },
        Fitting("family-mismatch", [.notWindows]) { $0.drop = ["AF_UNIX on a Python for Windows"] },
        Fitting("already-connected", [.call(.connect)]) { $0.drop = ["sendto with an address"] },
        Fitting("already-connected", [.call(.sendTo)]) {
            $0.causes = ["sendto with an address on a socket that is connected: use send"]
            $0.next = ["s.send(data)  # goes to the address that connect has set"]
        },
        Fitting("not-connected", [.call(.receive)]) { $0.dropNext = ["in a client: connect before"] },
        Fitting("not-connected", [.call(.shutdown)]) {
            $0.meaning = "shutdown was called on a socket that is connected to nobody, or no longer."
            $0.first = ["the other side had reset"]
            $0.next = ["this is harmless at the end of a conversation: catch it, and close the socket"]
        },
        Fitting("connect-in-progress", [.call(.connect)]) { $0.first = ["the socket is non-blocking"] },
    ]
}
