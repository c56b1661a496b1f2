import Sockeye
import SockeyeSystem

extension Lesson {
    static let connectionCost = Lesson(
        title: "A connection for each message, or one for all",
        question: """
            A client has 200 questions for an echo server. It may connect anew for each of them, or keep one connection. What does \
            that cost, measured here and now? (Over a real network each connect costs a round trip on top.)
            """,
        lookFor: [
            "Each new connection is a socket, a connect, an accept, a recv that sees the end, and two closes: six calls more "
                + "for the same question.",
            "Even within this computer that costs several times as much. Over a network where a packet and its answer take "
                + "20 ms, each connect waits those 20 ms before the question can go.",
            "Each connection that was closed leaves a TIME_WAIT behind, for a minute (lesson 6). After some 28,000 in a "
                + "minute to one server this client has no port left.",
        ],
        tryNext: [
            .init(
                "In one terminal; it shows nothing, which would cost more than all else",
                "sockeye serve --echo --quiet 1337"
            ),
            .init("In another: one connection for all messages", "sockeye bench -c 1 1337"),
            .init("And then: one for each", "sockeye bench -c 1 --reconnect 1337"),
        ]
    ) { stage in
        let address = Handover<SocketAddress>()
        let (anew, kept) = (Locked<[Duration]>([]), Locked<[Duration]>([]))
        try await stage.together {
            let listener = try stage.listen { socket throws(SocketError) in
                try socket.setOption(.reuseAddress, to: true)
            }
            address.give(try listener.localAddress)
            try stage.step(.server, "\(count) × accept, recv, send", result: "\(count) connections") {
                () throws(SocketError) in
                for _ in 1...count { try echo(listener) }
            }
            try stage.step(.server, "accept, \(count) × recv, send", result: "one connection") {
                () throws(SocketError) in
                try echo(listener)
            }
            for _ in 1...((rounds - 1) * (count + 1)) { try echo(listener) }
        } client: {
            let server = address.take()
            try stage.step(.client, "\(count) × connect, ask, close", carries: .delivered, result: "\(count) answers") {
                () throws(SocketError) in
                try askAnew(server, anew)
            }
            try stage.step(.client, "connect, \(count) × ask, close", carries: .delivered, result: "\(count) answers") {
                () throws(SocketError) in
                try askOnOne(server, kept)
            }
            stage.note(
                """
                Both \(rounds - 1) times more, since other programs disturb a measurement: what counts is the best, and only the \
                time that the processor worked for client and server.
                """
            )
            for _ in 1..<rounds {
                try askAnew(server, anew)
                try askOnOne(server, kept)
            }
        }
        guard let anew = anew.with({ $0.min() }), let kept = kept.with({ $0.min() }) else { return }
        let each =
            "\(Quantity.time(anew / count)) of work a question with new connections, \(Quantity.time(kept / count)) with one"
        stage.check("\(each): \(tenths(anew / kept)) times as much", anew > kept)
    }

    private static let count = 200
    private static let rounds = 5

    /// What the processor has worked for this process, client and server: unlike the clock it does not run while others work.
    private static var work: Duration { .nanoseconds(ProcessCost.cpuNanoseconds) }

    private static func askAnew(_ server: SocketAddress, _ times: Locked<[Duration]>) throws(SocketError) {
        let start = work
        for _ in 1...count {
            let socket = try Socket(.ipv4, .stream)
            try socket.connect(to: server)
            try ask(socket)
        }
        times.with { $0.append(work - start) }
    }

    private static func askOnOne(_ server: SocketAddress, _ times: Locked<[Duration]>) throws(SocketError) {
        let start = work
        let socket = try Socket(.ipv4, .stream)
        try socket.connect(to: server)
        for _ in 1...count { try ask(socket) }
        times.with { $0.append(work - start) }
    }

    private static func tenths(_ ratio: Double) -> String { "\(Int(ratio * 10) / 10).\(Int(ratio * 10) % 10)" }

    private static func echo(_ listener: borrowing Socket) throws(SocketError) {
        let client = try listener.accept()
        while let bytes = try client.receive(upTo: 1024) { try client.sendAll(bytes) }
    }

    private static func ask(_ socket: borrowing Socket) throws(SocketError) {
        try socket.sendAll("what time is it?")
        var missing = 16
        while missing > 0, let bytes = try socket.receive(upTo: missing) { missing -= bytes.count }
    }
}

extension LessonStage {
    /// A step whose outcome is known beforehand.
    func step(
        _ lane: LessonLane,
        _ call: String,
        carries: LessonStep.Arrow? = nil,
        result: String,
        _ body: () throws(SocketError) -> Void
    ) throws(SocketError) {
        try step(lane, call, carries: carries, body) { _, _ in result }
    }
}
