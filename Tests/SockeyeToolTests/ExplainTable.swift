import Testing

/// Messages as programs really print them, and the entry that explains each. The Linux ones of Python, Java, Node, Go,
/// Rust and C were taken from runs of those languages, the others from their documentation and reports of users.
struct PastedMessage: Sendable, CustomTestStringConvertible {
    let language: String
    let text: String
    let id: String

    var testDescription: String { "\(language): \(text.prefix(60))" }

    init(_ language: String, _ text: String, _ id: String) {
        self.language = language
        self.text = text
        self.id = id
    }

    static let table = python + beginners + windows + java + node + go + rust + swift + c

    static let python = [
        PastedMessage("Python", "ConnectionRefusedError: [Errno 111] Connection refused", "connection-refused"),
        PastedMessage("Python", "ConnectionRefusedError: [Errno 61] Connection refused", "connection-refused"),
        PastedMessage(
            "Python",
            "ConnectionRefusedError: [Errno 111] Connect call failed ('127.0.0.1', 1)",
            "connection-refused"
        ),
        PastedMessage("Python", "TimeoutError: [Errno 110] Connection timed out", "connect-timed-out"),
        PastedMessage("Python", "TimeoutError: [Errno 60] Operation timed out", "connect-timed-out"),
        PastedMessage("Python", "OSError: [Errno 101] Network is unreachable", "network-unreachable"),
        PastedMessage("Python", "OSError: [Errno 113] No route to host", "host-unreachable"),
        PastedMessage("Python", "OSError: [Errno 98] Address already in use", "address-in-use"),
        PastedMessage("Python", "OSError: [Errno 48] Address already in use", "address-in-use"),
        PastedMessage("Python", "Errno 98", "address-in-use"),
        PastedMessage("Python", "OSError: [Errno 99] Cannot assign requested address", "address-not-mine"),
        PastedMessage("Python", "OSError: [Errno 49] Can't assign requested address", "address-not-mine"),
        PastedMessage("Python", "PermissionError: [Errno 13] Permission denied", "permission-denied"),
        PastedMessage("Python", "PermissionError: [Errno 1] Operation not permitted", "not-permitted"),
        PastedMessage("Python", "OSError: [Errno 22] Invalid argument", "invalid-argument"),
        PastedMessage("Python", "OSError: [Errno 107] Transport endpoint is not connected", "not-connected"),
        PastedMessage("Python", "OSError: [Errno 57] Socket is not connected", "not-connected"),
        PastedMessage("Python", "OSError: [Errno 106] Transport endpoint is already connected", "already-connected"),
        PastedMessage("Python", "BlockingIOError: [Errno 115] Operation now in progress", "connect-in-progress"),
        PastedMessage("Python", "BlockingIOError: [Errno 11] Resource temporarily unavailable", "would-block"),
        PastedMessage("Python", "BlockingIOError: [Errno 35] Resource temporarily unavailable", "would-block"),
        PastedMessage("Python", "ConnectionResetError: [Errno 104] Connection reset by peer", "connection-reset"),
        PastedMessage("Python", "ConnectionResetError: [Errno 54] Connection reset by peer", "connection-reset"),
        PastedMessage("Python", "BrokenPipeError: [Errno 32] Broken pipe", "broken-pipe"),
        PastedMessage("Python", "OSError: [Errno 9] Bad file descriptor", "socket-closed"),
        PastedMessage("Python", "TimeoutError: timed out", "receive-timed-out"),
        PastedMessage("Python", "socket.timeout: timed out", "receive-timed-out"),
        PastedMessage("Python", "socket.gaierror: [Errno -2] Name or service not known", "name-not-found"),
        PastedMessage(
            "Python",
            "socket.gaierror: [Errno 8] nodename nor servname provided, or not known",
            "name-not-found"
        ),
        PastedMessage(
            "Python",
            "socket.gaierror: [Errno -3] Temporary failure in name resolution",
            "name-service-silent"
        ),
        PastedMessage(
            "Python",
            "socket.gaierror: [Errno -9] Address family for hostname not supported",
            "family-mismatch"
        ),
        PastedMessage("Python", "OSError: illegal IP address string passed to inet_aton", "address-malformed"),
        PastedMessage("Python", "OverflowError: connect(): port must be 0-65535.", "port-out-of-range"),
        PastedMessage("Python", "TypeError: connect(): AF_INET address must be tuple, not str", "address-not-tuple"),
        PastedMessage(
            "Python",
            "TypeError: socket.connect() takes exactly one argument (2 given)",
            "address-not-tuple"
        ),
        PastedMessage("Python", "TypeError: 'str' object cannot be interpreted as an integer", "port-not-number"),
        PastedMessage("Python", "TypeError: a bytes-like object is required, not 'str'", "bytes-not-text"),
        PastedMessage("Python", "TypeError: can't concat str to bytes", "bytes-not-text"),
        PastedMessage("Python", "TypeError: can only concatenate str (not \"bytes\") to str", "bytes-not-text"),
        PastedMessage("Python", "AttributeError: 'bytes' object has no attribute 'encode'", "already-bytes"),
        PastedMessage("Python", "AttributeError: 'tuple' object has no attribute 'recv'", "accept-returns-pair"),
        PastedMessage(
            "Python",
            "AttributeError: partially initialized module 'socket' has no attribute 'socket' "
                + "(most likely due to a circular import)",
            "file-named-socket"
        ),
        PastedMessage(
            "Python",
            "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
            "not-text"
        ),
        PastedMessage(
            "Python",
            "UnicodeDecodeError: 'utf-8' codec can't decode bytes in position 0-1: unexpected end of data",
            "character-cut"
        ),
        PastedMessage(
            "Python",
            "json.decoder.JSONDecodeError: Extra data: line 1 column 3 (char 2)",
            "json-several"
        ),
        PastedMessage(
            "Python",
            "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)",
            "json-incomplete"
        ),
        PastedMessage(
            "Python",
            "json.decoder.JSONDecodeError: Unterminated string starting at: line 1 column 7 (char 6)",
            "json-incomplete"
        ),
        PastedMessage("Python", "struct.error: unpack requires a buffer of 4 bytes", "record-incomplete"),
        PastedMessage("Python", "ValueError: invalid literal for int() with base 10: b''", "number-empty"),
        PastedMessage("Python", "OSError: [Errno 90] Message too long", "message-too-long"),
        PastedMessage("Python", "OSError: AF_UNIX path too long", "unix-path-too-long"),
        PastedMessage("Python", "OSError: [Errno 95] Operation not supported", "operation-not-supported"),
        PastedMessage("Python", "OSError: [Errno 93] Protocol not supported", "protocol-not-supported"),
        PastedMessage("Python", "OSError: [Errno 97] Address family not supported by protocol", "family-mismatch"),
        PastedMessage("Python", "OSError: [Errno 24] Too many open files", "too-many-files"),
        PastedMessage("Python", "OSError: [Errno 105] No buffer space available", "no-buffer-space"),
        PastedMessage("Python", "RuntimeError: can't start new thread", "too-many-threads"),
        PastedMessage(
            "Python",
            "asyncio.exceptions.IncompleteReadError: 2 bytes read on a total of 4 expected bytes",
            "end-of-stream"
        ),
        PastedMessage("Python", "ValueError: Separator is found, but chunk is longer than limit", "line-too-long"),
        PastedMessage(
            "Python",
            "RuntimeError: asyncio.run() cannot be called from a running event loop",
            "loop-already-runs"
        ),
        PastedMessage("Python", "RuntimeWarning: coroutine 'main' was never awaited", "not-awaited"),
        PastedMessage(
            "Python",
            "http.client.RemoteDisconnected: Remote end closed connection without response",
            "closed-without-answer"
        ),
        PastedMessage(
            "Python",
            "ssl.SSLError: [SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)",
            "tls-other-protocol"
        ),
        PastedMessage(
            "Python",
            "ssl.SSLCertVerificationError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: "
                + "self-signed certificate (_ssl.c:1006)",
            "tls-certificate"
        ),
        PastedMessage("Python", "KeyboardInterrupt", "interrupted-by-you"),
        PastedMessage("Python", "EOFError: EOF when reading a line", "input-ended"),
        PastedMessage(
            "Python",
            "ssl.SSLEOFError: EOF occurred in violation of protocol (_ssl.c:2427)",
            "tls-hung-up"
        ),
        PastedMessage(
            "Python",
            "ssl.SSLError: [SSL: SSLV3_ALERT_HANDSHAKE_FAILURE] sslv3 alert handshake failure (_ssl.c:1000)",
            "tls-no-agreement"
        ),
        PastedMessage("Python", "AttributeError: 'tuple' object has no attribute 'sendall'", "accept-returns-pair"),
    ]

