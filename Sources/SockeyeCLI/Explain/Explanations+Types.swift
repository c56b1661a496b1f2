/// The wrong kind of value reached a socket call: mistakes within one program, before any network.
extension Explanation {
    static let types: [Explanation] = [
        Explanation(
            id: "bytes-not-text",
            title: "sockets carry bytes, and this is text (str)",
            meaning:
                "Text has to be turned into bytes before it is sent, and bytes into text after they were received.",
            causes: [
                "send(\"hi\") instead of send(b\"hi\") or send(\"hi\".encode())",
                "text and received bytes are put together with +: decode the bytes first",
                "the result of input() is sent without .encode()",
            ],
            next: ["connection.send(text.encode())", "text = connection.recv(1024).decode()"],
            phrases: [
                "a bytes-like object is required", "can't concat str to bytes",
                "can only concatenate str (not \"bytes\")",
                "must be str, not bytes", "'str' does not support the buffer interface", "not str*bytes",
                "'str' object has no attribute 'decode'",
                "data argument must be a bytes-like object", "must be of type string or an instance of Buffer",
                "cannot convert value of type 'String' to expected argument type '[UInt8]'",
                "cannot use*string*as []byte", "expected `&[u8]`", "string argument without an encoding",
            ]
        ),
        Explanation(
            id: "address-not-tuple",
            title: "Python's socket takes the address as one pair: (host, port)",
            meaning:
                "bind, connect and sendto have one argument for the address, and it is a tuple of a text and a number.",
            causes: [
                "connect(host, port) instead of connect((host, port)): the inner parentheses are missing",
                "the address is one text: \"127.0.0.1:1337\" instead of (\"127.0.0.1\", 1337)",
            ],
            next: ["s.connect((\"127.0.0.1\", {port}))  # with two pairs of parentheses"],
            phrases: [
                "address must be tuple", "takes exactly one argument (2 given)",
                "recv() takes at least 1 argument (0 given)",
                "recvfrom() takes at least 1 argument (0 given)", "accept() takes no arguments (1 given)",
                "accept() takes 1 positional argument but 2 were given", "AF_INET address must be a pair",
                "getsockaddrarg*must be tuple", "address must be a pair (host, port)",
            ]
        ),
        Explanation(
            id: "port-not-number",
            title: "the port has to be a number, and this is a text",
            meaning: "Values from input(), sys.argv or a file are text, also when they look like numbers.",
            causes: ["input(\"port: \") or sys.argv[1] is used as it is", "the port is written in quotes"],
            next: ["port = int(input(\"port: \"))"],
            phrases: [
                "'str' object cannot be interpreted as an integer", "an integer is required (got type str)",
                "expected int, got str", "'str' object cannot be interpreted as",
            ]
        ),
        Explanation(
            id: "accept-returns-pair",
            title: "accept and recvfrom return two things",
            meaning:
                "In Python accept returns the connection and the client's address; recvfrom the bytes and the sender's.",
            causes: ["connection = server.accept() keeps both in one variable, which is a tuple then"],
            next: ["connection, address = server.accept()", "data, address = s.recvfrom(1024)"],
            phrases: [
                "'tuple' object has no attribute 'recv'", "'tuple' object has no attribute 'send'",
                "'tuple' object has no attribute 'sendall'", "'tuple' object has no attribute 'close'",
                "'tuple' object has no attribute 'decode'", "'tuple' object has no attribute 'settimeout'",
                "'tuple' object has no attribute 'makefile'", "'tuple' object has no attribute 'shutdown'",
                "'tuple' object has no attribute 'recvfrom'", "'tuple' object has no attribute 'fileno'",
            ]
        ),
        Explanation(
            id: "file-named-socket",
            title: "your own file is called socket.py, and Python imports it instead of its own module",
            meaning: "import looks into the folder of your program first, and finds your file there.",
            causes: ["a file socket.py (or asyncio.py, ssl.py, selectors.py) in the folder where you work"],
            next: ["rename your file, and delete the folder __pycache__ beside it"],
            phrases: [
                "partially initialized module 'socket'", "module 'socket' has no attribute 'socket'",
                "module 'socket' has no attribute 'AF_INET'", "cannot import name*from partially initialized module",
                "partially initialized module 'asyncio'", "partially initialized module 'ssl'",
                "module 'asyncio' has no attribute 'run'",
            ]
        ),
        Explanation(
            id: "unpickling",
            title: "what came is no object stream: both sides must write and read in the same way",
            meaning: "An object reader (ObjectInputStream, pickle) expects its own header and got other bytes.",
            causes: [
                "one side sends plain text, the other reads objects",
                "two object streams are opened on one socket: make one for each direction, and the output first",
                "only a part of the bytes had come: one receive is not one message",
            ],
            next: ["send a length before each message, and read exactly so many bytes"],
            phrases: [
                "StreamCorruptedException", "invalid stream header", "UnpicklingError", "pickle data was truncated",
                "invalid load key", "Ran out of input",
            ]
        ),
        Explanation(
            id: "winsock-not-started",
            title: "Windows' socket library was not started",
            meaning: "On Windows a C program has to call WSAStartup once before any other socket function.",
            causes: [
                "a program for Linux was taken over unchanged", "WSAStartup failed, or WSACleanup came too early",
            ],
            next: ["WSADATA data; WSAStartup(MAKEWORD(2, 2), &data);  // at the start of main", "link with -lws2_32"],
            errnos: ["NOTINITIALISED"],
            phrases: [
                "has not called WSAStartup", "undefined reference to `WSAStartup",
                "undefined reference*__imp_WSAStartup",
            ]
        ),
    ]
}
