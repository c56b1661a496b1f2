/// Mistakes of the first hours with Python's sockets, before any network.
extension Explanation {
    static let python: [Explanation] = pythonValues + pythonNames

    private static let pythonValues = [
        Explanation(
            id: "already-bytes",
            title: "these are bytes already: they need no encode",
            meaning:
                "encode makes bytes of a text. What recv returns, and what begins with b'…', is bytes from the start.",
            causes: ["data.encode() on something that was received", "encode is called twice on the same text"],
            next: [
                "connection.sendall(data)  # bytes go out as they are", "text = data.decode()  # makes a text of bytes",
            ],
            phrases: ["'bytes' object has no attribute 'encode'", "'bytearray' object has no attribute 'encode'"]
        ),
        Explanation(
            id: "text-in-bytes",
            title: "received bytes are searched or split with a text",
            meaning:
                "What recv returns is bytes. Their methods (split, replace, find) want bytes as well, and got a text (str).",
            causes: ["data.split(\",\") on received bytes: the comma is a text", "decode was forgotten after recv"],
            next: [
                "text = data.decode()  # first, then text.split(\",\") as with any text",
                "parts = data.split(b\",\")  # or stay with bytes: the b makes bytes of the comma",
            ],
            phrases: [
                "argument should be integer or bytes-like object, not 'str'", "startswith first arg must be bytes",
                "endswith first arg must be bytes", "cannot use a string pattern on a bytes-like object",
                "\(CallDetail.textMethod)*a bytes-like object is required, not 'str'",
            ]
        ),
        Explanation(
            id: "value-not-bytes",
            title: "a socket sends bytes, and this value is neither bytes nor text",
            meaning:
                "Numbers, lists and dictionaries have no bytes of their own: both sides must agree on how to write them.",
            causes: [
                "a number, a list or None is sent as it is", "data[0] is a number: of bytes, data[0:1] is one byte",
            ],
            next: [
                "connection.sendall(str(value).encode() + b\"\\n\")  # a number as text, one a line",
                "connection.sendall(json.dumps(value).encode() + b\"\\n\")  # lists and dictionaries as JSON",
            ],
            phrases: ["int", "float", "bool", "list", "dict", "tuple", "NoneType"].map {
                "a bytes-like object is required, not '\($0)'"
            }
        ),
        Explanation(
            id: "call-without-parentheses",
            title: "the parentheses of a call are missing: the function itself is sent, and not its result",
            meaning: "text.encode names the function; text.encode() calls it, and that is what gives the bytes.",
            causes: [
                "send(text.encode) instead of send(text.encode())", "send(input) instead of send(input().encode())",
            ],
            next: ["connection.sendall(text.encode())  # with parentheses behind encode"],
            phrases: ["builtin_function_or_method", "method", "function", "method_descriptor"].map {
                "a bytes-like object is required, not '\($0)'"
            }
        ),
        Explanation(
            id: "numbers-together",
            title: "several numbers came in one piece, and were taken for one",
            meaning: "TCP is a stream and keeps no messages apart: two sends may arrive as one receive.",
            causes: [
                "the sender sent twice, and the receiver got both lines at once", "one recv is taken for one message",
            ],
            next: [
                "for line in s.makefile(): number = int(line)  # reads line by line, however the bytes arrive",
                "sockeye lesson 2  # shows streams and messages",
            ],
            phrases: ["\(CallDetail.severalNumbers)*invalid literal for int()"]
        ),
        Explanation(
            id: "receive-unpacked",
            title: "the result of recv, recvfrom or accept is taken apart into the wrong number of names",
            meaning:
                "recv returns the bytes alone; accept returns a connection and an address, recvfrom bytes and an address.",
            causes: [
                "data, address = s.recv(1024): recv gives no address", "for connection, address in server.accept()",
            ],
            next: [
                "data = s.recv(1024)  # TCP: who sends is known since accept",
                "data, address = s.recvfrom(1024)  # UDP: each datagram has its sender",
                "connection, address = server.accept()",
            ],
            phrases: [
                "\(CallDetail.unpacking)*values to unpack", "cannot unpack non-iterable socket object",
            ]
        ),
    ]