    static let windows = [
        PastedMessage("Windows", "[WinError 10061]", "connection-refused"),
        PastedMessage(
            "Windows",
            "ConnectionRefusedError: [WinError 10061] No connection could be made because the target machine "
                + "actively refused it",
            "connection-refused"
        ),
        PastedMessage(
            "Windows",
            "TimeoutError: [WinError 10060] A connection attempt failed because the connected party did not properly "
                + "respond after a period of time, or established connection failed because connected host has failed "
                + "to respond",
            "connect-timed-out"
        ),
        PastedMessage(
            "Windows",
            "OSError: [WinError 10048] Only one usage of each socket address (protocol/network address/port) is "
                + "normally permitted",
            "address-in-use"
        ),
        PastedMessage(
            "Windows",
            "PermissionError: [WinError 10013] An attempt was made to access a socket in a way forbidden by its "
                + "access permissions",
            "permission-denied"
        ),
        PastedMessage(
            "Windows",
            "ConnectionResetError: [WinError 10054] An existing connection was forcibly closed by the remote host",
            "connection-reset"
        ),
        PastedMessage(
            "Windows",
            "ConnectionAbortedError: [WinError 10053] An established connection was aborted by the software in your "
                + "host machine",
            "connection-aborted"
        ),
        PastedMessage(
            "Windows",
            "OSError: [WinError 10038] An operation was attempted on something that is not a socket",
            "not-a-socket"
        ),
        PastedMessage(
            "Windows",
            "OSError: [WinError 10057] A request to send or receive data was disallowed because the socket is not "
                + "connected and (when sending on a datagram socket using a sendto call) no address was supplied",
            "not-connected"
        ),
        PastedMessage(
            "Windows",
            "OSError: [WinError 10049] The requested address is not valid in its context",
            "address-not-connectable"
        ),
        PastedMessage(
            "Windows",
            "BlockingIOError: [WinError 10035] A non-blocking socket operation could not be completed immediately",
            "would-block"
        ),
        PastedMessage(
            "Windows",
            "OSError: [WinError 10040] A message sent on a datagram socket was larger than the internal message "
                + "buffer or some other network limit, or the buffer used to receive a datagram into was smaller than "
                + "the datagram itself",
            "message-too-long"
        ),
        PastedMessage(
            "Windows",
            "OSError: [WinError 10051] A socket operation was attempted to an unreachable network",
            "network-unreachable"
        ),
        PastedMessage("Windows", "socket.gaierror: [Errno 11001] getaddrinfo failed", "name-not-found"),
        PastedMessage("Windows", "bind failed with error: 10048", "address-in-use"),
        PastedMessage("Windows", "connect failed with error code : WSAECONNREFUSED", "connection-refused"),
        PastedMessage(
            "Windows",
            "Either the application has not called WSAStartup, or WSAStartup failed.",
            "winsock-not-started"
        ),
    ]

