/// A client does not reach its server.
extension Explanation {
    static let connecting: [Explanation] = [
        Explanation(
            id: "connection-refused",
            title: "connection refused: the computer was reached, and no program takes connections on that port",
            meaning: """
                Your packet arrived, and the other computer (or a firewall in front of it) answered "no" at once. The \
                network works as far as that answer; what is missing is a program that listens on exactly that address \
                and port.
                """,
            causes: [
                "the server is not running, or has ended with an error of its own: look at its terminal",
                "the server listens on another port than the client uses",
                "the server listens on 127.0.0.1 only, and the client is on another computer",
                "\"localhost\" led to ::1 (IPv6), and the server listens on 127.0.0.1 (IPv4) only, or the other way round",
                "a firewall rejects the port",
            ],
            next: [
                "sockeye doctor {address}  # finds out which of these it is",
                "ss -ltn  # on the server's computer (netstat -an on Windows and macOS): lists what listens, and on which address",
                "sockeye serve '*:{port}'  # on the server's computer: a server to test with, reachable from outside",
            ],
            errnos: ["ECONNREFUSED"],
            phrases: [
                "connection refused", "ConnectionRefusedError", "actively refused it", "kind: ConnectionRefused",
                "AggregateError [ECONNREFUSED]",
                "\(CallDetail.quickFailure)*Failed to connect to*port",
                "ERR_CONNECTION_REFUSED", "Connect call failed", "ConnectionFailed*refused", "ConnectException",
                "Verbindungsaufbau abgelehnt", "Connexion refusée", "Conexión rehusada", "Connessione rifiutata",
                "Zielcomputer die Verbindung verweigerte", "ordinateur cible l'a expressément refusée",
            ]
        ),
        Explanation(
            id: "all-addresses-failed",
            title: "every address of the name has failed, and the message does not say how (Node's AggregateError)",
            meaning: """
                Node has tried all addresses of a name, for localhost ::1 and 127.0.0.1, and none could be connected to. Its own \
                message is empty; each address has an error of its own.
                """,
            causes: [
                "the server is not running, or on another port: then each address has ECONNREFUSED",
                "nothing answers, or there is no way there: ETIMEDOUT, ENETUNREACH",
            ],
            next: [
                "error.errors.forEach(e => console.error(e.message))  # shows the reason of each address",
                "sockeye doctor {address}  # finds out why",
            ],
            phrases: ["AggregateError", "AggregateError*internalConnectMultiple"],
            followsFrom: ["connection-refused", "connect-timed-out", "network-unreachable", "host-unreachable"]
        ),
        Explanation(
            id: "connect-timed-out",
            title: "connecting timed out: nothing answered, neither yes nor no",
            meaning: """
                The packets that ask for a connection got no answer at all. A computer that is there and reachable \
                would have said yes or no at once, so they, or the answers, are lost on the way or thrown away.
                """,
            causes: [
                "a firewall drops the packets: of the server's computer, of its network, or of a cloud provider",
                "the address is wrong, or of a computer that is switched off",
                "a private address (192.168…, 10…) is used from another network, where it means another computer or none",
                "the Wi-Fi keeps its clients apart (guest networks, hotspots, schools)",
                "the server is so busy that its queue of new connections is full",
            ],
            next: [
                "sockeye doctor {address}  # shows how far the packets come",
                "sockeye doctor --listen {port}  # on the server's computer: shows its addresses and its firewall",
            ],
            errnos: ["ETIMEDOUT"],
            phrases: [
                "Could not connect to the server", "NSURLErrorDomain*-1004", "Failed to connect to*port",
                "AggregateError [ETIMEDOUT]", "urlopen error timed out", "connection timed out", "connect timed out",
                "SocketTimeoutException*connect timed out",
                "Connect to*timed out", "failed to respond*connected host",
                "connect*ETIMEDOUT", "dial*i/o timeout", "Operation timed out", "kind: TimedOut", "ConnectTimeout",
                "ConnectTimeoutError", "Failed to connect*Timeout was reached", "(28) Failed to connect to*port",
                "ERR_CONNECTION_TIMED_OUT",
                "connect*TimeoutError: timed out", "create_connection*timed out", "dial*context deadline exceeded",
                "connectTimeout(", "did not properly respond after a period of time",
                "HTTP connect timed out", "Connection attempt timed out", "UND_ERR_CONNECT_TIMEOUT",
            ]
        ),
        Explanation(
            id: "network-unreachable",
            title: "network is unreachable: this computer knows no way to that address",
            meaning: "Nothing was sent. The table of routes on this computer has no line that leads to the address.",
            causes: [
                "this computer is offline: no Wi-Fi, no cable, no address from the router",
                "the address is IPv6, and this network has IPv4 only",
                "the address was mistyped into one that no network has, or into a group (224.… to 239.…)",
                "a container or virtual machine without a network",
            ],
            next: [
                "sockeye doctor  # shows this computer's addresses and its way out",
                "ip route get {host}  # shows the way that would be taken (it wants the address, not the name)",
            ],
            errnos: ["ENETUNREACH"],
            phrases: [
                "network is unreachable", "network unreachable", "unreachable network", "ERR_INTERNET_DISCONNECTED",
                "NSURLErrorDomain*-1009", "Internet connection appears to be offline",
            ]
        ),
        Explanation(
            id: "host-unreachable",
            title: "no route to host: a router or a firewall says that the computer cannot be reached",
            meaning: """
                There is a network towards the address, and somebody in it answered that the computer itself is not to \
                be reached: nobody in the local network has the address, or a router or firewall refuses.
                """,
            causes: [
                "no computer with that address is switched on in your network, or the address has changed (DHCP)",
                "a firewall rejects with a message: firewalld and many Red Hat systems do so by default",
                "the Wi-Fi keeps its clients apart",
                "on macOS 15 and later: the program may not use the local network (Privacy settings)",
            ],
            next: [
                "sockeye doctor {address}  # tells a firewall's answer from a missing computer",
                "ip neighbour  # lists the computers of your network that have answered",
            ],
            errnos: ["EHOSTUNREACH", "EHOSTDOWN"],
            phrases: [
                "no route to host", "host is unreachable", "host unreachable", "unreachable host", "host is down",
                "kind: HostUnreachable", "NoRouteToHostException",
            ]
        ),
        Explanation(
            id: "network-down",
            title: "network is down: the interface is switched off",
            meaning: "The network card or Wi-Fi that leads there exists, and is off or has lost its connection.",
            causes: [
                "Wi-Fi is off, or the cable is out", "a VPN has just ended", "the phone or laptop has just woken up",
            ],
            next: ["ip -brief address  # shows which interfaces are UP", "sockeye doctor"],
            errnos: ["ENETDOWN"],
            phrases: ["network is down", "dead network"]
        ),
        Explanation(
            id: "address-not-connectable",
            title: "cannot connect from or to that address: it is no place to connect to, or no port is left",
            meaning:
                "The system found no address of its own to call from, or the target is one that nobody can be called at.",
            causes: [
                "the client connects to 0.0.0.0, or to port 0: these are for servers, a client names one computer and port",
                "a server (or a client) binds to an address that no interface of this computer has: the router's public one, say",
                "so many connections were made that all local ports are used up (they wait a minute in TIME_WAIT)",
            ],
            next: [
                "use 127.0.0.1 to reach a server on the same computer, and bind a server to 0.0.0.0, which is every address",
                "ss -s  # counts the connections (on Linux); keep one connection open instead of one for each message",
            ],
            phrases: [
                "connect*cannot assign requested address", "connect*EADDRNOTAVAIL",
                "connect*can't assign requested address",
                "connect*address not available", "requested address is not valid in its context",
                "dial*cannot assign requested address", "connect*kind: AddrNotAvailable",
            ]
        ),
        Explanation(
            id: "already-connected",
            title: "the socket is connected already: a socket connects once",
            meaning:
                "connect was called a second time on the same socket, or listen or sendto on one that is connected.",
            causes: [
                "a loop that reconnects uses the old socket: each connection needs a new one",
                "connect is called on the socket that accept returned, which is connected from the start",
                "sendto with an address on a socket that is connected: use send",
            ],
            next: ["create the socket inside the loop, right before connect, and close it at the loop's end"],
            errnos: ["EISCONN"],
            phrases: [
                "already connected", "AlreadyConnectedException", "is already connected",
                "connect request was made on an already connected socket",
            ]
        ),
        Explanation(
            id: "not-connected",
            title: "the socket is not connected: there is nobody to talk to yet, or no longer",
            meaning: "send, recv or getpeername was called on a socket that is connected to nobody.",
            causes: [
                "a server reads from its listening socket instead of the one that accept returned",
                "connect was not called, or failed and the error was ignored",
                "the other side had reset the connection before",
            ],
            next: [
                "in a server: connection, address = server.accept(), then connection.recv(…)",
                "in a client: connect before the first send",
            ],
            errnos: ["ENOTCONN"],
            phrases: [
                "not connected", "NotYetConnectedException", "kind: NotConnected", "socket is not connected",
                "the socket is not connected and*no address was supplied",
            ]
        ),
        Explanation(
            id: "connect-in-progress",
            title: "the connection is being made: on a non-blocking socket this is no error",
            meaning: "connect has begun, and will be done when the socket becomes writable.",
            causes: [
                "the socket is non-blocking (setblocking(False), O_NONBLOCK), so connect does not wait",
                "connect was called again before the first one was done",
            ],
            next: [
                "wait until the socket is writable (select, poll), then read SO_ERROR: 0 means connected",
                "leave the socket blocking if you did not mean to change that",
            ],
            errnos: ["EINPROGRESS", "EALREADY"],
            phrases: [
                "operation now in progress", "operation already in progress", "ConnectionPendingException",
                "operation is already in progress",
            ]
        ),
    ]
}
