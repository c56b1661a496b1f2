import Sockeye
import SockeyeSystem

extension Lesson {
    static let backlog = Lesson(
        title: "The backlog: who waits for accept",
        question: """
            listen has a number. Is it how many clients a server can have? The server listens with 2, does not call accept, and \
            four clients come.
            """,
        lookFor: [
            "Clients connect, and even send, although the server has never called accept: the system takes them, and queues them.",
            "The number bounds that queue, the clients not yet accepted, and not how many a server has. Linux takes one more.",
            "When the queue is full the system does not refuse: it stays silent. connect sleeps, and the system asks again after a second.",
            "As soon as accept takes one out there is room, and the next request gets through.",
        ],
        tryNext: [
            .init(
                "In one terminal: a server in Python that listens, and never accepts; Enter ends it",
                "python3 -c 'from socket import *; s = create_server((\"127.0.0.1\", 1337), backlog=2); input()'"
            ),
            .init(
                "In each of four others: three are connected at once, the fourth waits (Ctrl-C in its own terminal ends it)",
                "sockeye connect 1337"
            ),
            .init(
                "Meanwhile, in a sixth: Recv-Q is who waits in the queue, Send-Q how many may",
                "ss -ltn 'sport = :1337'"
            ),
        ]
    ) { stage in
        let address = Handover<SocketAddress>()
        let queued = Handover<Bool>()
        try await stage.together {
            let listener = try stage.listen(backlog: 2)
            address.give(try listener.localAddress)
            queued.wait()
            stage.waitUntilBlocked(.client)
            stage.note("The fourth sleeps in connect: nobody answers its request. Now the server accepts:")
            let first = try stage.accept(listener)
            let words = try stage.receive(.server, first)
            stage.check("what a client sent before it was accepted has arrived", words == Array("early".utf8))
            let second = try stage.accept(listener)
            let third = try stage.accept(listener)
            let fourth = try stage.accept(listener)
            _ = (second.descriptor, third.descriptor, fourth.descriptor)
        } client: {
            let server = address.take()
            let first = try stage.connect(to: server)
            try stage.send(first, "early", from: .client)
            let second = try stage.connect(to: server)
            let third = try stage.connect(to: server)
            queued.give()
            let fourth = try stage.connect(to: server, carries: .lost)
            _ = (second.descriptor, third.descriptor, fourth.descriptor)
        }
        let connects = stage.steps.filter { $0.lane == .client && $0.call.hasPrefix("connect") }
        stage.check(
            "three clients were connected without any accept",
            connects.prefix(3).allSatisfy { !$0.hasBlocked && $0.error == nil }
        )
        stage.check("the fourth slept until there was room", connects.count == 4 && connects[3].hasBlocked)
    }
}