    static let java = [
        PastedMessage("Java", "java.net.ConnectException: Connection refused", "connection-refused"),
        PastedMessage("Java", "java.net.ConnectException: Connection timed out", "connect-timed-out"),
        PastedMessage("Java", "java.net.SocketTimeoutException: Connect timed out", "connect-timed-out"),
        PastedMessage("Java", "java.net.SocketTimeoutException: Read timed out", "receive-timed-out"),
        PastedMessage("Java", "java.net.SocketTimeoutException: Accept timed out", "receive-timed-out"),
        PastedMessage("Java", "java.net.UnknownHostException: nosuch.invalid", "name-not-found"),
        PastedMessage("Java", "java.net.NoRouteToHostException: No route to host", "host-unreachable"),
        PastedMessage("Java", "java.net.BindException: Address already in use", "address-in-use"),
        PastedMessage("Java", "java.net.BindException: Cannot assign requested address", "address-not-mine"),
        PastedMessage("Java", "java.net.SocketException: Connection reset", "connection-reset"),
        PastedMessage("Java", "java.net.SocketException: Broken pipe", "broken-pipe"),
        PastedMessage("Java", "java.net.SocketException: Socket is closed", "socket-closed"),
        PastedMessage("Java", "java.net.SocketException: Socket closed", "socket-closed"),
        PastedMessage("Java", "java.net.SocketException: Socket output is shutdown", "sending-finished"),
        PastedMessage("Java", "java.net.SocketException: Socket is not connected", "not-connected"),
        PastedMessage("Java", "java.net.SocketException: Socket is not bound yet", "not-listening"),
        PastedMessage("Java", "java.io.EOFException", "end-of-stream"),
        PastedMessage("Java", "java.io.StreamCorruptedException: invalid stream header: 68656C6C", "unpickling"),
        PastedMessage("Java", "java.lang.IllegalArgumentException: port out of range:70000", "port-out-of-range"),
        PastedMessage(
            "Java",
            "javax.net.ssl.SSLException: Unsupported or unrecognized SSL message",
            "tls-other-protocol"
        ),
    ]

