// A server does not get its address, or no clients.
extension Fitting {
    static let serving = inUse + permissions + listening

    private static let inUse = [
        Fitting("address-in-use", [.address(.portOfAirPlay)]) { $0.first = ["another program uses the port: 5000"] },
        Fitting("address-in-use", [.windows]) {
            $0.drop = ["it ended a moment ago"]
            $0.dropNext = ["s.setsockopt"]
        },
        Fitting("address-in-use", [.reusing]) {
            $0.meaning = """
                A server asked for an address and port that another program listens on now. (Remains of an earlier server are \
                not in the way here: SO_REUSEADDR is set already.)
                """
            $0.drop = ["it ended a moment ago"]
            $0.dropNext = ["s.setsockopt"]
        },
        Fitting("address-in-use", [.windows, .reusing]) {
            $0.meaning = """
                A server asked for an address and port that another program has now. (On Windows, remains of an earlier server are \
                in nobody's way.)
                """
        },
        Fitting("address-in-use", [.windows]) {
            $0.dropNext = ["sockeye doctor --listen"]
            $0.addNext = [
                "netstat -ano | findstr :{port}  # says on Windows which program it is: its number stands last"
            ]
        },
        Fitting("address-not-mine", [.call(.bind)]) { $0.drop = ["a client gets it from connect"] },
    ]

    private static let permissions = [
        Fitting("permission-denied", [.notWindows]) {
            $0.drop = ["on Windows: another program"]
            $0.dropNext = ["netsh "]
        },
        Fitting("permission-denied", [.windows]) {
            $0.meaning =
                "Windows keeps no ports for administrators, not even below 1024: something else forbids this one."
            $0.causes = [
                "on Windows: another program holds the port exclusively",
                "the port is in a reserved range (Hyper-V, WSL, Docker)",
                "a firewall on this computer, or an antivirus program, forbids it",
                "datagrams to a broadcast address without SO_BROADCAST",
            ]
            $0.dropNext = ["use a port of 1024 or more"]
        },
        Fitting("permission-denied", [.address(.portHigh)]) {
            $0.drop = ["the server wants a port below 1024"]
            $0.dropNext = ["use a port of 1024 or more"]
        },
        Fitting("permission-denied", [.call(.bind), .address(.portLow)]) {
            $0.drop = ["datagrams to a broadcast", "a Unix socket whose file", "no socket at all"]
        },
        Fitting("permission-denied", [.call(.bind)]) { $0.drop = ["datagrams to a broadcast"] },
        Fitting("permission-denied", [.call(.connect)]) {
            $0.drop = ["the server wants a port below 1024", "on Windows: another program"]
            $0.first = ["a firewall on this computer", "a Unix socket whose file"]
            $0.next = ["sockeye doctor {address}  # shows what this computer's firewall does"]
        },
        Fitting("permission-denied", [.call(.sendTo)]) {
            $0.drop = ["the server wants a port below 1024", "on Windows: another program", "a Unix socket whose file"]
            $0.first = ["datagrams to a broadcast"]
            $0.next = ["s.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)  # before sendto, for a broadcast"]
        },
        Fitting("permission-denied", [.file]) {
            $0.title = "permission denied: this is about a file, and not about a socket"
            $0.meaning = "The system does not let this program open or run that file. No network is concerned."
            $0.causes = [
                "the file or its folder belongs to somebody else, or is protected against writing",
                "a script or program that is not marked as one: chmod +x makes it so",
            ]
            $0.next = ["ls -l  # in the file's folder: shows whose it is, and who may do what"]
        },
        Fitting("not-permitted", [.rawSocket]) {
            $0.causes = ["a raw socket (ping, sniffing) without being administrator"]
            $0.next = ["run it with sudo, or use an ordinary socket: SOCK_STREAM or SOCK_DGRAM"]
        },
        Fitting("not-permitted", [.call(.connect)]) { $0.drop = ["a raw socket"] },
        Fitting("not-permitted", [.call(.send)]) { $0.drop = ["a raw socket"] },
        Fitting("not-permitted", [.call(.sendTo)]) { $0.first = ["a firewall rule"] },
    ]

    private static let listening = [
        Fitting("invalid-argument", [.call(.bind)]) {
            $0.drop = ["accept without listen"]
        },
        Fitting("invalid-argument", [.call(.connect)]) {
            $0.drop = ["bind is called twice", "accept without listen"]
        },
        Fitting("invalid-argument", [.notC]) { $0.drop = ["in C: the length"] },
        Fitting("unix-socket-missing", [.call(.connect)]) { $0.drop = ["for a server: the folder"] },
        Fitting("unix-socket-missing", [.call(.bind)]) {
            $0.drop = ["the server is not started"]
            $0.first = ["for a server: the folder"]
        },
        Fitting("operation-not-supported", [.call(.listen)]) { $0.drop = ["an option of one protocol"] },
        Fitting("operation-not-supported", [.call(.accept)]) { $0.drop = ["an option of one protocol"] },
        Fitting("operation-not-supported", [.call(.option)]) {
            $0.meaning = "The option exists, but not for this kind of socket, or not on this system."
            $0.drop = ["listen or accept on a UDP socket"]
            $0.next = ["look up for which sockets and systems the option is: man 7 tcp, man 7 socket"]
        },
    ]
}
