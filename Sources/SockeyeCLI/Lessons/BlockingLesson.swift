import Sockeye
import SockeyeSystem

extension Lesson {
    static let blocking = Lesson(
        title: "What blocks, and when",
        question: """
            A call that cannot be done yet puts its program to sleep: it blocks. Which calls do that, and what wakes them up? \
            Both sides do the least there is: one connects, one says hi, one hangs up.
            """,
        lookFor: [
            "socket, bind and listen return at once: they only tell the system what is wanted.",
            "accept sleeps until a client connects. That is no hanging: it costs no processor time.",
            "connect returns as soon as the system has taken the client, whether the server accepts it now or later (lesson 5).",
            "send returns although nobody has received yet: it hands the bytes to the system, no more.",
            "recv sleeps until bytes come, or the end: 0 bytes, which is how a program learns of a close.",
        ],
        tryNext: [
            .init("In one terminal", "sockeye serve --explain"),
            .init("In another; type a line, then press Ctrl-D", "sockeye connect 1337 --explain"),
        ]
    ) { stage in
        let address = Handover<SocketAddress>()
        try await stage.together {
            let listener = try stage.listen()
            address.give(try listener.localAddress)
            let client = try stage.accept(listener)
            let first = try stage.receive(.server, client)
            let end = try stage.receive(.server, client)
            stage.check("recv returned what was sent: \"hi\"", first == Array("hi".utf8))
            stage.check("the client's close woke the server's recv, with 0 bytes", end == nil)
        } client: {
            stage.waitUntilBlocked(.server)
            let socket = try stage.connect(to: address.take())
            stage.waitUntilBlocked(.server)
            try stage.send(socket, "hi", from: .client)
            stage.waitUntilBlocked(.server)
            try stage.close(.client, socket)
        }
        stage.check("listen did not wait", stage.step(.server, "listen")?.hasBlocked == false)
        stage.check("accept slept until the client came", stage.step(.server, "accept")?.hasBlocked == true)
        stage.check("recv slept until the bytes came", stage.step(.server, "recv")?.hasBlocked == true)
        stage.check("send did not wait for anybody to receive", stage.step(.client, "send")?.hasBlocked == false)
    }
}