    static let node = [
        PastedMessage("Node", "Error: connect ECONNREFUSED 127.0.0.1:1", "connection-refused"),
        PastedMessage("Node", "Error: connect ETIMEDOUT 192.0.2.7:80", "connect-timed-out"),
        PastedMessage("Node", "Error: connect ENETUNREACH 224.0.0.1:80 - Local (0.0.0.0:0)", "network-unreachable"),
        PastedMessage("Node", "Error: listen EADDRINUSE: address already in use 127.0.0.1:33137", "address-in-use"),
        PastedMessage("Node", "Error: listen EADDRINUSE: address already in use :::3000", "address-in-use"),
        PastedMessage("Node", "Error: listen EADDRNOTAVAIL: address not available 192.0.2.1:80", "address-not-mine"),
        PastedMessage("Node", "Error: listen EACCES: permission denied 0.0.0.0:80", "permission-denied"),
        PastedMessage("Node", "Error: getaddrinfo ENOTFOUND nosuch.invalid", "name-not-found"),
        PastedMessage("Node", "Error: getaddrinfo EAI_AGAIN example.org", "name-service-silent"),
        PastedMessage("Node", "Error: connect ENOENT /nope.sock", "unix-socket-missing"),
        PastedMessage("Node", "Error: read ECONNRESET", "connection-reset"),
        PastedMessage("Node", "Error: write EPIPE", "broken-pipe"),
        PastedMessage("Node", "EPIPE", "broken-pipe"),
        PastedMessage("Node", "Error: socket hang up", "closed-without-answer"),
        PastedMessage("Node", "Error [ERR_STREAM_WRITE_AFTER_END]: write after end", "sending-finished"),
        PastedMessage(
            "Node",
            "Error [ERR_STREAM_DESTROYED]: Cannot call write after a stream was destroyed",
            "socket-closed"
        ),
        PastedMessage(
            "Node",
            "RangeError [ERR_SOCKET_BAD_PORT]: Port should be >= 0 and < 65536. Received type number (70000).",
            "port-out-of-range"
        ),
        PastedMessage("Node", "SyntaxError: Unexpected end of JSON input", "json-incomplete"),
        PastedMessage(
            "Node",
            "SyntaxError: Unexpected non-whitespace character after JSON at position 2",
            "json-several"
        ),
        PastedMessage("Node", "Error: Parse Error: Expected HTTP/, RTSP/ or ICE/", "not-http"),
        PastedMessage(
            "Node",
            "TypeError [ERR_INVALID_ARG_TYPE]: The \"chunk\" argument must be of type string or an instance of Buffer, "
                + "TypedArray, or DataView. Received type number (5)",
            "bytes-not-text"
        ),
    ]

