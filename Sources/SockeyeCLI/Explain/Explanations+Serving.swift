/// A server does not get its address, or no clients.
extension Explanation {
    static let serving: [Explanation] = [
        Explanation(
            id: "address-in-use",
            title: "address already in use: something holds that port",
            meaning: """
                A server asked for an address and port that is taken: by a program that listens there now, or by remains \
                of an earlier one, which fade away within a minute.
                """,
            causes: [
                "your own server still runs, perhaps in another terminal or in the background",
                "it ended a moment ago, and its old connections are in TIME_WAIT (servers without SO_REUSEADDR must wait)",
                "another program uses the port: 5000 and 7000 on macOS are AirPlay's",
                "bind is called twice, as when a reloader or a debugger starts the program two times",
            ],
            next: [
                "sockeye doctor --listen {port}  # says which program it is, or how many seconds it takes",
                "s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # before bind (not on Windows, where it means something else)",
                "another port",
            ],
            errnos: ["EADDRINUSE"],
            phrases: [
                "address already in use", "EADDRINUSE", "address in use", "kind: AddrInUse",
                "Only one usage of each socket address", "port is already allocated", "port*already in use",
                "port*is in use", "bind*address already in use",
                "Adresse wird bereits verwendet", "Adresse déjà utilisée", "dirección ya se está usando",
                "Indirizzo già in uso", "kann normalerweise nur jeweils einmal verwendet werden",
            ]
        ),
        Explanation(
            id: "address-not-mine",
            title: "cannot assign requested address: a server can only listen on addresses of its own computer",
            meaning: "bind was given an address that no network interface of this computer has.",
            causes: [
                "the address is the router's public one, or another computer's: bind to 0.0.0.0 instead, and let clients use it",
                "the computer has got another address since (DHCP, another Wi-Fi)",
                "the program runs in a container, which has an address of its own",
                "a client gets it from connect: then all local ports are used up, by very many short connections",
            ],
            next: [
                "sockeye serve '*:{port}'  # listens on every address; in code: bind to 0.0.0.0 (or ::)",
                "sockeye doctor  # lists the addresses of this computer",
            ],
            errnos: ["EADDRNOTAVAIL"],
            phrases: [
                "cannot assign requested address", "can't assign requested address", "address not available",
                "kind: AddrNotAvailable", "bind*requested address is not valid in its context",
            ]
        ),
        Explanation(
            id: "permission-denied",
            title: "permission denied: the system does not let this program use the address",
            meaning:
                "An ordinary user asked for something that is kept for administrators, or that a firewall or policy forbids.",
            causes: [
                "the server wants a port below 1024 without being administrator",
                "on Windows: another program holds the port exclusively, or the port is in a reserved range (Hyper-V, WSL)",
                "datagrams to a broadcast address without SO_BROADCAST",
                "a firewall on this computer, SELinux or a sandbox forbids it",
                "a Unix socket whose file or folder belongs to somebody else",
                "no socket at all: if the message ends with the name of a file, that file is what may not be opened",
            ],
            next: [
                "use a port of 1024 or more, such as 8080",
                "sockeye doctor --listen {port}",
                "netsh interface ipv4 show excludedportrange protocol=tcp  # on Windows: lists the reserved ports",
            ],
            errnos: ["EACCES"],
            phrases: [
                "permission denied", "PermissionError", "EACCES", "kind: PermissionDenied",
                "forbidden by its access permissions", "forbidden by*access permissions",
            ]
        ),
        Explanation(
            id: "not-permitted",
            title: "operation not permitted: this needs rights that the program does not have",
            meaning: "The system or a firewall on this computer refused the operation itself.",
            causes: [
                "a raw socket (ping, sniffing) without being administrator",
                "a firewall rule on this computer drops what the program sends",
                "a sandbox: on macOS the App Sandbox without \"Outgoing/Incoming Connections\", or a container without the capability",
            ],
            next: [
                "sudo nft list ruleset  # shows the firewall's rules (on Linux)",
                "in Xcode: Signing & Capabilities, App Sandbox, tick Incoming and Outgoing Connections",
            ],
            errnos: ["EPERM"],
            phrases: ["operation not permitted", "EPERM"]
        ),
        Explanation(
            id: "not-listening",
            title: "accept on a socket that does not listen",
            meaning: "accept was called before bind and listen, or on a socket of the wrong kind.",
            causes: [
                "listen was forgotten, or its error ignored",
                "accept is called on the connection instead of the server's socket",
                "the socket was closed or shut down by another thread meanwhile",
            ],
            next: ["the order is: socket, bind, listen, then accept in a loop"],
            phrases: [
                "accept*invalid argument", "accept*EINVAL", "Socket is not bound yet", "not bound yet",
                "Please call the Bind() method", "NotYetBoundException", "You must call*Start()*before",
            ]
        ),
        Explanation(
            id: "invalid-argument",
            title: "invalid argument: the call makes no sense for this socket in its present state",
            meaning: "The system looked at the arguments and the socket's state and found that they do not fit.",
            causes: [
                "bind is called twice on one socket",
                "accept without listen, or after the socket was shut down",
                "a link-local IPv6 address (fe80::…) without its interface: write fe80::1%eth0",
                "in C: the length that is passed with the address is wrong",
            ],
            next: ["look at which call failed: the line of your own code above the message has it"],
            errnos: ["EINVAL"],
            phrases: ["invalid argument", "EINVAL", "an invalid argument was supplied"]
        ),
        Explanation(
            id: "unix-socket-missing",
            title: "the Unix socket's file is not there",
            meaning: "A Unix socket is found by a path, and nothing is at that path.",
            causes: [
                "the server is not started, or uses another path",
                "the path is relative, and the two programs run in different folders",
                "for a server: the folder of the path does not exist",
            ],
            next: [
                "ss -lx  # lists the Unix sockets that are listened on (on Linux)",
                "use an absolute path on both sides",
            ],
            phrases: [
                "dial unix*no such file or directory", "connect ENOENT", "connect*FileNotFoundError",
                "connect*no such file or directory", "unix*no such file or directory", "sock*no such file or directory",
            ]
        ),
        Explanation(
            id: "unix-path-too-long",
            title: "the Unix socket's path is too long",
            meaning: "The name of a Unix socket has room for 107 bytes on Linux and 103 on macOS; the path is longer.",
            causes: ["a deep temporary folder, as build and test tools make them"],
            next: ["use a short path such as /tmp/x.sock, or change into the folder and use a relative one"],
            phrases: [
                "AF_UNIX path too long", "unix*path too long", "path must be shorter than", "socket path too long",
            ]
        ),
        Explanation(
            id: "operation-not-supported",
            title: "operation not supported: this kind of socket cannot do that",
            meaning: "The call exists, but not for this socket: datagram (UDP) sockets neither listen nor accept.",
            causes: [
                "listen or accept on a UDP socket: a UDP server binds, and calls recvfrom at once",
                "an option of one protocol on a socket of another",
            ],
            next: ["for TCP: SOCK_STREAM; for UDP: bind, recvfrom, sendto, without listen and accept"],
            errnos: ["EOPNOTSUPP", "ENOPROTOOPT"],
            phrases: [
                "operation not supported", "protocol not available", "not supported for the type of object referenced",
                "not supported on socket",
            ]
        ),
    ]
}
