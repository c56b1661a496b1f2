/// Something has run out.
extension Explanation {
    static let limits: [Explanation] = [
        Explanation(
            id: "too-many-files",
            title: "too many open files: sockets are not closed, or there are very many",
            meaning: "Each socket counts as an open file, and a process may have a limited number, often 1,024.",
            causes: [
                "connections are not closed when they are done, also not after errors",
                "there are really that many clients: the limit is to be raised",
            ],
            next: [
                "ls /proc/PID/fd | wc -l  # counts them (macOS: lsof -p PID | wc -l)",
                "ulimit -n  # shows the limit; ulimit -n 65536 raises it, as far as the administrator lets you",
                "sockeye doctor  # shows the limits of this computer, and what they mean",
            ],
            errnos: ["EMFILE", "ENFILE"],
            phrases: [
                "too many open files", "EMFILE", "ENFILE", "too many open sockets",
                "filedescriptor out of range in select",
            ]
        ),
        Explanation(
            id: "no-buffer-space",
            title: "no buffer space: the system has no memory or ports left for this",
            meaning: "The kernel could not queue what was to be sent, or open one more connection.",
            causes: [
                "on Windows: all ports are used up by connections that were opened in quick succession",
                "datagrams are sent faster than the network takes them",
                "the system's memory for sockets is exhausted",
            ],
            next: [
                "keep one connection open instead of one for each message", "send more slowly, or wait and try again",
            ],
            errnos: ["ENOBUFS", "ENOMEM"],
            phrases: [
                "no buffer space", "lacked sufficient buffer space", "cannot allocate memory", "ENOBUFS",
            ]
        ),
        Explanation(
            id: "too-many-threads",
            title: "no more threads can be started",
            meaning: "A server with one thread for each client has more clients than the system allows threads.",
            causes: ["connections that never end keep their threads", "a container or user limit (ulimit -u)"],
            next: [
                "close connections that are silent for too long",
                "use an event loop (asyncio, select) instead of threads",
            ],
            phrases: ["can't start new thread", "unable to create native thread", "unable to create new native thread"]
        ),
    ]

    /// TLS: the connection stands, and both sides do not agree on how to encrypt it.
    static let encryption: [Explanation] = [
        Explanation(
            id: "tls-other-protocol",
            title: "one side speaks TLS, and the other does not",
            meaning: "Encryption was begun, and what came back is no TLS.",
            causes: [
                "https:// (or an SSL socket) is used with a server that speaks plain TCP or HTTP on that port",
                "the port is the wrong one: 443 has TLS, 80 has not",
                "a proxy answers in plain text",
            ],
            next: [
                "sockeye connect {address}  # shows what the server says in plain text",
                "use http:// instead of https://",
            ],
            phrases: [
                "WRONG_VERSION_NUMBER", "wrong version number", "Unsupported or unrecognized SSL message",
                "does not look like a TLS handshake", "record layer failure", "SSL_ERROR_RX_RECORD_TOO_LONG",
                "Client sent an HTTP request to an HTTPS server", "SSL: HTTP_REQUEST", "packet length too long",
                "InvalidContentType", "ERR_SSL_PROTOCOL_ERROR", "NotSslRecordException", "not an SSL/TLS record",
                "error*http request", "server gave HTTP response to HTTPS client",
            ]
        ),
        Explanation(
            id: "tls-hung-up",
            title: "the other side hung up in the middle of TLS",
            meaning: "Encryption was begun or under way, and the connection ended without the farewell that TLS has.",
            causes: [
                "the server does not speak TLS on that port, did not understand the greeting, and closed",
                "the server, or a proxy before it, does not take this client: its TLS is too old or too new, or it wants a certificate",
                "the program at the other end crashed or was stopped: look at its terminal",
                "all had been said, and the other side just closed: then nothing is lost",
            ],
            next: [
                "openssl s_client -connect {address}  # shows how far the encryption gets",
                "sockeye connect {address}  # talks to the server without TLS",
            ],
            phrases: [
                "UNEXPECTED_EOF_WHILE_READING", "unexpected eof while reading", "EOF occurred in violation of protocol",
                "SSLZeroReturnError", "Remote host terminated the handshake",
                "Remote host closed connection during handshake",
                "before secure TLS connection was established", "SSL_ERROR_SYSCALL", "TLS handshake: EOF",
                "tls handshake eof", "peer closed connection without sending TLS close_notify",
                "non-properly terminated",
            ]
        ),
        Explanation(
            id: "tls-no-agreement",
            title: "both sides speak TLS, and agree on no version or method",
            meaning: "Each side listed what it can do to encrypt, and the lists have nothing in common.",
            causes: [
                "one side is old: it knows only TLS 1.0 or 1.1, which the other one refuses",
                "the server expects the name that it is to be (SNI), and the client did not send it",
                "the server expects a certificate of the client",
            ],
            next: [
                "openssl s_client -connect {address} -servername {host}  # shows what the server offers",
                "update the older side",
            ],
            phrases: [
                "HANDSHAKE_FAILURE", "handshake failure", "handshake_failure", "UNSUPPORTED_PROTOCOL",
                "routines*unsupported protocol",
                "alert protocol version", "TLSV1_ALERT_PROTOCOL_VERSION", "NO_SHARED_CIPHER", "no shared cipher",
                "protocol version not supported", "no cipher suites in common", "ERR_SSL_VERSION_OR_CIPHER_MISMATCH",
                "NO_PROTOCOLS_AVAILABLE",
            ]
        ),
        Explanation(
            id: "tls-certificate",
            title: "the server's certificate is not trusted",
            meaning:
                "The server was reached and encryption works, but nobody whom this computer trusts vouches for the server.",
            causes: [
                "the certificate is self-signed, as in most experiments",
                "the name in it is another than the one you connect to",
                "it has expired, or this computer's clock is wrong",
                "this computer has no list of trusted authorities (Python on macOS: run Install Certificates)",
            ],
            next: [
                "trust exactly this certificate: context.load_verify_locations(\"server.pem\")",
                "do not switch the check off: then anybody in between can read along",
            ],
            phrases: [
                "CERTIFICATE_VERIFY_FAILED", "unable to get local issuer certificate", "self-signed certificate",
                "self signed certificate", "signed by unknown authority", "PKIX path building failed",
                "certificate has expired", "UnknownIssuer", "Hostname mismatch", "SSL certificate problem",
                "certificate is not trusted", "NSURLErrorDomain*-1202", "ERR_TLS_CERT_ALTNAME_INVALID",
                "certificate for this server is invalid", "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
                "DEPTH_ZERO_SELF_SIGNED_CERT", "SELF_SIGNED_CERT_IN_CHAIN", "CERT_HAS_EXPIRED",
                "ERR_CERT_AUTHORITY_INVALID",
                "ERR_CERT_COMMON_NAME_INVALID", "ERR_CERT_DATE_INVALID", "x509: certificate is",
                "x509: cannot validate",
                "IP address mismatch", "unable to verify the first certificate", "NotValidForName",
                "No subject alternative names", "InvalidCertificate",
            ]
        ),
        Explanation(
            id: "app-transport-security",
            title: "iOS and macOS forbid plain http to apps",
            meaning: "App Transport Security lets an app use https only, unless its Info.plist says otherwise.",
            causes: ["the URL begins with http://", "a test server in the local network has no certificate"],
            next: ["NSAllowsLocalNetworking in Info.plist, for servers in the local network", "or https"],
            phrases: ["App Transport Security", "NSURLErrorDomain*-1022"]
        ),
    ]
}
