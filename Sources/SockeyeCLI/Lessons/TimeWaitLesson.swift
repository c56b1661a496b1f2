import Sockeye
import SockeyeSystem

extension Lesson {
    static let timeWait = Lesson(
        title: "TIME_WAIT, and address already in use",
        question: """
            A server ends, is started again, and cannot bind: "address already in use". Who uses it? Three servers end one after \
            the other, and each time the next one wants the same port at once.
            """,
        lookFor: [
            "Who closes first keeps the connection in TIME_WAIT for 60 seconds: stray packets of it must not reach a new one.",
            "If that is the server, its port is taken for a minute, although no program has it.",
            "If the client closes first, the client has the TIME_WAIT, and the server's port is free.",
            "SO_REUSEADDR on both the old and the new server says: take it all the same. It harms nobody, so servers set it.",
            "It does not let two servers that are alive share a port.",
        ],
        tryNext: [
            .init("Within a minute: the connections that this lesson has left behind", "ss -tan state time-wait"),
            .init(
                "With the port that the system chose at the first bind above (\"the system chose port …\") in place of PORT: who holds it, and for how long",
                "sockeye doctor --listen PORT"
            ),
        ]
    ) { stage in
        stage.note("The server closes first, and has not set SO_REUSEADDR:")
        let plain = try await conversation(stage, firstToClose: .server, reuse: false)
        let refused = try startNext(stage, at: plain, reuse: false)
        stage.note("The client closes first:")
        let polite = try await conversation(stage, firstToClose: .client, reuse: false)
        // The last acknowledgement is on its way for an instant.
        while polite.port.map(PortHolder.ofPort) == .connections { ThisProcess.pause(milliseconds: 1) }
        let free = try startNext(stage, at: polite, reuse: false)
        stage.note("The server closes first again, and both it and the next have set SO_REUSEADDR:")
        let reusing = try await conversation(stage, firstToClose: .server, reuse: true)
        let again = try startNext(stage, at: reusing, reuse: true)
        stage.check("the server closed first: bind failed with EADDRINUSE", refused?.errno == .addressInUse)
        // Of a very long table the end is not read: then nobody is found at all.
        let holder = plain.port.flatMap(PortHolder.ofPort)
        stage.check("and no program has the port: it is in TIME_WAIT", holder == .timeWait || holder == nil)
        stage.check("the client closed first: bind worked", free == nil)
        stage.check("with SO_REUSEADDR on both servers: bind worked", again == nil)
    }

    /// The same server once more, as after a restart.
    ///
    /// - Returns: Why it did not get its port; nil when it did.
    private static func startNext(_ stage: LessonStage, at address: SocketAddress, reuse: Bool) throws(SocketError)
        -> SocketError?
    {
        stage.note("The next server wants that port:")
        let socket = try stage.step(.server, "socket()") { () throws(SocketError) in try Socket(.ipv4, .stream) }
        if reuse { try reuseAddress(stage, socket) }
        return stage.failingStep(.server, "bind(\(address))") { () throws(SocketError) in
            try socket.bind(to: address)
        }
    }

    private static func reuseAddress(_ stage: LessonStage, _ socket: borrowing Socket) throws(SocketError) {
        try stage.step(.server, "setsockopt(SO_REUSEADDR, 1)") { () throws(SocketError) in
            try socket.setOption(.reuseAddress, to: true)
        }
    }

    /// One connection, until both sides have closed, and the server's listening socket too: it must not be what is in the way.
    ///
    /// - Returns: The address that the server had.
    private static func conversation(
        _ stage: LessonStage,
        firstToClose: LessonLane,
        reuse: Bool
    ) async throws -> SocketAddress {
        let (address, hasClosed) = (Handover<SocketAddress>(), Handover<Bool>())
        try await stage.together {
            let listener = try stage.listen { socket throws(SocketError) in
                if reuse { try reuseAddress(stage, socket) }
            }
            address.give(try listener.localAddress)
            let client = try stage.accept(listener)
            if firstToClose == .server {
                try stage.close(.server, client)
                hasClosed.give()
            } else {
                try stage.receive(.server, client)
                try stage.close(.server, client)
            }
            try stage.close(.server, listener, "close(listening socket)", carries: nil)
        } client: {
            let socket = try stage.connect(to: address.take())
            if firstToClose == .server {
                hasClosed.wait()
                try stage.receive(.client, socket)
            } else {
                stage.waitUntilBlocked(.server)
            }
            try stage.close(.client, socket)
        }
        return address.take()
    }
}