    private static let pythonNames = [
        Explanation(
            id: "module-hidden",
            title: "a variable called socket hides the module socket",
            meaning:
                "After socket = socket.socket() the name means that one socket, and no longer the module with its functions.",
            causes: ["socket = socket.socket(…), and a second use of socket.… below", "a parameter is called socket"],
            next: ["s = socket.socket(socket.AF_INET, socket.SOCK_STREAM)  # another name for the variable"],
            phrases: [
                "socket", "AF_INET", "SOCK_STREAM", "SOL_SOCKET", "SO_REUSEADDR", "gethostbyname", "gethostname",
                "create_connection", "create_server",
            ].map { "'socket' object has no attribute '\($0)'" }
        ),
        Explanation(
            id: "socket-not-created",
            title: "the module socket is used as if it were a socket",
            meaning:
                "import socket gives a module. A socket has to be made first; connect, bind and recv belong to it.",
            causes: [
                "socket.connect(…) instead of s = socket.socket() and s.connect(…)",
                "your own file is called socket.py, and is imported instead of Python's module",
            ],
            next: ["s = socket.socket()  # then s.connect((host, port)), s.recv(1024) and so on"],
            phrases: [
                "connect", "bind", "listen", "accept", "send", "sendall", "recv", "sendto", "recvfrom", "settimeout",
            ]
            .map { "module 'socket' has no attribute '\($0)'" }
                + ["name 'socket' is not defined", "No module named 'sockets'", "No module named 'Socket'"]
        ),
        Explanation(
            id: "socket-is-none",
            title: "the variable holds no socket but None: bind, listen and connect return nothing",
            meaning:
                "bind, listen and connect change the socket and return None; whoever keeps their result has lost the socket.",
            causes: [
                "server = socket.socket().bind(…): the variable gets bind's result",
                "a function of your own makes the socket, and return is missing at its end",
            ],
            next: [
                "server = socket.socket()  # on a line of its own, then server.bind((host, port)) and server.listen()"
            ],
            phrases: ["accept", "connect", "listen", "recv", "recvfrom", "send", "sendall", "sendto"].map {
                "'NoneType' object has no attribute '\($0)'"
            }
        ),
        Explanation(
            id: "thread-arguments",
            title: "a thread's function gets other arguments than it takes",
            meaning:
                "Thread(target=f, args=…) calls f with each element of args: args is a tuple, also for one argument.",
            causes: [
                "args=(connection) instead of args=(connection,): without the comma it is no tuple",
                "args=address hands over host and port, as two arguments",
                "the function has another number of parameters than args has elements",
            ],
            next: ["threading.Thread(target=handle, args=(connection,)).start()  # mind the comma"],
            phrases: [
                "\(CallDetail.threadTarget)*positional argument but",
                "\(CallDetail.threadTarget)*positional arguments but",
                "\(CallDetail.threadTarget)*required positional argument",
                "argument after*must be an iterable, not socket",
            ]
        ),
        Explanation(
            id: "no-destination",
            title: "destination address required: this datagram socket was not told whom to send to",
            meaning:
                "A UDP socket has no other end unless connect names one. send needs that; sendto takes it each time.",
            causes: [
                "send(data) on a UDP socket without connect",
                "a server answers with send instead of sendto(…, address)",
            ],
            next: [
                "s.sendto(data, (\"127.0.0.1\", {port}))  # names the receiver each time",
                "data, address = s.recvfrom(2048)  # in a server: then s.sendto(answer, address)",
            ],
            errnos: ["EDESTADDRREQ"],
            phrases: ["destination address required"]
        ),
    ]

    /// What people say who have no message.
    static let described: [Explanation] = [
        Explanation(
            id: "hangs",
            title: "a program that waits: a blocking call has nothing to return yet",
            meaning:
                "accept waits for a client, and recv for bytes, for as long as it takes. Mostly both sides wait for each other.",
            causes: [
                "each side believes that it is the other one's turn",
                "the message has no end that the other side knows: a newline is missing, or recv waits for more bytes",
                "a loop receives until the end, and the other side never closes or shuts down its sending",
            ],
            next: [
                "sockeye relay {port} {address} --explain  # in between: shows who said what, and who waits",
                "sockeye lesson 1  # shows which calls wait, and for what",
                "s.settimeout(5)  # to see which call it is",
            ],
            phrases: [
                "it hangs", "program hangs", "script hangs", "server hangs", "client hangs", "hangs forever",
                "waits forever", "waiting forever", "recv hangs", "accept hangs", "stuck in recv", "recv never returns",
            ],
            isDescription: true
        ),
        Explanation(
            id: "empty-receive",
            title: "an empty receive: the other side has finished sending",
            meaning:
                "recv returns b'' only at the end of the connection. It comes again and again, and nothing follows.",
            causes: [
                "the other side closed the connection, or its program ended: look at its terminal",
                "a loop does not test for the end, and goes on with nothing",
            ],
            next: [
                "if not data: break  # in the loop, right after recv",
                "sockeye relay {port} {address} --explain  # in between: shows who ends the conversation",
                "sockeye lesson 1  # shows which calls wait, and what they return",
            ],
            phrases: [
                "recv returns empty", "recv returns nothing", "recv returns b''", "receive returns nothing",
                "recv gives empty", "recv keeps returning", "recv() returns empty", "recv() returns b''",
            ],
            isDescription: true
        ),
    ]
}
