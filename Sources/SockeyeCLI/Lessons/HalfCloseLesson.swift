import Sockeye
import SockeyeSystem

extension Lesson {
    static let halfClose = Lesson(
        title: "Half-close: I have finished, but go on",
        question: """
            A connection is two streams, one each way, and each ends by itself. How does a client say "that was all, now answer", \
            when the server has to see the end of the question before it can answer?
            """,
        lookFor: [
            "shutdown(SHUT_WR) ends one direction only, the sending (WR is write). The server's recv returns 0 bytes: the end of the question.",
            "The answer still comes, although the client has finished: its own recv works on.",
            "Sending after shutdown fails with EPIPE: the promise was that nothing more comes.",
            "A client that waits for the answer without shutdown, and a server that waits for the end, wait for ever.",
        ],
        tryNext: [
            .init("In one terminal", "sockeye serve --explain"),
            .init(
                "In another; it sends, finishes, and waits for the answer",
                "printf 'hi' | sockeye connect 1337"
            ),
        ]
    ) { stage in
        let address = Handover<SocketAddress>()
        try await stage.together {
            let listener = try stage.listen()
            address.give(try listener.localAddress)
            let client = try stage.accept(listener)
            var lines: [UInt8] = []
            while let bytes = try stage.receive(.server, client) { lines += bytes }
            let sorted = String(decoding: lines, as: UTF8.self).split(separator: " ").sorted().joined(separator: " ")
            try stage.send(client, sorted, from: .server)
            try stage.close(.server, client)
        } client: {
            let socket = try stage.connect(to: address.take())
            stage.waitUntilBlocked(.server)
            try stage.send(socket, "pear apple fig", from: .client)
            stage.waitUntilBlocked(.server)
            try stage.step(.client, "shutdown(SHUT_WR)", carries: .delivered) { () throws(SocketError) in
                try socket.shutdown(.sending)
            }
            let answer = try stage.receive(.client, socket)
            let end = try stage.receive(.client, socket)
            let late = stage.failingStep(.client, "send(\"and?\")") { () throws(SocketError) in
                try socket.sendAll("and?")
            }
            stage.check("the answer came after the client had finished", answer == Array("apple fig pear".utf8))
            stage.check("then the server finished too", end == nil)
            stage.check("sending after shutdown fails with EPIPE", late?.errno == .brokenPipe)
        }
        let ends = stage.steps.filter { $0.lane == .server && $0.result?.hasPrefix("0 bytes") == true }
        stage.check("shutdown woke the server's recv, with 0 bytes", ends.count == 1 && ends.first?.hasBlocked == true)
    }
}
