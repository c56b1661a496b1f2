// With UDP there is no connection, and what an error means of TCP is not true.
extension Fitting {
    private static let reaching = [
        "sockeye doctor udp:{address}  # says what can be found out about datagrams from here",
        "ss -lun  # on the server's computer: lists which programs take datagrams, and on which address",
        "sockeye serve --echo 'udp:*:{port}'  # on the server's computer: answers each datagram, to test with",
    ]

    private static let answered = """
        A datagram that was sent before came to a computer where no program has that port, and that computer said so. UDP has no \
        connection: sending works all the same, and a later call gets the answer.
        """

    @Sendable private static func refused(_ fitting: inout Fitting) {
        fitting.title = "connection refused (UDP): no program takes datagrams on that port"
        fitting.meaning = answered
        fitting.causes = [
            "a datagram (UDP) came to a port where no program takes datagrams; a TCP server there does not count",
            "the server is not running, or has ended",
            "the server is bound to another port, or to 127.0.0.1 while the client is on another computer",
        ]
        fitting.next = reaching
    }

    static let datagrams = [
        Fitting("connection-refused", [.datagram], refused),
        // With TCP connect is refused, and no receive.
        Fitting("connection-refused", [.call(.receive)], refused),
        Fitting("connection-reset", [.datagram]) {
            $0.title = "connection reset (UDP): no program takes datagrams on that port"
            $0.meaning = answered + " Windows says it with this error, at the next recvfrom."
            $0.causes = [
                "an earlier sendto went to a port where no program takes datagrams (any more): a client that has ended, say"
            ]
            $0.next = ["catch it around recvfrom, and go on: the socket is as good as before"] + reaching
        },
        Fitting("receive-timed-out", [.datagram]) {
            $0.title = "timed out while waiting for a datagram"
            $0.meaning = """
                No datagram came within the time limit that your program set. UDP has no connection: nobody says whether yours \
                arrived, or whether anybody is there.
                """
            $0.causes = [
                "a datagram (UDP) was lost, or no program takes it: nobody says so, and waiting is all that happens",
                "the other side takes it and sends no answer, or sends it elsewhere: to the address of recvfrom, it should be",
                "a firewall drops datagrams, or this computer's drops the answers",
            ]
            $0.next = reaching
        },
        Fitting("connect-timed-out", [.datagram]) {
            $0.title = "timed out (UDP): no datagram came"
            $0.meaning =
                "UDP has no connection: nobody says whether a datagram arrived, so waiting is all that happens."
            $0.causes = [
                "a datagram (UDP) was lost, or no program takes it: nobody says so, and waiting is all that happens",
                "a firewall drops datagrams",
            ]
            $0.next = reaching
        },
        Fitting("address-in-use", [.datagram]) {
            $0.meaning =
                "A program asked for an address and a UDP port that another program has now. A TCP server does not count."
            $0.drop = ["it ended a moment ago"]
            $0.dropNext = ["s.setsockopt"]
        },
        Fitting("not-connected", [.datagram]) {
            $0.meaning =
                "send or recv was called on a UDP socket that was told of nobody: connect sets the address of the other."
            $0.causes = [
                "send or getpeername on a UDP socket without connect: use sendto, which takes the address each time"
            ]
            $0.next = ["s.sendto(data, (\"127.0.0.1\", {port}))  # names the receiver each time"]
        },
        Fitting("would-block", [.datagram, .call(.receive)]) {
            $0.meaning =
                "No error but an answer: no datagram is there at this moment, and the socket is set not to wait."
        },
        Fitting("permission-denied", [.datagram]) { $0.first = ["datagrams to a broadcast"] },
        Fitting("socket-closed", [.datagram, .call(.receive)]) { $0.drop = ["one thread or callback closed"] },
    ]
}