    static let go = [
        PastedMessage("Go", "dial tcp 127.0.0.1:1: connect: connection refused", "connection-refused"),
        PastedMessage("Go", "dial tcp 192.0.2.7:80: i/o timeout", "connect-timed-out"),
        PastedMessage("Go", "dial tcp 192.0.2.7:80: connect: no route to host", "host-unreachable"),
        PastedMessage("Go", "dial tcp 224.0.0.1:80: connect: network is unreachable", "network-unreachable"),
        PastedMessage("Go", "dial tcp: lookup nosuch.invalid on 192.0.2.53:53: no such host", "name-not-found"),
        PastedMessage("Go", "dial tcp: lookup example.org: server misbehaving", "name-service-silent"),
        PastedMessage("Go", "dial tcp: address 127.0.0.1: missing port in address", "address-malformed"),
        PastedMessage("Go", "dial tcp: address ::1:80: too many colons in address", "address-malformed"),
        PastedMessage("Go", "dial tcp: address 70000: invalid port", "port-out-of-range"),
        PastedMessage("Go", "dial unix /nope.sock: connect: no such file or directory", "unix-socket-missing"),
        PastedMessage("Go", "listen tcp 127.0.0.1:37277: bind: address already in use", "address-in-use"),
        PastedMessage("Go", "listen tcp 192.0.2.1:80: bind: cannot assign requested address", "address-not-mine"),
        PastedMessage("Go", "listen tcp :80: bind: permission denied", "permission-denied"),
        PastedMessage("Go", "read tcp 127.0.0.1:54010->127.0.0.1:37277: i/o timeout", "receive-timed-out"),
        PastedMessage(
            "Go",
            "read tcp 127.0.0.1:54010->127.0.0.1:37277: use of closed network connection",
            "socket-closed"
        ),
        PastedMessage(
            "Go",
            "read tcp 127.0.0.1:42816->127.0.0.1:44407: read: connection reset by peer",
            "connection-reset"
        ),
        PastedMessage("Go", "write tcp 127.0.0.1:42816->127.0.0.1:44407: write: broken pipe", "broken-pipe"),
        PastedMessage("Go", "write udp 127.0.0.1:37294->127.0.0.1:9: write: message too long", "message-too-long"),
        PastedMessage("Go", "unexpected EOF", "end-of-stream"),
        PastedMessage("Go", "EOF", "end-of-stream"),
        PastedMessage("Go", "dial tcp: address tcp/http2x: unknown port", "port-out-of-range"),
        PastedMessage(
            "Go",
            "read tcp 192.0.2.4:54010->192.0.2.7:37277: read: connection timed out",
            "peer-vanished"
        ),
        PastedMessage("Go", "Get \"http://127.0.0.1:38207\": EOF", "closed-without-answer"),
        PastedMessage("Go", "Get \"http://127.0.0.1:41635\": malformed HTTP status code \"no\"", "not-http"),
        PastedMessage("Go", "invalid character '{' after top-level value", "json-several"),
        PastedMessage("Go", "unexpected end of JSON input", "json-incomplete"),
        PastedMessage("Go", "tls: first record does not look like a TLS handshake", "tls-other-protocol"),
        PastedMessage("Go", "bufio.Scanner: token too long", "line-too-long"),
    ]

