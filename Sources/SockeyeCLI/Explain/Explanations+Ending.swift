/// A conversation ends otherwise than expected.
extension Explanation {
    static let ending: [Explanation] = [
        Explanation(
            id: "connection-reset",
            title: "connection reset by peer: the other side ended the connection abruptly",
            meaning: """
                Instead of an orderly end the other side sent a reset (RST): it dropped the connection at once, and what \
                was on its way is lost. Orderly ends look different: the receive returns nothing (b'', 0, null, EOF).
                """,
            causes: [
                "the other program has ended, crashed or closed, and you went on sending: its computer answers that with a reset",
                "it closed while bytes that you had sent were still unread: read to the end before closing",
                "the other side expects another protocol (TLS, HTTP) and threw you out",
                "a firewall, proxy or router gave up an idle connection",
                "it broke off on purpose: SO_LINGER with 0 seconds, destroy or reset in its code",
            ],
            next: [
                "look at the other program's own error message: the reason is nearly always there",
                "sockeye relay {port} {address} --explain  # in between: shows who ends the conversation",
            ],
            errnos: ["ECONNRESET"],
            phrases: [
                "connection reset", "ConnectionResetError", "ECONNRESET", "forcibly closed by the remote host",
                "kind: ConnectionReset", "Recv failure", "ERR_CONNECTION_RESET", "connection was reset",
                "vom Kommunikationspartner zurückgesetzt", "vom Remotehost geschlossen",
            ]
        ),
        Explanation(
            id: "broken-pipe",
            title: "broken pipe: you sent to somebody who has gone",
            meaning: """
                The other side had closed the connection before this send. The first send after that often still \
                succeeds, since only its answer tells; the next one fails with this error.
                """,
            causes: [
                "the other program has ended, or closed the connection after its first answer",
                "a server that handles one message for each connection, and a client that sends several",
                "your own side has called shutdown for sending before",
                "connect was forgotten: sending on a TCP socket that was never connected ends like this, too (on Linux)",
            ],
            next: [
                "before sending again look whether receive returns nothing: then the other side has finished",
                "sockeye connect {address} --explain  # shows who closes first",
            ],
            errnos: ["EPIPE"],
            phrases: [
                "This socket has been ended by the other party", "broken pipe", "BrokenPipeError", "EPIPE",
                "kind: BrokenPipe",
            ]
        ),
        Explanation(
            id: "peer-vanished",
            title: "timed out within a connection: the other computer does not answer any more",
            meaning: """
                The connection was made. Then what this side sent (or its keep-alive question) was repeated for minutes, and \
                nobody confirmed it. The other side has not said goodbye: it, or the way to it, is gone.
                """,
            causes: [
                "the other computer was switched off, sleeps, or has lost its Wi-Fi or cable",
                "a router or firewall has forgotten the connection, since nothing was sent for long, and drops what comes now",
                "a VPN or another network was switched on or off meanwhile",
            ],
            next: [
                "sockeye doctor {address}  # shows whether the other computer can be reached now",
                "connect anew; in silent times send something small now and then, or set SO_KEEPALIVE",
            ],
            phrases: [
                "read ETIMEDOUT", "write ETIMEDOUT", "read: connection timed out", "write: connection timed out",
                "read: operation timed out", "write: operation timed out", "recv: connection timed out",
                "send: connection timed out", "recv*TimeoutError: [Errno 110]", "recv*TimeoutError: [Errno 60]",
                "send*TimeoutError: [Errno 110]", "send*TimeoutError: [Errno 60]",
                "SocketException: Connection timed out", "SocketException: Operation timed out",
                "send*did not properly respond after a period of time",
                "recv*did not properly respond after a period of time",
                "Recv failure: Connection timed out", "Recv failure: Operation timed out",
            ]
        ),
        Explanation(
            id: "sigpipe",
            title: "the program was ended by SIGPIPE: it wrote to a connection that nobody reads any more",
            meaning: """
                In C, and in languages that do not change it, writing to a closed connection sends the signal SIGPIPE, \
                which ends the program without a message. Shells show status 141, which is 128 + 13.
                """,
            causes: ["the other side has gone, as with \"broken pipe\", and the program did not ignore the signal"],
            next: [
                "signal(SIGPIPE, SIG_IGN) at the start, or send(…, MSG_NOSIGNAL); then send returns EPIPE instead",
                "on macOS: setsockopt SO_NOSIGPIPE",
            ],
            phrases: ["SIGPIPE", "exit code 141", "exit status 141", "exited with code 141", "signal 13"]
        ),
        Explanation(
            id: "connection-aborted",
            title: "connection aborted: this computer gave the connection up",
            meaning: "Windows says this when it drops a connection itself: no answers came, or the other has gone.",
            causes: [
                "the other side closed, and this program went on sending",
                "the network changed: another Wi-Fi, a VPN, sleep",
                "antivirus or firewall software on this computer ended it",
                "for a server: the client had gone before accept took it, which is harmless",
            ],
            next: ["look at the other program first: did it end or close early?", "sockeye doctor {address}"],
            errnos: ["ECONNABORTED"],
            phrases: [
                "connection aborted", "ConnectionAbortedError", "aborted by the software in your host machine",
                "software caused connection abort", "established connection was aborted", "kind: ConnectionAborted",
            ]
        ),
        Explanation(
            id: "socket-closed",
            title: "the socket is closed on this side",
            meaning: "Your own program closed the socket, and uses it again. The network has nothing to do with it.",
            causes: [
                "close stands inside the loop instead of behind it, so the second round finds a closed socket",
                "a with block (try-with-resources, defer, using) ended before the last use",
                "one thread or callback closed it while another still waits in accept or receive",
                "in C: a descriptor number was kept after close, or was never opened (-1)",
            ],
            next: ["search your own code for close, and for the end of the with block around the socket"],
            errnos: ["EBADF"],
            phrases: [
                "bad file descriptor", "socket closed", "socket is closed", "use of closed network connection",
                "ClosedChannelException", "ERR_STREAM_DESTROYED", "after a stream was destroyed", "already closed",
                "Cannot access a disposed object", "ObjectDisposedException", "operation on closed",
                "I/O on closed channel",
                "ERR_SOCKET_CLOSED", "the file handle supplied is not valid",
            ],
            followsFrom: ["connection-refused", "connect-timed-out", "name-not-found"]
        ),
        Explanation(
            id: "sending-finished",
            title: "this side has finished sending, and sends again",
            meaning: "After shutdown for writing (or end in Node) nothing more can be sent; receiving still works.",
            causes: [
                "end() or shutdown(SHUT_WR) is called after the first message",
                "two parts of the program share the socket",
            ],
            next: ["call shutdown or end only after the last message"],
            errnos: ["ESHUTDOWN"],
            phrases: [
                "write after end", "ERR_STREAM_WRITE_AFTER_END", "Socket output is shutdown", "endpoint shutdown",
                "had already been shut down in that direction",
                "can't send after socket shutdown",
            ]
        ),
        Explanation(
            id: "not-a-socket",
            title: "not a socket: the number or object is something else",
            meaning:
                "A socket call got a descriptor of a file, of a socket that was closed, or a number that never was one.",
            causes: [
                "the socket was closed before, and on Windows the handle is void then",
                "on Windows select takes sockets only: sys.stdin, files and pipes do not work in it",
                "in C: accept's or socket's result was not checked, or overwritten: = binds weaker than <",
            ],
            next: ["in C: if ((fd = socket(…)) < 0), with both pairs of parentheses"],
            errnos: ["ENOTSOCK"],
            phrases: ["not a socket", "non-socket", "something that is not a socket"]
        ),
        Explanation(
            id: "end-of-stream",
            title: "end of stream: the other side finished before everything had come",
            meaning: """
                The peer closed in an orderly way. Your program asked for more bytes than were sent: for a whole number, \
                line or message, of which only a part or nothing came.
                """,
            causes: [
                "the other side closed too early, perhaps after an error of its own",
                "both sides disagree about the length: of a header, of a number, or in which byte order it is written",
                "the server closes after each message, and the client waits for a second one",
                "an end that is normal: a reading loop should stop here",
            ],
            next: [
                "treat the end between two messages as the normal end, in the middle of one as an error",
                "sockeye connect {address} --explain  # shows how many bytes come, and who closes",
            ],
            phrases: [
                "EOFException", "unexpected EOF", "IncompleteReadError", "failed to fill whole buffer", "UnexpectedEof",
                "EOFError", "end of stream", "Premature end", "EOF occurred", "stream ended unexpectedly",
                "bytes read on a total of", "early eof", ": EOF", "ended before", "NSStreamEventEndEncountered",
                "NoSuchElementException: No line found",
                "Connection closed by foreign host", "Connection closed by remote host",
            ]
        ),
        Explanation(
            id: "closed-without-answer",
            title: "the server closed the connection without an answer",
            meaning: "The connection was made, the question sent, and then the other side closed without a word.",
            causes: [
                "the server crashed over the request: look at its terminal",
                "the server does not speak HTTP, and waited for something else",
                "the server speaks TLS (https) there, and you used http",
                "an idle connection from a pool was used just when the server closed it",
            ],
            next: ["sockeye connect {address}  # talks to the server as it is", "curl -v http://{address}"],
            phrases: [
                "Empty reply from server", "RemoteDisconnected", "closed connection without response", "socket hang up",
                "server closed idle connection", "ServerDisconnectedError", "NoHttpResponseException",
                "HTTP/1.1 header parser received no bytes", "network connection was lost", "ERR_EMPTY_RESPONSE",
                "Get*: EOF", "Post*: EOF", "Server disconnected", "Unexpected end of file from server",
            ]
        ),
        Explanation(
            id: "input-ended",
            title: "input() found nothing more to read: standard input has ended",
            meaning: "The program asked its user for a line, and the input is over. No socket is concerned.",
            causes: [
                "Ctrl-D (on Windows Ctrl-Z and Enter) was pressed",
                "the program runs without a terminal: in a container, as a service, behind a pipe, in an editor",
                "the input was a file or a pipe, and all its lines were read",
            ],
            next: [
                "catch EOFError around input(), and finish the conversation there",
                "docker run -it  # gives a terminal",
            ],
            phrases: ["EOF when reading a line", "EOFError: EOF when reading"]
        ),
        Explanation(
            id: "interrupted-by-you",
            title: "you ended the program with Ctrl-C",
            meaning: "The program was waiting in a blocking call, and Ctrl-C ended it there. That is no error.",
            causes: ["accept or recv waits for as long as nothing comes, which is what it is for"],
            next: [
                "catch KeyboardInterrupt, and close the sockets",
                "on Windows set a timeout: a blocking accept there may not hear Ctrl-C",
            ],
            phrases: ["KeyboardInterrupt", "signal: interrupt", "exit code 130", "exited with code 130"]
        ),
    ]
}
