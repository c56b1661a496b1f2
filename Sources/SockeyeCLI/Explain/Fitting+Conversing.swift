// A conversation ends otherwise than expected, or something waits: the call tells most.
extension Fitting {
    static let conversing = ending + waiting + limits + values

    private static let values = [
        Fitting("address-not-tuple", [.arguments]) {
            $0.title = "the call was given too many values, or too few"
            $0.meaning =
                "recv wants to know how many bytes to take at most; accept takes nothing and returns two things."
            $0.causes = ["recv() without a number", "accept(…) with something in its parentheses"]
            $0.next = ["data = connection.recv(1024)", "connection, address = server.accept()"]
        },
        Fitting("socket-not-created", [.notImported]) {
            $0.title = "Python's module socket was not imported, or its name is misspelt"
            $0.meaning = "A module has to be imported by its name before it can be used; Python's is called socket."
            $0.causes = [
                "import socket is missing at the top of the file", "the name is misspelt: it has no s at its end",
            ]
            $0.next = ["import socket  # at the top of the file; it comes with Python and need not be installed"]
        },
    ]

    private static let ending = [
        Fitting("connection-reset", [.call(.connect)]) {
            $0.meaning = """
                The connection was broken off while it was being made, or at once after it: mostly by something in between that \
                takes connections for a server that is not there.
                """
            $0.causes = [
                "something in between took the connection, and found no server behind it: Docker's or a cloud's port, an SSH tunnel, a proxy",
                "the server takes no more clients, or only some addresses, and breaks off",
                "a firewall breaks off what it does not like",
            ]
        },
        Fitting("connection-reset", [.call(.receive)]) {
            $0.first = ["the other program has ended", "it closed while bytes"]
        },
        Fitting("connection-reset", [.call(.send)]) { $0.drop = ["it closed while bytes"] },
        Fitting("broken-pipe", [.endedByOther]) {
            $0.title = "the other side has ended the connection, and this side sends"
            $0.drop = ["your own side has called", "connect was forgotten"]
        },
        Fitting("end-of-stream", [.farewell]) {
            $0.title = "the other side has ended the connection"
            $0.meaning =
                "The program at the other end closed the connection, in an orderly way. Why, its own output tells."
            $0.causes = [
                "it had said all that it had to say, which is no error",
                "it did not like what was sent, or has ended or crashed: look at its terminal",
            ]
        },
        Fitting("not-a-socket", [.select]) {
            $0.first = ["on Windows select takes"]
            $0.addNext = ["on Windows read the keyboard in a thread of its own, and give select the sockets only"]
        },
        Fitting("broken-pipe", [.call(.receive)]) { $0.drop = ["connect was forgotten"] },
        Fitting("broken-pipe", [.windows]) { $0.drop = ["connect was forgotten"] },
        Fitting("connection-aborted", [.call(.accept)]) {
            $0.meaning = "A client connected, and had gone before accept took it."
            $0.causes = ["the client closed or broke off at once: a port scan, a health check, an impatient client"]
            $0.next = ["go on with the next accept: it concerns that one client only"]
        },
        Fitting("connection-aborted", [.call(.receive)]) { $0.drop = ["for a server: the client had gone"] },
        Fitting("connection-aborted", [.call(.send)]) { $0.drop = ["for a server: the client had gone"] },
        Fitting("socket-closed", [.notC]) { $0.drop = ["in C: a descriptor"] },
        Fitting("socket-closed", [.call(.accept)]) {
            $0.first = ["close stands inside the loop", "one thread or callback"]
        },
        Fitting("not-a-socket", [.notC]) { $0.drop = ["in C: accept's"] },
        Fitting("not-a-socket", [.windows, .notC]) {
            $0.next = ["search your own code for close, and for the end of the with block around the socket"]
        },
        Fitting("not-a-socket", [.notWindows, .notC]) {
            $0.causes = [
                "a file, a pipe or a terminal is used as a socket: its number was handed to socket.socket(fileno=…)"
            ]
            $0.next = ["print the object before the call: it has to be what socket() or accept() returned"]
        },
    ]

    private static let waiting = [
        Fitting("receive-timed-out", [.call(.receive)]) {
            $0.title = "timed out while waiting for data"
            $0.meaning =
                "The connection stands, and the other side sent nothing within the time limit that your program set."
            $0.drop = ["if it was connecting"]
        },
        Fitting("receive-timed-out", [.call(.accept)]) {
            $0.title = "timed out while waiting for a client"
            $0.meaning = "accept waits for a client, and none came within the time limit that your program set."
            $0.causes = [
                "no client was started, or it uses another address or port",
                "the client was refused or got no answer: look at its own message",
                "the limit was meant for the connections, and set for the listening socket",
            ]
            $0.next = [
                "sockeye connect {address}  # a client to test with",
                "sockeye doctor --listen {port}  # shows whether clients can reach this computer",
            ]
        },
        Fitting("receive-timed-out", [.call(.send)]) {
            $0.title = "timed out while sending"
            $0.meaning =
                "The connection stands, and the other side takes no more bytes: the buffers in between are full."
            $0.causes = [
                "the other program does not call receive, or is slower than you send",
                "both sides send, and neither reads: each waits until the other takes something",
            ]
            $0.next = [
                "sockeye connect {address} --explain  # shows what blocks, and on whom",
                "sockeye lesson 7  # shows a slow reader",
            ]
        },
        Fitting("would-block", [.call(.accept)]) {
            $0.meaning = "No error but an answer: no client is there at this moment, and the socket is set not to wait."
        },
        Fitting("would-block", [.call(.send)]) {
            $0.meaning =
                "No error but an answer: the buffers are full at this moment, since the other side reads too slowly."
            $0.drop = ["a receive timeout"]
        },
    ]

    private static let limits = [
        Fitting("too-many-files", [.call(.accept)]) {
            $0.causes = [
                "the server does not close its clients' connections when they are done, also not after errors",
                "there are really that many clients: the limit is to be raised",
            ]
        },
        Fitting("too-many-files", [.call(.connect)]) {
            $0.causes = [
                "a connection is made for each message, and not closed: keep one, or close each when it is done"
            ]
        },
        Fitting("no-buffer-space", [.notWindows]) { $0.drop = ["on Windows: all ports"] },
        Fitting("no-buffer-space", [.call(.sendTo)]) { $0.first = ["datagrams are sent faster"] },
        Fitting("no-buffer-space", [.call(.connect)]) { $0.drop = ["datagrams are sent faster"] },
        Fitting("message-too-long", [.call(.receive)]) {
            $0.meaning =
                "The datagram that came is longer than the buffer that it was to go into; the rest of it is lost."
            $0.causes = ["the number in recv or recvfrom is smaller than the datagram"]
            $0.next = ["recvfrom(65535) takes any datagram"]
        },
        Fitting("message-too-long", [.call(.sendTo)]) { $0.drop = ["on Windows: the receiver's"] },
        Fitting("message-too-long", [.notWindows]) { $0.drop = ["on Windows: the receiver's"] },
    ]
}