    static let rust = [
        PastedMessage("Rust", "Connection refused (os error 111)", "connection-refused"),
        PastedMessage("Rust", "Connection refused (os error 61)", "connection-refused"),
        PastedMessage(
            "Rust",
            "Os { code: 111, kind: ConnectionRefused, message: \"Connection refused\" }",
            "connection-refused"
        ),
        PastedMessage(
            "Rust",
            "Os { code: 98, kind: AddrInUse, message: \"Address already in use\" }",
            "address-in-use"
        ),
        PastedMessage(
            "Rust",
            "Os { code: 11, kind: WouldBlock, message: \"Resource temporarily unavailable\" }",
            "would-block"
        ),
        PastedMessage(
            "Rust",
            "failed to lookup address information: Name or service not known",
            "name-not-found"
        ),
        PastedMessage("Rust", "Error { kind: InvalidInput, message: \"invalid socket address\" }", "address-malformed"),
        PastedMessage("Rust", "Error { kind: InvalidInput, message: \"invalid port value\" }", "port-out-of-range"),
        PastedMessage(
            "Rust",
            "Error { kind: UnexpectedEof, message: \"failed to fill whole buffer\" }",
            "end-of-stream"
        ),
        PastedMessage("Rust", "incomplete utf-8 byte sequence from index 0", "character-cut"),
        PastedMessage("Rust", "stream did not contain valid UTF-8", "not-text"),
        PastedMessage("Rust", "deadline has elapsed", "receive-timed-out"),
    ]

    static let swift = [
        PastedMessage(
            "Swift",
            "connect(descriptor:addr:size:): Connection refused (errno: 61)",
            "connection-refused"
        ),
        PastedMessage("Swift", "bind(descriptor:ptr:bytes:): Address already in use (errno: 48)", "address-in-use"),
        PastedMessage("Swift", "POSIXErrorCode(rawValue: 61): Connection refused", "connection-refused"),
        PastedMessage("Swift", "POSIXErrorCode(rawValue: 54)", "connection-reset"),
        PastedMessage(
            "Swift",
            "Error Domain=NSURLErrorDomain Code=-1004 \"Could not connect to the server.\"",
            "connect-timed-out"
        ),
        PastedMessage(
            "Swift",
            "Error Domain=NSURLErrorDomain Code=-1003 \"A server with the specified hostname could not be found.\"",
            "name-not-found"
        ),
        PastedMessage(
            "Swift",
            "Error Domain=NSURLErrorDomain Code=-1001 \"The request timed out.\"",
            "receive-timed-out"
        ),
        PastedMessage(
            "Swift",
            "The resource could not be loaded because the App Transport Security policy requires the use of a secure "
                + "connection.",
            "app-transport-security"
        ),
        PastedMessage("Swift", "The operation could not be completed. I/O on closed channel", "socket-closed"),
        PastedMessage("Swift", "connect 127.0.0.1:1337: connection refused (ECONNREFUSED)", "connection-refused"),
    ]

    static let c = [
        PastedMessage("C", "connect: Connection refused", "connection-refused"),
        PastedMessage("C", "bind: Address already in use", "address-in-use"),
        PastedMessage("C", "ERROR on binding: Address already in use", "address-in-use"),
        PastedMessage("C", "connect: Cannot assign requested address", "address-not-connectable"),
        PastedMessage("C", "accept: Invalid argument", "not-listening"),
        PastedMessage("C", "accept: Socket operation on non-socket", "not-a-socket"),
        PastedMessage("C", "recv: Interrupted system call", "interrupted-call"),
        PastedMessage("C", "send: Cannot send after transport endpoint shutdown", "sending-finished"),
        PastedMessage("C", "connect: Network is down", "network-down"),
        PastedMessage("C", "Program received signal SIGPIPE, Broken pipe.", "broken-pipe"),
        PastedMessage("C", "Process finished with exit code 141 (interrupted by signal 13: SIGPIPE)", "sigpipe"),
        PastedMessage("curl", "curl: (52) Empty reply from server", "closed-without-answer"),
        PastedMessage("curl", "curl: (1) Received HTTP/0.9 when not allowed", "not-http"),
        PastedMessage(
            "curl",
            "curl: (7) Failed to connect to localhost port 1337 after 0 ms: Couldn't connect to server",
            "connection-refused"
        ),
        PastedMessage("curl", "curl: (6) Could not resolve host: nosuch.invalid", "name-not-found"),
    ]
}
