/// A name or an address that leads nowhere, or is none.
extension Explanation {
    static let names: [Explanation] = [
        Explanation(
            id: "name-not-found",
            title: "name not found: nobody knows an address for that name",
            meaning:
                "Before connecting, the name is turned into an address by the name service (DNS). It has no such name.",
            causes: [
                "the name is misspelt, or carries what is no name: http://, a path, a port, a blank",
                "the name is only known in another network (a company's, a VPN's, Docker's)",
                "this computer is offline, or uses a wrong name server",
                "the other computer is in your network and has no DNS name: use its address, or name.local",
            ],
            next: [
                "sockeye doctor {address}", "getent hosts {host}  # asks once more",
                "the name alone: \"example.org\" and the port separately, not \"http://example.org\"",
            ],
            errnos: ["HOST_NOT_FOUND", "NO_DATA"],
            phrases: [
                "name or service not known", "nodename nor servname", "getaddrinfo failed", "ENOTFOUND",
                "UnknownHostException", "no such host", "failed to lookup address", "Could not resolve host",
                "No address associated with hostname", "unknown host",
                "server with the specified hostname could not be found",
                "NSURLErrorDomain*-1003", "name does not resolve", "ERR_NAME_NOT_RESOLVED", "host not found",
                "gaierror",
                "no address associated with name", "nodename nor servname provided, or not known",
                "Name oder Dienst nicht bekannt", "Nom ou service inconnu", "Nombre o servicio desconocido",
            ]
        ),
        Explanation(
            id: "name-service-silent",
            title: "the name service did not answer",
            meaning: "Whether the name exists is unknown: the name server could not be asked, or gave no answer.",
            causes: [
                "this computer is offline, or behind a login page of a Wi-Fi",
                "/etc/resolv.conf names a server that is not reachable; in containers a frequent one",
                "a VPN has taken over the name service and is not connected",
            ],
            next: [
                "sockeye doctor  # shows the way out of this computer", "cat /etc/resolv.conf",
                "use the address instead",
            ],
            errnos: ["TRY_AGAIN", "NO_RECOVERY"],
            phrases: [
                "temporary failure in name resolution", "EAI_AGAIN", "server misbehaving", "Resolving timed out",
                "lookup*i/o timeout", "usually a temporary error during hostname resolution",
                "failure in name resolution", "Errno 11002*getaddrinfo failed", "Errno 11003*getaddrinfo failed",
                "error occurred during a database lookup", "DNS_PROBE_FINISHED_NO_INTERNET",
            ]
        ),
        Explanation(
            id: "address-malformed",
            title: "the text is no address in the form that the function takes",
            meaning: "The address was read before anything was sent, and does not have the form host:port or a.b.c.d.",
            causes: [
                "the port is missing: write 127.0.0.1:1337",
                "an IPv6 address without brackets: write [::1]:1337",
                "a name where only a numeric address is taken: localhost is one for the name service, not for inet_pton",
            ],
            next: ["127.0.0.1:{port}", "[::1]:{port}"],
            phrases: [
                "missing port in address", "too many colons in address", "invalid socket address",
                "illegal IP address string", "invalid IP address syntax", "AddrParseError",
                "does not appear to be an IPv4 or IPv6",
                "inet_pton*not in presentation format", "ERR_INVALID_IP_ADDRESS", "invalid address family",
                "An invalid IP address was specified", "URISyntaxException",
                "missing brackets in address",
                "failedToParseIPString", "failed to parse IP",
            ]
        ),
        Explanation(
            id: "port-out-of-range",
            title: "the port is no number from 0 to 65535",
            meaning: "A port has 16 bits: 1 to 65535 can be connected to, and 0 means \"any\" to a server.",
            causes: [
                "a typing error: 80800 instead of 8080",
                "an environment variable or argument that is empty or no number",
                "a word where a number belongs, and no service of that name is known (http and ssh are known)",
            ],
            next: [
                "print the port before it is used",
                "ports from 1024 to 49151 are a good choice for servers of your own",
            ],
            phrases: [
                "port must be 0-65535", "port out of range", "ERR_SOCKET_BAD_PORT", "Port should be", "invalid port",
                "must be between 0 and 65535", "address*invalid port", "getsockaddrarg: port must be",
                "Port number out of range", "outside of range", "Port value out of range", "unknown port",
                "Servname not supported for ai_socktype", "service/proto not found",
                "must be an integer from 0 to 65535",
            ]
        ),
        Explanation(
            id: "family-mismatch",
            title: "address family not supported: an IPv4 socket got an IPv6 address, or the other way round",
            meaning:
                "A socket is made for one family of addresses, AF_INET (127.0.0.1) or AF_INET6 (::1), and takes only those.",
            causes: [
                "\"::1\" or a name that leads to IPv6 on an AF_INET socket",
                "IPv6 is switched off on this computer, or in this container",
                "AF_UNIX on a Python for Windows, which lacks it",
            ],
            next: [
                "socket.create_connection((host, port))  # tries both families",
                "127.0.0.1 instead of localhost, when the server has IPv4 only",
            ],
            errnos: ["EAFNOSUPPORT"],
            phrases: [
                "address family not supported", "Protocol family unavailable",
                "Address family for hostname not supported",
                "address incompatible with the requested protocol", "has no attribute 'AF_UNIX'",
                "mismatched address family",
                "no suitable address found", "family not supported by protocol",
            ]
        ),
        Explanation(
            id: "protocol-not-supported",
            title: "protocol not supported: no such combination of family, type and protocol",
            meaning: "socket was called with arguments that do not go together on this system.",
            causes: [
                "the arguments are in the wrong order: it is family, type, protocol (AF_INET, SOCK_STREAM, 0)",
                "the protocol's module is not in this kernel (SCTP, Bluetooth)",
            ],
            next: ["socket(AF_INET, SOCK_STREAM, 0) for TCP, socket(AF_INET, SOCK_DGRAM, 0) for UDP"],
            errnos: ["EPROTONOSUPPORT", "ESOCKTNOSUPPORT", "EPROTOTYPE"],
            phrases: [
                "protocol not supported", "socket type not supported", "wrong type for socket",
                "requested protocol has not been configured", "protocol wrong type",
            ]
        ),
    ]
}
